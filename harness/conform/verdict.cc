#include "harness/conform/verdict.h"

#include <array>
#include <nlohmann/json.hpp>

namespace assay::conform {
namespace {

constexpr std::array<std::string_view, 3> kNames = {"passed", "failed", "unsupported"};

nlohmann::json CountsToJson(const Tally::Counts& counts) {
  return {{"passed", counts.passed},
          {"failed", counts.failed},
          {"unsupported", counts.unsupported}};
}

}  // namespace

std::string_view Name(Outcome outcome) { return kNames[static_cast<size_t>(outcome)]; }

std::string Verdict::ToText() const {
  // A model may hold any bytes in its names.
  return nlohmann::json{{"outcome", static_cast<int>(outcome)},
                        {"reason", reason},
                        {"operators", operators},
                        {"bound", bound}}
      .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<Verdict> Verdict::FromText(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (json.is_discarded() || !json.is_object()) return Error("no verdict came back");
  return Verdict{static_cast<Outcome>(json.at("outcome").get<int>()),
                 json.at("reason").get<std::string>(),
                 json.at("operators").get<std::set<std::string>>(), json.at("bound").get<bool>()};
}

void Tally::Counts::Add(Outcome outcome) {
  switch (outcome) {
    case Outcome::kPassed:
      ++passed;
      break;
    case Outcome::kFailed:
      ++failed;
      break;
    case Outcome::kUnsupported:
      ++unsupported;
      break;
  }
}

void Tally::Add(const Verdict& verdict) {
  all_.Add(verdict.outcome);
  if (verdict.bound && verdict.outcome == Outcome::kPassed) ++bound_;
  for (const std::string& op : verdict.operators) by_operator_[op].Add(verdict.outcome);
}

nlohmann::json Tally::ToJson() const {
  nlohmann::json json = CountsToJson(all_);
  json["bound"] = bound_;
  json["by_operator"] = nlohmann::json::object();
  for (const auto& [op, counts] : by_operator_) json["by_operator"][op] = CountsToJson(counts);
  return json;
}

}  // namespace assay::conform
