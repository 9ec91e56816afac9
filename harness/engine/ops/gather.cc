#include <cstring>

#include "harness/engine/lowering.h"
#include "harness/engine/per_image.h"

namespace assay::engine {
namespace {

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(2, 2));
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(1, {DType::kI64, DType::kI32}));
  const Shape& data = inference.shape(0);
  ASSAY_ASSIGN_OR_RETURN(const int axis,
                         Axis(inference.node(), inference.node().Int("axis", 0), data.rank()));
  if (inference.constant(1) != nullptr) {
    ASSAY_ASSIGN_OR_RETURN(const auto indices, inference.Integers(1));
    for (int64_t index : indices) {
      if (index < -data[axis] || index >= data[axis]) {
        return inference.Error("index {} is outside the {} elements of axis {}", index, data[axis],
                               axis);
      }
    }
  }
  std::vector<int64_t> dims = data.dims();
  const std::vector<int64_t>& indices = inference.shape(1).dims();
  dims.erase(dims.begin() + axis);
  dims.insert(dims.begin() + axis, indices.begin(), indices.end());
  return inference.Set(0, inference.dtype(0), std::move(dims));
}

// [outer][size][inner] by the indices to [outer][count][inner].
struct Geometry {
  int64_t outer, size, inner, count;
};

template <typename Index>
StepBody GatherBody(const Node& node, const Geometry& geometry, const Operand& data,
                    const Operand& indices, const Operand& dst) {
  return [=, name = node.name](const Frame& frame) -> Status {
    const auto [outer, size, inner, count] = geometry;
    const Index* index = frame.At<const Index>(indices);
    for (int64_t i = 0; i < count; ++i) {
      if (index[i] < -size || index[i] >= size) {
        return Error(fmt::format("node '{}' (Gather): index {} is outside the {} elements", name,
                                 index[i], size));
      }
    }
    const auto bytes = static_cast<size_t>(inner) * SizeOf(data.dtype);
    const auto* from = static_cast<const uint8_t*>(frame.Raw(data));
    auto* to = static_cast<uint8_t*>(frame.Raw(dst));
    for (int64_t o = 0; o < outer; ++o) {
      for (int64_t i = 0; i < count; ++i, to += bytes) {
        const int64_t at = o * size + index[i] + (index[i] < 0 ? size : 0);
        std::memcpy(to, from + static_cast<size_t>(at) * bytes, bytes);
      }
    }
    return {};
  };
}

Status Lower(const Node& node, Lowerer& lowerer) {
  const Operand data = lowerer.Dense(node.input(0)), indices = lowerer.Dense(node.input(1));
  const Operand dst = lowerer.New(node.outputs[0], Order::kDense);
  const int rank = data.shape.rank();
  const int64_t given = node.Int("axis", 0);
  const auto axis = static_cast<int>(given < 0 ? given + rank : given);
  const Geometry geometry = {data.shape.elements(0, axis), data.shape[axis],
                             data.shape.elements(axis + 1, rank), indices.elements()};
  lowerer.Add(node, {data, indices}, {dst},
              indices.dtype == DType::kI64
                  ? GatherBody<int64_t>(node, geometry, data, indices, dst)
                  : GatherBody<int32_t>(node, geometry, data, indices, dst));
  return {};
}

}  // namespace

extern const Lowering gather;
const Lowering gather = {
    .op_type = "Gather",
    .infer = Infer,
    .lower = Lower,
    .per_image = [](const Inference& inference) { return WorksWithinImages(inference, 0); }};

}  // namespace assay::engine
