// What a detector found in an image, read from a model's outputs.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "harness/data/coco.h"
#include "harness/data/options.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor.h"

namespace assay::data {

struct Detection {
  Box box = {};
  float score = 0;
  int64_t category = 0;
};

// How a model says what it found.
struct DetectionFormat {
  enum class Role : uint8_t { kBoxes, kScores, kClasses, kCount, kNone };
  enum class Corners : uint8_t { kXyxy, kYxyx, kXywh, kCxcywh };

  // What each output is. Boxes: float [n, k, 4]. Scores: float [n, k]; without classes
  // [n, k, classes]. Classes: float or integer [n, k]. Counts, the valid ones of k: [n]. For one
  // sample n may be absent.
  std::vector<Role> outputs = {Role::kBoxes, Role::kScores, Role::kClasses};
  Corners corners = Corners::kXyxy;
  // Height and width of the image in the unit of boxes; absent: pixels of the image on disk.
  std::optional<std::pair<double, double>> extent;
  bool by_index = false;     // Classes are indices into the sorted categories, not their ids.
  int64_t class_offset = 0;  // Added to classes first.
  double score_threshold = 0;
  std::optional<double> nms;  // Of two boxes of a class that overlap more, the better one stays.
};

// The keys that describe it, and their reader.
inline constexpr OptionKey kDetectionKeys[] = {
    {"outputs",
     "what the outputs are, in order: boxes, scores, classes (default), num_detections "
     "or none; without classes, scores are those of each class"},
    {"box_format", "xyxy (default), yxyx, xywh or cxcywh"},
    {"extent",
     "[height, width] of the image in the unit of boxes: [1, 1] for normalized ones, the "
     "input's size for its pixels (default: pixels of the image on disk)"},
    {"classes_are", "ids: of categories (default); indices: among the sorted categories"},
    {"class_offset", "added to every class (default 0); what then is no category does not count"},
    {"score_threshold", "detections must have a higher score (default 0)"},
    {"nms", "of detections of a class whose IoU is higher the best stays (default: all stay)"},
};
DetectionFormat ReadDetectionFormat(OptionReader& reader);

// Detections of each image, in the outputs' order, with boxes in pixels on disk; those of no
// category, below the threshold, or with a score or box that is no number are left out.
// Error: outputs of another shape or type, or an image whose size must be known and is not.
Result<std::vector<std::vector<Detection>>> ReadDetections(const DetectionFormat& format,
                                                           std::span<const TensorView> outputs,
                                                           std::span<const CocoImage* const> images,
                                                           std::span<const int64_t> categories);

// The intersection's share of the union, in [0, 1]; with a crowd its share of the detection.
double Overlap(const Box& found, const Box& object, bool crowd);

}  // namespace assay::data
