#include "harness/engine/lowering.h"
#include "harness/engine/with_type.h"
#include "harness/graph/element_type.h"

namespace assay::engine {
namespace {

// Ones on diagonal k. Always known before the run: there is nothing to lower.
Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(1, 1));
  ASSAY_RETURN_IF_ERROR(inference.ExpectRank(0, 2));
  const int64_t k = inference.node().Int("k", 0);
  const int64_t given = ToElementType(inference.dtype(0));
  const auto dtype = FromElementType(inference.node().Int("dtype", given));
  if (!dtype) return inference.Error("its element type is not supported");
  const Shape& shape = inference.shape(0);
  ASSAY_RETURN_IF_ERROR(inference.ExpectConstantFits(*dtype, shape));
  Tensor eye(*dtype, shape);
  WithType(*dtype, [&]<typename T>(T) {
    for (int64_t row = 0; row < shape[0]; ++row) {
      for (int64_t column = 0; column < shape[1]; ++column) {
        eye.as<T>()[static_cast<size_t>(row * shape[1] + column)] =
            static_cast<T>(column - row == k ? 1 : 0);
      }
    }
  });
  return inference.SetConstant(0, std::move(eye));
}

}  // namespace

extern const Lowering eye_like;
const Lowering eye_like = {.op_type = "EyeLike", .infer = Infer};

}  // namespace assay::engine
