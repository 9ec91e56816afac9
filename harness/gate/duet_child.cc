// The duet in a fresh process: its request and its answer travel as JSON.
#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "harness/gate/case_library.h"
#include "harness/gate/duet.h"
#include "harness/measure/child.h"

namespace assay::gate {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(DuetJob, case_name, base, candidate, iterations, candidate_work,
                                   steps)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(StepTimes, name, base_variant, candidate_variant, base_s,
                                   candidate_s, difference_s)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(DuetRequest, jobs, rounds, min_batch_s, seed, reversed)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(DuetResult, case_name, error, difference, base_variant,
                                   candidate_variant, base_first, iterations, log_ratio, base_s,
                                   candidate_s, involuntary_switches, changed_steps, steps)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(DuetAnswer, results, wall_s, cpu_s, steal_s)

namespace {

constexpr const char* kChild = "gate_duet";
constexpr const char* kLoadingChild = "gate_load";

// Linux takes arguments of 128 KB at most, but many of them.
constexpr size_t kMaxArgumentBytes = size_t{100} << 10;

std::vector<std::string> Cut(const std::string& text) {
  std::vector<std::string> pieces;
  for (size_t at = 0; at < text.size(); at += kMaxArgumentBytes) {
    pieces.push_back(text.substr(at, kMaxArgumentBytes));
  }
  return pieces;
}

// Its arguments: the descriptor of its whereabouts, and the pieces of the request.
Result<std::string> Answer(const std::vector<std::string>& arguments) {
  ASSAY_ASSIGN_OR_RETURN(Whereabouts at, Whereabouts::Open(std::stoi(arguments.at(0))));
  std::string text;
  for (size_t i = 1; i < arguments.size(); ++i) text += arguments[i];
  const auto request = nlohmann::json::parse(text).get<DuetRequest>();
  ASSAY_ASSIGN_OR_RETURN(const DuetAnswer answer, RunDuet(request, &at));
  // Names are whatever the author of a model chose.
  return nlohmann::json(answer).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<std::string> LoadAlone(const std::vector<std::string>& arguments) {
  ASSAY_ASSIGN_OR_RETURN(const CaseLibrary loaded, CaseLibrary::Load(arguments.at(0)));
  return std::string();
}

// Kills what stays at one place for longer than the limit.
measure::Watch WatchOver(const Whereabouts& at, double limit_s) {
  return [&at, limit_s, last = Whereabouts::kNone, gone_s = 0.0](double more_s) mutable {
    gone_s = at.job() == last ? gone_s + more_s : 0;
    last = at.job();
    return gone_s < limit_s ? "" : fmt::format("was not ready after {:g} s", limit_s);
  };
}

// The base or the candidate, where that is known, and what happened to it.
std::string Told(const Whereabouts& at, const std::string& what) {
  constexpr std::array<const char*, 2> kSides = {"the base: ", "the candidate: "};
  const bool known = at.side() >= 0 && at.side() < std::ssize(kSides);
  return (known ? kSides[static_cast<size_t>(at.side())] : "") + what;
}

}  // namespace

void RegisterDuet() {
  measure::RegisterChild(kChild, Answer);
  measure::RegisterChild(kLoadingChild, LoadAlone);
}

Result<DuetAnswer> RunDuetInChild(const DuetRequest& request, double job_limit_s,
                                  DuetDeath* death) {
  ASSAY_ASSIGN_OR_RETURN(const Whereabouts at, Whereabouts::Make());
  std::vector<std::string> arguments = {std::to_string(at.descriptor())};
  for (std::string& piece : Cut(nlohmann::json(request).dump())) {
    arguments.push_back(std::move(piece));
  }
  const Result<std::string> answer =
      measure::RunChild(kChild, arguments, WatchOver(at, job_limit_s));
  if (answer.ok()) return nlohmann::json::parse(*answer).get<DuetAnswer>();
  if (death != nullptr) {
    death->why = Told(at, answer.message());
    if (at.job() >= 0 && at.job() < std::ssize(request.jobs)) {
      death->job = static_cast<size_t>(at.job());
    }
  }
  return answer.status();
}

Status TryToLoad(const std::string& library, double limit_s) {
  const auto loaded = measure::RunChild(kLoadingChild, {library}, measure::Timeout(limit_s));
  if (loaded.ok()) return {};
  // What the library says begins with its name.
  return loaded.message().starts_with(library)
             ? loaded.status()
             : Error(fmt::format("{}: cannot be loaded: {}", library, loaded.message()));
}

}  // namespace assay::gate
