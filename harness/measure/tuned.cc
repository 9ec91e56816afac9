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

constexpr int kSchema = 2;

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

Json ToJson(const TunedShape& s) {
  return {{"shape", s.shape},
          {"threads", s.threads},
          {"variant", s.variant},
          {"dispatch", s.dispatch},
          {"processes", s.processes},
          {"dispatch_to_best_other", {{"ratio", s.ratio}, {"lo", s.lo}, {"hi", s.hi}}}};
}

Result<TunedShape> ParseTunedShape(const Json& json) try {
  TunedShape shape{.shape = json.at("shape"),
                   .threads = json.value("threads", 1),
                   .variant = json.at("variant"),
                   .dispatch = json.value("dispatch", ""),
                   .processes = json.value("processes", int64_t{0})};
  const Json ratio = json.value("dispatch_to_best_other", Json::object());
  shape.ratio = ratio.value("ratio", 1.0);
  shape.lo = ratio.value("lo", 1.0);
  shape.hi = ratio.value("hi", 1.0);
  return shape;
} catch (const Json::exception&) {
  return Error("not a shape with its variant");
}

Json ToJson(std::span<const TunedShape> shapes, double margin, double level) {
  Json list = Json::array();
  for (const TunedShape& shape : shapes) list.push_back(ToJson(shape));
  return {{"schema", kSchema}, {"assay", ASSAY_VERSION}, {"machine", ThisMachine().fingerprint()},
          {"margin", margin},  {"level", level},         {"shapes", std::move(list)}};
}

Result<std::vector<TunedShape>> ReadTunedShapes(const std::string& file) {
  std::ifstream in(file);
  if (!in) return Error(fmt::format("{}: cannot be read", file));
  const Json json = Json::parse(in, nullptr, false);
  const auto fail = [&] { return Error(fmt::format("{}: not written by assay autotune", file)); };
  if (json.is_discarded()) return fail();
  try {
    ASSAY_RETURN_IF_ERROR(Check(file, json));
    std::vector<TunedShape> shapes;
    for (const Json& entry : json.at("shapes")) {
      Result<TunedShape> shape = ParseTunedShape(entry);
      if (!shape.ok()) return fail();
      if (const std::string unknown = Unknown(shape->shape, shape->variant); !unknown.empty()) {
        return Error(fmt::format("{}: {}", file, unknown));
      }
      shapes.push_back(*std::move(shape));
    }
    return shapes;
  } catch (const Json::exception&) {
    return fail();
  }
}

Tuning ToTuning(std::string origin, std::span<const TunedShape> shapes) {
  Tuning tuning(std::move(origin));
  for (const TunedShape& shape : shapes) tuning.Add({shape.shape, shape.threads}, shape.variant);
  return tuning;
}

Result<Tuning> ReadTuned(const std::string& file) {
  ASSAY_ASSIGN_OR_RETURN(const auto shapes, ReadTunedShapes(file));
  return ToTuning(file, shapes);
}

std::filesystem::path TunedCache() {
  const auto folder = [](const char* variable) -> std::filesystem::path {
    const char* value = std::getenv(variable);
    return value == nullptr ? "" : value;
  };
  std::filesystem::path cache = folder("XDG_CACHE_HOME");
  if (cache.empty() && !folder("HOME").empty()) cache = folder("HOME") / ".cache";
  if (cache.empty()) return cache;
  return cache / "assay" / fmt::format("tuned-{}.json", ThisMachine().fingerprint());
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
