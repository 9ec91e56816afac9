#include "harness/tune/outputs.h"

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <ranges>
#include <string>

#include "harness/onnx/export.h"
#include "harness/tune/result.h"

namespace assay::tune {
namespace {

namespace fs = std::filesystem;

Status WriteModel(const RunParts& parts, const quantize::QuantPlan& plan, const fs::path& file) {
  ASSAY_ASSIGN_OR_RETURN(const auto model, parts.material->quantizer().Quantize(plan));
  return onnx::Export(model.graph, file, ExportMetadata(parts.material->samples(), plan));
}

Status WriteBest(const RunParts& parts, TuneResult& result) {
  if (result.status == TuneStatus::kNoGain) {
    return CopyWhole(parts.material->baseline().file, result.best_file);
  }
  if (!result.best) return {};
  TrialRecord& winner = result.trials[*result.best];
  ASSAY_RETURN_IF_ERROR(WriteModel(parts, winner.plan, result.best_file));
  winner.model.file = result.best_file.string();
  return {};
}

// One model per trial of the front.
Status WriteFront(const RunParts& parts, const TuneResult& result) {
  if (!parts.config.export_front) return {};
  const fs::path folder = parts.workspace->front();
  std::error_code error;
  fs::create_directory(folder, error);
  if (error) return Error(fmt::format("{}: {}", folder.string(), error.message()));
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    std::error_code ignored;
    if (name.starts_with("trial_")) fs::remove(entry.path(), ignored);
  }
  for (const size_t index : result.ranking.front) {
    const TrialRecord& trial = result.trials[index];
    const fs::path file = folder / fmt::format("trial_{}.onnx", trial.index);
    ASSAY_RETURN_IF_ERROR(WriteModel(parts, trial.plan, file));
  }
  return {};
}

// What the shipped model and fp32 were timed with.
Status WriteVariants(const RunParts& parts, TuneResult& result) {
  std::error_code ignored;
  fs::remove(parts.workspace->variants(), ignored);
  if (parts.variants == nullptr) return {};
  const auto& said = parts.variants->warnings();
  result.warnings.insert(result.warnings.end(), said.begin(), said.end());
  const bool fp32 = result.status == TuneStatus::kNoGain || !result.best;
  const ModelRecord& shipped = fp32 ? result.baseline : result.trials[*result.best].model;
  std::map<TunedFor, measure::TunedShape> used;  // By both: they may share shapes.
  for (const auto* model : {&std::as_const(result).baseline, &shipped}) {
    for (const auto& shape : model->variants) used[{shape.shape, shape.threads}] = shape;
  }
  if (used.empty()) return {};
  const auto winners = std::views::values(used);
  result.variants_file = parts.workspace->variants();
  return WriteTuned(result.variants_file, {winners.begin(), winners.end()});
}

}  // namespace

Status WriteOutputs(const RunParts& parts, TuneResult& result) {
  ASSAY_RETURN_IF_ERROR(WriteBest(parts, result));
  ASSAY_RETURN_IF_ERROR(WriteFront(parts, result));
  ASSAY_RETURN_IF_ERROR(WriteVariants(parts, result));
  return WriteResult(parts.config, result);
}

}  // namespace assay::tune
