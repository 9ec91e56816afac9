#include "harness/data/deviation.h"

namespace assay::data {

extern const MetricEntry mse;
const MetricEntry mse = {
    .name = "MSE",
    .summary = "mean of squared deviations from the labels, or from the outputs of fp32",
    .keys = kDeviationKeys,
    .unit = "",
    .scalar_key = "compare_label",
    .make =
        [](const Options& options) {
          return MakeDeviation("MSE", DeviationKind::kSquared, options);
        },
};

}  // namespace assay::data
