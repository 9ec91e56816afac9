#include <algorithm>

#include "harness/engine/lowering.h"
#include "harness/engine/with_type.h"

namespace assay::engine {
namespace {

// Which diagonal: 0 is the main one, positive ones lie above it.
Result<int64_t> DiagonalOf(const Inference& inference) {
  if (!inference.has(1)) return int64_t{0};
  ASSAY_ASSIGN_OR_RETURN(const auto k, inference.Integers(1));
  if (k.size() != 1) return inference.Error("k is not one number");
  return std::clamp(k[0], -Shape::kMaxElements, Shape::kMaxElements);
}

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(1, 2));
  if (inference.shape(0).rank() < 2) {
    return inference.Error("input {} is no matrix", inference.shape(0).ToString());
  }
  ASSAY_RETURN_IF_ERROR(DiagonalOf(inference).status());
  return inference.Set(0, inference.dtype(0), inference.shape(0));
}

// Keeps what lies on the diagonal and above it, or below; the rest is 0.
Status Lower(const Node& node, Lowerer& lowerer) {
  ASSAY_ASSIGN_OR_RETURN(const int64_t k, DiagonalOf(lowerer.Operands(node)));
  const bool upper = node.Int("upper", 1) != 0;
  const Operand src = lowerer.Dense(node.input(0));
  const Operand dst = lowerer.New(node.outputs[0], Order::kDense);
  const int rank = src.shape.rank();
  const int64_t rows = src.shape[rank - 2], columns = src.shape[rank - 1];
  WithBits(src.dtype, [&]<typename T>(T) {
    lowerer.Add(node, {src}, {dst}, [=](const Frame& frame) -> Status {
      const T* from = frame.At<const T>(src);
      T* to = frame.At<T>(dst);
      frame.pool->Run(src.elements() / columns, [&](int64_t line, int) {
        const int64_t row = line % rows;
        for (int64_t column = 0; column < columns; ++column) {
          const bool kept = upper ? column - row >= k : column - row <= k;
          to[line * columns + column] = kept ? from[line * columns + column] : T{0};
        }
      });
      return {};
    });
  });
  return {};
}

}  // namespace

extern const Lowering trilu;
const Lowering trilu = {.op_type = "Trilu", .infer = Infer, .lower = Lower};

}  // namespace assay::engine
