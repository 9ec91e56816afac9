#include "harness/measure/tuned.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "harness/measure/machine.h"
#include "kernels/catalog.h"

namespace assay::measure {
namespace {

using Json = nlohmann::json;

constexpr int kSchema = 1;

// "": there is such a variant of such a shape.
std::string Unknown(const std::string& shape, const std::string& variant) {
  const auto problem = catalog::ParseShape(shape);
  if (!problem.ok()) return problem.message();
  const auto choices = catalog::Explain(*problem);
  if (std::ranges::find(choices, variant, &VariantChoice::name) != choices.end()) return "";
  return fmt::format("{}: there is no variant '{}'", shape, variant);
}

Status Check(const std::string& file, const Json& json) {
  const std::string again = "; make it anew with assay autotune";
  if (json.at("schema") != kSchema) {
    return Error(fmt::format("{}: schema {}, {} is expected{}", file, json.at("schema").dump(),
                             kSchema, again));
  }
  const auto machine = json.at("machine").get<std::string>();
  const std::string here = ThisMachine().fingerprint();
  if (machine != here) {
    return Error(fmt::format("{}: tuned on machine {}, this is {}{}", file, machine, here, again));
  }
  const auto version = json.at("assay").get<std::string>();
  if (version == ASSAY_VERSION) return {};
  return Error(
      fmt::format("{}: tuned by version {}, this is {}{}", file, version, ASSAY_VERSION, again));
}

}  // namespace

Json ToJson(const std::vector<TunedShape>& shapes, int threads, double margin, double level) {
  Json list = Json::array();
  for (const TunedShape& s : shapes) {
    list.push_back({{"shape", s.shape},
                    {"variant", s.variant},
                    {"dispatch", s.dispatch},
                    {"processes", s.processes},
                    {"dispatch_to_best_other", {{"ratio", s.ratio}, {"lo", s.lo}, {"hi", s.hi}}}});
  }
  return {{"schema", kSchema},
          {"assay", ASSAY_VERSION},
          {"machine", ThisMachine().fingerprint()},
          {"threads", threads},
          {"margin", margin},
          {"level", level},
          {"shapes", std::move(list)}};
}

Result<Tuning> ReadTuned(const std::string& file) {
  std::ifstream in(file);
  if (!in) return Error(fmt::format("{}: cannot be read", file));
  const Json json = Json::parse(in, nullptr, false);
  const auto fail = [&] { return Error(fmt::format("{}: not written by assay autotune", file)); };
  if (json.is_discarded()) return fail();
  try {
    ASSAY_RETURN_IF_ERROR(Check(file, json));
    Tuning tuning(file, json.at("threads").get<int>());
    for (const Json& entry : json.at("shapes")) {
      auto shape = entry.at("shape").get<std::string>();
      auto variant = entry.at("variant").get<std::string>();
      if (const std::string unknown = Unknown(shape, variant); !unknown.empty()) {
        return Error(fmt::format("{}: {}", file, unknown));
      }
      tuning.Add(std::move(shape), std::move(variant));
    }
    return tuning;
  } catch (const Json::exception&) {
    return fail();
  }
}

Status UseTunedOfEnvironment() {
  const char* file = std::getenv(kTunedVariable);
  if (file == nullptr || *file == '\0') return {};
  Result<Tuning> tuning = ReadTuned(file);
  if (!tuning.ok()) {
    return Error(fmt::format("environment variable {}: {}", kTunedVariable, tuning.message()));
  }
  UseTuning(*std::move(tuning));
  return {};
}

}  // namespace assay::measure
