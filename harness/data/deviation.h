// Deviation: the metrics of regression (MSE, MAE, RMSE). A sample's deviation is the mean over its
// output elements of |output - expected| or its square. The root of a mean is no mean: RMSE has the
// outcomes that its derivative gives (metric.h).
#pragma once

#include <memory>
#include <string_view>

#include "harness/data/metric.h"

namespace assay::data {

enum class DeviationKind { kAbsolute, kSquared, kRootOfSquared };

// Of INC: `compare_label: False` takes the fp32 model's outputs for what is expected; by default
// that is the label, and outputs are one number per sample.
Result<std::unique_ptr<Metric>> MakeDeviation(std::string_view name, DeviationKind kind,
                                              const Options& options);

inline constexpr OptionKey kDeviationKeys[] = {
    {"compare_label", "True: against labels (default); False: against the outputs of fp32"}};

}  // namespace assay::data
