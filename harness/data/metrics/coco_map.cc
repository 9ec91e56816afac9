#include "harness/data/detection_metric.h"

namespace assay::data {

extern const MetricEntry coco_map;
const MetricEntry coco_map = {
    .name = "COCOmAP",
    .summary = "mean average precision of detections, over IoU 0.5 to 0.95",
    .keys = kDetectionMetricKeys,
    .unit = "%",
    .scalar_key = "anno_path",
    .make =
        [](const Options& options) {
          return MakeDetectionMetric("COCOmAP", "0.5:0.05:0.95", 101, options);
        },
};

}  // namespace assay::data
