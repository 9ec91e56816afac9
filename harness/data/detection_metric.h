// Mean average precision of detections against COCO's annotations: COCOmAP, mAP. Of the images
// seen; the mean is over thresholds and over the categories that have objects in them. It is no
// mean over images: outcomes come from its derivative by the image's weight (metric.h), that of the
// area under the curve, of which the mean over points of recall, which steps, is an approximation.
#pragma once

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <string_view>

#include "harness/data/detection.h"
#include "harness/data/metric.h"

namespace assay::data {

// `thresholds` and `points` are the defaults of iou_thrs and map_points.
Result<std::unique_ptr<Metric>> MakeDetectionMetric(std::string_view name,
                                                    std::string_view thresholds, int points,
                                                    const Options& options);

// Those that INC has, one of ours, and those of detection.h.
inline constexpr auto kDetectionMetricKeys = [] {
  std::array<OptionKey, 4 + std::size(kDetectionKeys)> keys = {{
      {"anno_path", "annotations in COCO's JSON format for instances"},
      {"iou_thrs",
       "least overlap of a hit: a number, or first:step:last (default of COCOmAP: 0.5:0.05:0.95, "
       "of mAP: 0.5)"},
      {"map_points",
       "levels of recall: 101 (default of COCOmAP) or 11; 0: area under the curve (default of "
       "mAP)"},
      {"max_detections", "in an image, of a category: the best that count (default 100)"},
  }};
  std::ranges::copy(kDetectionKeys, keys.begin() + 4);
  return keys;
}();

}  // namespace assay::data
