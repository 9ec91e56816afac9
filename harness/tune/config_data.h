// The parts of a configuration that say where samples come from.
#pragma once

#include <filesystem>

#include "harness/data/options.h"
#include "harness/tune/config.h"
#include "harness/tune/yaml_field.h"

namespace assay::tune {

// A scalar or a flat list, as text.
data::Option ReadOption(const Field& field);
// Those of a data set, a transform or a metric; their relative paths begin at `base_dir`.
data::Options ReadOptions(const Field& field, const std::filesystem::path& base_dir);
// A `dataloader`.
DataConfig ReadData(const Field& field, const std::filesystem::path& base_dir);

}  // namespace assay::tune
