#include "harness/data/detection_metric.h"

namespace assay::data {

extern const MetricEntry mean_average_precision;
const MetricEntry mean_average_precision = {
    .name = "mAP",
    .summary = "mean average precision of detections at IoU 0.5, the area under the curve",
    .keys = kDetectionMetricKeys,
    .unit = "%",
    .scalar_key = "anno_path",
    .make = [](const Options& options) { return MakeDetectionMetric("mAP", "0.5", 0, options); },
};

}  // namespace assay::data
