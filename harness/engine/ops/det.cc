#include <cmath>
#include <utility>

#include "harness/engine/lowering.h"

namespace assay::engine {
namespace {

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(1, 1));
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(0, {DType::kF32}));
  const Shape& shape = inference.shape(0);
  if (shape.rank() < 2 || shape[shape.rank() - 1] != shape[shape.rank() - 2]) {
    return inference.Error("input {} is no square matrix", shape.ToString());
  }
  return inference.Set(0, DType::kF32,
                       std::vector<int64_t>(shape.dims().begin(), shape.dims().end() - 2));
}

// By elimination with pivoting, in place.
double Determinant(double* a, int64_t n) {
  double product = 1;
  for (int64_t k = 0; k < n; ++k) {
    int64_t pivot = k;
    for (int64_t row = k + 1; row < n; ++row) {
      if (std::fabs(a[row * n + k]) > std::fabs(a[pivot * n + k])) pivot = row;
    }
    if (a[pivot * n + k] == 0) return 0;
    if (pivot != k) {
      for (int64_t column = 0; column < n; ++column) {
        std::swap(a[k * n + column], a[pivot * n + column]);
      }
      product = -product;
    }
    product *= a[k * n + k];
    for (int64_t row = k + 1; row < n; ++row) {
      const double factor = a[row * n + k] / a[k * n + k];
      for (int64_t column = k; column < n; ++column) {
        a[row * n + column] -= factor * a[k * n + column];
      }
    }
  }
  return product;
}

Status Lower(const Node& node, Lowerer& lowerer) {
  const Operand src = lowerer.Dense(node.input(0));
  const Operand dst = lowerer.New(node.outputs[0], Order::kDense);
  const int64_t n = src.shape.dims().back();
  const Operand work = lowerer.Scratch(DType::kF64, {n, n});
  auto added = lowerer.Add(node, {src}, {dst, work}, [=](const Frame& frame) -> Status {
    double* matrix = frame.At<double>(work);
    for (int64_t i = 0; i < dst.elements(); ++i) {
      const float* from = frame.At<const float>(src) + i * n * n;
      for (int64_t k = 0; k < n * n; ++k) matrix[k] = from[k];
      frame.At<float>(dst)[i] = static_cast<float>(Determinant(matrix, n));
    }
    return {};
  });
  added.step.work = static_cast<double>(src.elements()) * static_cast<double>(n);
  return {};
}

}  // namespace

extern const Lowering det;
const Lowering det = {.op_type = "Det", .infer = Infer, .lower = Lower};

}  // namespace assay::engine
