#include "harness/data/deviation.h"

namespace assay::data {

extern const MetricEntry mae;
const MetricEntry mae = {
    .name = "MAE",
    .summary = "mean of absolute deviations from the labels, or from the outputs of fp32",
    .keys = kDeviationKeys,
    .unit = "",
    .scalar_key = "compare_label",
    .make =
        [](const Options& options) {
          return MakeDeviation("MAE", DeviationKind::kAbsolute, options);
        },
};

}  // namespace assay::data
