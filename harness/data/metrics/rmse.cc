#include "harness/data/deviation.h"

namespace assay::data {

extern const MetricEntry rmse;
const MetricEntry rmse = {
    .name = "RMSE",
    .summary =
        "root of the mean of squared deviations from the labels, or from the outputs of fp32",
    .keys = kDeviationKeys,
    .unit = "",
    .scalar_key = "compare_label",
    .make =
        [](const Options& options) {
          return MakeDeviation("RMSE", DeviationKind::kRootOfSquared, options);
        },
};

}  // namespace assay::data
