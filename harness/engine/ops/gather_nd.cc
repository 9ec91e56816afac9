#include <algorithm>
#include <cstring>

#include "harness/engine/indices.h"
#include "harness/engine/lowering.h"

namespace assay::engine {
namespace {

// data: [batch..., indexed..., slice...]; indices: [batch..., points..., number of indexed axes].
struct Geometry {
  int64_t batches, points;      // points: of each batch.
  std::vector<int64_t> extents;  // Of the indexed axes.
  int64_t slice;
};

Result<Geometry> GeometryOf(const Node& node, const Shape& data, const Shape& indices) {
  const int64_t given = node.Int("batch_dims", 0);
  const int64_t depth = indices.rank() == 0 ? -1 : indices[indices.rank() - 1];
  if (given < 0 || given >= std::min(data.rank(), indices.rank()) || depth < 1 ||
      depth > data.rank() - given) {
    return NodeError(node, "indices {} with batch_dims {} do not fit data {}", indices.ToString(),
                     given, data.ToString());
  }
  const auto batch = static_cast<int>(given), indexed = static_cast<int>(depth);
  for (int i = 0; i < batch; ++i) {
    if (data[i] != indices[i]) {
      return NodeError(node, "batches of indices {} and data {} differ", indices.ToString(),
                       data.ToString());
    }
  }
  const auto first = data.dims().begin() + batch;
  return Geometry{data.elements(0, batch), indices.elements(batch, indices.rank() - 1),
                  {first, first + indexed}, data.elements(batch + indexed, data.rank())};
}

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(2, 2));
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(1, kIndices));
  const Shape &data = inference.shape(0), &indices = inference.shape(1);
  ASSAY_ASSIGN_OR_RETURN(const Geometry geometry, GeometryOf(inference.node(), data, indices));
  std::vector<int64_t> dims(indices.dims().begin(), indices.dims().end() - 1);
  const auto sliced = inference.node().Int("batch_dims", 0) + std::ssize(geometry.extents);
  dims.insert(dims.end(), data.dims().begin() + sliced, data.dims().end());
  return inference.Set(0, inference.dtype(0), std::move(dims));
}

Status Lower(const Node& node, Lowerer& lowerer) {
  const Operand data = lowerer.Dense(node.input(0)), indices = lowerer.Dense(node.input(1));
  const Operand dst = lowerer.New(node.outputs[0], Order::kDense);
  ASSAY_ASSIGN_OR_RETURN(const Geometry geometry, GeometryOf(node, data.shape, indices.shape));
  const auto bytes = static_cast<size_t>(geometry.slice) * SizeOf(data.dtype);
  lowerer.Add(node, {data, indices}, {dst}, [=, name = node.name](const Frame& frame) -> Status {
    const Indices index(frame, indices);
    const auto* from = static_cast<const uint8_t*>(frame.Raw(data));
    auto* to = static_cast<uint8_t*>(frame.Raw(dst));
    const auto depth = std::ssize(geometry.extents);
    for (int64_t point = 0; point < geometry.batches * geometry.points; ++point) {
      int64_t at = point / geometry.points;
      for (int64_t k = 0; k < depth; ++k) {
        const int64_t extent = geometry.extents[static_cast<size_t>(k)];
        const int64_t position = index.At(point * depth + k, extent);
        if (position < 0) return OutsideError(name, index[point * depth + k], extent);
        at = at * extent + position;
      }
      std::memcpy(to + static_cast<size_t>(point) * bytes, from + static_cast<size_t>(at) * bytes,
                  bytes);
    }
    return {};
  });
  return {};
}

}  // namespace

extern const Lowering gather_nd;
const Lowering gather_nd = {.op_type = "GatherND", .infer = Infer, .lower = Lower};

}  // namespace assay::engine
