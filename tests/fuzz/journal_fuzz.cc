// The journal: trials of models with any names are appended where any file may lie, and are read
// back line by line.
#include <fuzzer/FuzzedDataProvider.h>

#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "harness/tune/journal.h"
#include "harness/tune/trial.h"
#include "tests/fuzz/fuzz_folder.h"

namespace assay::fuzz {
namespace {

double AnyNumber(FuzzedDataProvider& data) {
  constexpr double kEdges[] = {0.0, -0.0, std::numeric_limits<double>::infinity(),
                               std::numeric_limits<double>::quiet_NaN(),
                               std::numeric_limits<double>::denorm_min()};
  return data.ConsumeBool() ? data.PickValueInArray(kEdges) : data.ConsumeFloatingPoint<double>();
}

Interval AnyInterval(FuzzedDataProvider& data) {
  Interval interval;
  interval.lo = AnyNumber(data);
  interval.hi = AnyNumber(data);
  return interval;
}

tune::ObjectiveRecord AnyObjective(FuzzedDataProvider& data) {
  tune::ObjectiveRecord record;
  record.info.name = data.ConsumeRandomLengthString(16);
  record.info.unit = data.ConsumeRandomLengthString(4);
  record.summary.value = AnyNumber(data);
  if (data.ConsumeBool()) record.summary.interval = AnyInterval(data);
  if (data.ConsumeBool()) {
    record.versus_baseline.emplace();
    record.versus_baseline->estimate.value = AnyNumber(data);
    record.versus_baseline->estimate.interval = AnyInterval(data);
  }
  while (data.ConsumeBool()) {
    record.summary.extras.push_back({data.ConsumeRandomLengthString(8), "s", AnyNumber(data)});
  }
  return record;
}

tune::TrialRecord AnyTrial(FuzzedDataProvider& data) {
  tune::TrialRecord trial;
  trial.index = data.ConsumeIntegral<int64_t>();
  trial.elapsed_s = AnyNumber(data);
  trial.model.int8_share = AnyNumber(data);
  trial.model.name = data.ConsumeRandomLengthString(16);
  trial.model.file = data.ConsumeRandomLengthString(32);
  while (data.ConsumeBool()) {
    trial.config[data.ConsumeRandomLengthString(32)] =
        data.PickValueInArray({quantize::Precision::kFp32, quantize::Precision::kInt8PerTensor,
                               quantize::Precision::kInt8PerChannel});
  }
  while (data.ConsumeBool()) trial.model.objectives.push_back(AnyObjective(data));
  return trial;
}

void WriteAndReadBack(FuzzedDataProvider data) {
  static const FuzzFolder folder;
  const std::string earlier = data.ConsumeRandomLengthString(64);
  const auto file = folder.Write(
      "trials.jsonl", {reinterpret_cast<const uint8_t*>(earlier.data()), earlier.size()});
  auto journal = tune::Journal::Create(file);
  ASSAY_CHECK(journal.ok());
  std::vector<int64_t> indices;
  do {
    const tune::TrialRecord trial = AnyTrial(data);
    indices.push_back(trial.index);
    ASSAY_CHECK(journal->Append(ToJson(trial)).ok());
  } while (indices.size() < 3 && data.ConsumeBool());

  std::ifstream stream(file);
  size_t lines = 0;
  for (std::string line; std::getline(stream, line); ++lines) {
    const auto json = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    ASSAY_CHECK(json.is_object());
    ASSAY_CHECK(json.at("trial") == indices.at(lines));
  }
  ASSAY_CHECK(lines == indices.size());
}

}  // namespace
}  // namespace assay::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  assay::fuzz::WriteAndReadBack(FuzzedDataProvider(data, size));
  return 0;
}
