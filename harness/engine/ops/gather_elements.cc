#include "harness/engine/indices.h"
#include "harness/engine/loop_nest.h"
#include "harness/engine/lowering.h"
#include "harness/engine/with_type.h"

namespace assay::engine {
namespace {

// data and indices have as many axes, and only `axis` may be longer in the indices.
Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(2, 2));
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(1, kIndices));
  const Shape &data = inference.shape(0), &indices = inference.shape(1);
  ASSAY_RETURN_IF_ERROR(inference.ExpectRank(1, data.rank()));
  ASSAY_ASSIGN_OR_RETURN(const int axis,
                         Axis(inference.node(), inference.node().Int("axis", 0), data.rank()));
  for (int i = 0; i < data.rank(); ++i) {
    if (i != axis && indices[i] > data[i]) {
      return inference.Error("indices {} do not fit data {}", indices.ToString(), data.ToString());
    }
  }
  return inference.Set(0, inference.dtype(0), indices);
}

// dst[..., i, ...] = data[..., indices[..., i, ...], ...].
Status Lower(const Node& node, Lowerer& lowerer) {
  const Operand data = lowerer.Get(node.input(0)), indices = lowerer.Dense(node.input(1));
  const Operand dst = lowerer.New(node.outputs[0], Order::kDense);
  const int64_t given = node.Int("axis", 0);
  const auto axis = static_cast<size_t>(given < 0 ? given + data.shape.rank() : given);
  const int64_t size = data.shape[static_cast<int>(axis)], along = data.strides[axis];
  Strides others = data.strides;  // Where the element is but for `axis`.
  others[axis] = 0;
  const LoopNest<2> nest(dst.shape, {dst.strides, others});
  WithBits(data.dtype, [&]<typename T>(T) {
    lowerer.Add(node, {data, indices}, {dst}, [=, name = node.name](const Frame& frame) -> Status {
      const Indices index(frame, indices);
      for (int64_t i = 0; i < indices.elements(); ++i) {
        if (index.At(i, size) < 0) return OutsideError(name, index[i], size);
      }
      const T* from = frame.At<const T>(data);
      T* to = frame.At<T>(dst);
      const auto steps = nest.steps();
      nest.Run(*frame.pool, [&](const auto& at) {
        for (int64_t i = 0; i < nest.inner(); ++i) {
          const int64_t element = at[0] + i * steps[0];
          to[element] = from[at[1] + i * steps[1] + index.At(element, size) * along];
        }
      });
      return {};
    });
  });
  return {};
}

}  // namespace

extern const Lowering gather_elements;
const Lowering gather_elements = {.op_type = "GatherElements", .infer = Infer, .lower = Lower};

}  // namespace assay::engine
