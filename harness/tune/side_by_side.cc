#include "harness/tune/side_by_side.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/tune/series.h"

namespace assay::tune {
namespace {

// File names; numbers and whole paths where two are the same.
std::vector<std::string> Names(std::span<const std::filesystem::path> files) {
  std::vector<std::string> short_names, names;
  for (const auto& file : files) short_names.push_back(file.filename().string());
  for (size_t i = 0; i < files.size(); ++i) {
    const bool unique = std::ranges::count(short_names, short_names[i]) == 1;
    names.push_back(unique ? short_names[i] : fmt::format("{}: {}", i + 1, files[i].string()));
  }
  return names;
}

ModelRecord Record(const Model& model, const Model& first, const Evaluator& evaluator) {
  ModelRecord record;
  record.name = model.name;
  record.file = model.file.string();
  if (model.name != first.name) {
    record.agreement = evaluator.predictions().Agreement(model.name, first.name);
  }
  for (const auto& objective : evaluator.objectives()) {
    if (objective->results(model.name).values.empty()) continue;
    const std::string* baseline = model.name != first.name ? &first.name : nullptr;
    record.objectives.push_back(MakeRecord(*objective, model.name, baseline));
  }
  return record;
}

}  // namespace

Result<SideBySide> EvaluateSideBySide(const TuneConfig& config,
                                      std::span<const std::filesystem::path> files,
                                      const Evaluator::Progress& progress) {
  ASSAY_CHECK(!files.empty());
  const std::vector<std::string> names = Names(files);
  std::vector<Model> models;
  for (size_t i = 0; i < files.size(); ++i) {
    ASSAY_ASSIGN_OR_RETURN(Model model, LoadModel(files[i], names[i]));
    models.push_back(std::move(model));
  }
  ASSAY_ASSIGN_OR_RETURN(auto objectives, MakeObjectives(config.objectives.names));
  TuneConfig whole = config;
  whole.confirmation = {};  // Nothing is selected here: all samples count.
  ASSAY_ASSIGN_OR_RETURN(Evaluator evaluator,
                         Evaluator::Make(whole, std::move(objectives), progress));
  evaluator.SetReference(&models[0]);
  std::vector<const Model*> pointers;
  for (const Model& model : models) {
    if (evaluator.has_accuracy()) ASSAY_RETURN_IF_ERROR(evaluator.ObserveAccuracy(model));
    ASSAY_RETURN_IF_ERROR(evaluator.ObserveFootprint(model));
    ASSAY_RETURN_IF_ERROR(evaluator.ObserveSize(model));
    pointers.push_back(&model);
  }
  ASSAY_RETURN_IF_ERROR(evaluator.ObserveLatency(pointers, names));
  SideBySide result{{}, SeriesToJson(evaluator.objectives(), names)};
  for (const Model& model : models) {
    result.models.push_back(Record(model, models[0], evaluator));
    ASSAY_ASSIGN_OR_RETURN(result.models.back().int8_share, Int8Share(model.graph));
  }
  return result;
}

}  // namespace assay::tune
