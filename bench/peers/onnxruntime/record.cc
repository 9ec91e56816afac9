#include "bench/peers/onnxruntime/record.h"

#include <fmt/format.h>

#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "harness/measure/machine.h"

namespace assay {

// Bounds that are not known are null.
static void to_json(nlohmann::json& json, const Estimate& x) {
  json = {{"value", x.value}, {"low", x.interval.lo}, {"high", x.interval.hi}};
}

static void from_json(const nlohmann::json& json, Estimate& x) {
  const auto number = [&](const char* key, double absent) {
    return json.at(key).is_null() ? absent : json.at(key).get<double>();
  };
  const Estimate nothing;
  x.value = number("value", nothing.value);
  x.interval.lo = number("low", nothing.interval.lo);
  x.interval.hi = number("high", nothing.interval.hi);
}

namespace bench {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Lane, subject, threads, seconds)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Ratio, contest, threads, value)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Fresh, build_s, build_bytes, run_bytes, alone_s)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Record, model, type, batch, rounds, others, difference, lanes,
                                   ratios, assay, onnxruntime)

const Lane* Record::FindLane(const std::string& subject, int threads) const {
  for (const Lane& lane : lanes) {
    if (lane.subject == subject && lane.threads == threads) return &lane;
  }
  return nullptr;
}

const Ratio* Record::FindRatio(const std::string& contest, int threads) const {
  for (const Ratio& ratio : ratios) {
    if (ratio.contest == contest && ratio.threads == threads) return &ratio;
  }
  return nullptr;
}

std::string CaseOf(const Record& record, const Ratio& ratio) {
  return fmt::format("{}:{}:b{}:t{}", record.model, record.type, record.batch, ratio.threads);
}

nlohmann::json ToJson(const Records& records) {
  return {{"schema", 1},
          {"onnxruntime", records.onnxruntime},
          {"processor", records.machine},
          {"machine", measure::ToJson(measure::ThisMachine())},
          {"records", records.records}};
}

Result<Records> ReadRecords(const std::vector<std::string>& files) {
  Records all;
  for (const std::string& file : files) {
    std::ifstream stream(file);
    const auto json = nlohmann::json::parse(stream, nullptr, /*allow_exceptions=*/false);
    try {
      all.onnxruntime = json.at("onnxruntime").get<std::string>();
      all.machine = json.at("processor").get<std::string>();
      for (const auto& record : json.at("records")) all.records.push_back(record.get<Record>());
    } catch (const nlohmann::json::exception&) {
      return Error(file + ": is not a record of bench_onnxruntime");
    }
  }
  return all;
}

}  // namespace bench
}  // namespace assay
