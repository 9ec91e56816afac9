// The journal: trials of models with any names are appended where any file may lie, cut anywhere,
// and read back.
#include <fuzzer/FuzzedDataProvider.h>

#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "harness/tune/journal.h"
#include "harness/tune/run_key.h"
#include "harness/tune/series.h"
#include "harness/tune/trial.h"
#include "objectives/registry.h"
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
    trial.plan.operators[data.ConsumeRandomLengthString(32)] =
        data.PickValueInArray({quantize::Precision::kFp32, quantize::Precision::kInt8PerTensor,
                               quantize::Precision::kInt8PerChannel});
  }
  trial.plan.calibration = data.ConsumeRandomLengthString(8);
  while (data.ConsumeBool()) {
    trial.plan.calibration_of[data.ConsumeRandomLengthString(8)] =
        data.ConsumeRandomLengthString(8);
  }
  while (data.ConsumeBool()) trial.model.objectives.push_back(AnyObjective(data));
  return trial;
}

void WriteAndReadBack(FuzzedDataProvider data) {
  static const FuzzFolder folder;
  const std::string earlier = data.ConsumeRandomLengthString(64);
  const auto file = folder.Write(
      "trials.jsonl", {reinterpret_cast<const uint8_t*>(earlier.data()), earlier.size()});
  (void)tune::ReadJournal(file);
  auto journal = tune::Journal::Create(file);
  ASSAY_CHECK(journal.ok());
  std::vector<int64_t> indices;
  do {
    const tune::TrialRecord trial = AnyTrial(data);
    indices.push_back(trial.index);
    ASSAY_CHECK(journal->Append(ToJson(trial)).ok());
  } while (indices.size() < 3 && data.ConsumeBool());

  // Cut somewhere, as by a crash: what is left are the first trials.
  const auto bytes = std::filesystem::file_size(file);
  std::filesystem::resize_file(file, data.ConsumeIntegralInRange<uintmax_t>(0, bytes));
  const auto content = tune::ReadJournal(file);
  ASSAY_CHECK(content.ok() && !content->foreign);
  ASSAY_CHECK(content->lines.size() <= indices.size());
  for (size_t i = 0; i < content->lines.size(); ++i) {
    ASSAY_CHECK(content->lines[i].at("trial") == indices[i]);
  }
}

// Any object where a line has its series.
void RestoreAnything(std::string_view text) {
  static const tune::Objectives objectives = {*MakeObjective("accuracy"),
                                              *MakeObjective("performance")};
  const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  for (const auto& objective : objectives) objective->Reset();
  (void)tune::RestoreSeries(json, objectives);
  (void)tune::ParseRunKey(json);
}

}  // namespace
}  // namespace assay::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  assay::fuzz::WriteAndReadBack(FuzzedDataProvider(data, size));
  assay::fuzz::RestoreAnything({reinterpret_cast<const char*>(data), size});
  return 0;
}
