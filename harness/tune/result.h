// result.json, and what an exported model says of its origin.
#pragma once

#include <filesystem>

#include "harness/onnx/export.h"
#include "harness/tune/config.h"
#include "harness/tune/tuner.h"
#include "kernels/base/status.h"

namespace assay::tune {

// metadata_props of a candidate: the version and the configuration it was made by.
onnx::ExportOptions ExportMetadata(int64_t calibration_samples, const quantize::QuantPlan& plan);

// Writes result.result_file; results/README.md describes its schema.
Status WriteResult(const TuneConfig& config, const TuneResult& result);

// Copies a file so that `to` is never half written.
Status CopyWhole(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace assay::tune
