// evaluation.accuracy: the metrics and the data that judge.
#pragma once

#include <filesystem>

#include "harness/tune/config.h"
#include "harness/tune/yaml_field.h"

namespace assay::tune {

AccuracyConfig ReadAccuracy(const Field& field, const std::filesystem::path& base_dir);

// What the criterion says must go with the metrics: their direction, which is its default.
void CheckMetrics(const Field& root, TuneConfig& config);

}  // namespace assay::tune
