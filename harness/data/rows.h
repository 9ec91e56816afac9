// What metrics check of a batch of outputs before they judge it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "kernels/base/status.h"
#include "kernels/base/tensor.h"

namespace assay::data {

// Elements per sample of float outputs [rows, ...]. Error: another type or number of samples.
Result<int64_t> RowWidth(std::string_view metric, const TensorView& outputs, int64_t rows);

// RowWidth of both. Error: also where the shapes differ, or a sample has no elements.
Result<int64_t> CompareWidth(std::string_view metric, const TensorView& outputs,
                             const TensorView& reference);

// Scores per sample of float outputs [rows, classes] or [rows, classes, 1, 1]. Error: others.
Result<int64_t> ClassCount(std::string_view metric, const TensorView& outputs, int64_t rows);

// Error: a label that is no class of [0, classes), as sample `first` + its index.
Status CheckLabels(std::span<const int64_t> labels, int64_t classes, int64_t first);

// The class with the highest score; of equal scores the first. -1: one of them is NaN.
int64_t TopClass(std::span<const float> scores);

}  // namespace assay::data
