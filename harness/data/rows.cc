#include "harness/data/rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace assay::data {

Result<int64_t> RowWidth(std::string_view metric, const TensorView& outputs, int64_t rows) {
  const Shape& shape = outputs.shape;
  if (outputs.dtype != DType::kF32 || shape.rank() < 1 || shape[0] != rows || rows == 0) {
    return Error(fmt::format("{} wants float outputs [{}, ...], found {} {}", metric, rows,
                             Name(outputs.dtype), shape.ToString()));
  }
  return shape.elements(1, shape.rank());
}

Result<int64_t> CompareWidth(std::string_view metric, const TensorView& outputs,
                             const TensorView& reference) {
  const int64_t rows = outputs.shape.rank() > 0 ? outputs.shape[0] : 0;
  ASSAY_ASSIGN_OR_RETURN(const int64_t width, RowWidth(metric, outputs, rows));
  if (width == 0 || reference.dtype != DType::kF32 || reference.shape != outputs.shape) {
    return Error(fmt::format("{} wants outputs like those of fp32, {}{}, found {}{}", metric,
                             Name(reference.dtype), reference.shape.ToString(), Name(outputs.dtype),
                             outputs.shape.ToString()));
  }
  return width;
}

Result<int64_t> ClassCount(std::string_view metric, const TensorView& outputs, int64_t rows) {
  const Shape& shape = outputs.shape;
  if (outputs.dtype != DType::kF32 || shape.rank() < 2 || shape[0] != rows) {
    return Error(fmt::format("{} wants float outputs [{}, classes], found {} {}", metric, rows,
                             Name(outputs.dtype), shape.ToString()));
  }
  if (shape.elements(1, shape.rank()) != shape[1]) {  // [n, classes, 1, 1] is fine.
    return Error(fmt::format("{} wants one score per class, found {}", metric, shape.ToString()));
  }
  return shape[1];
}

Status CheckLabels(std::span<const int64_t> labels, int64_t classes, int64_t first) {
  for (size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] >= 0 && labels[i] < classes) continue;
    return Error(
        fmt::format("sample {} has label {}, but the model has classes 0 to {} (see label_offset)",
                    first + static_cast<int64_t>(i), labels[i], classes - 1));
  }
  return {};
}

int64_t TopClass(std::span<const float> scores) {
  if (std::ranges::any_of(scores, [](float score) { return std::isnan(score); })) return -1;
  return std::ranges::max_element(scores) - scores.begin();
}

}  // namespace assay::data
