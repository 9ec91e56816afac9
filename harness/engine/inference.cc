#include "harness/engine/inference.h"

#include <algorithm>

#include "harness/engine/operand.h"

namespace assay::engine {

Status Inference::ExpectInputs(size_t required, size_t allowed) const {
  for (size_t i = 0; i < required; ++i) {
    if (!has(i)) return Error("input {} is missing, {} are required", i, required);
  }
  if (node_.inputs.size() > allowed) {
    return Error("{} inputs, at most {} are allowed", node_.inputs.size(), allowed);
  }
  return {};
}

Status Inference::ExpectRank(size_t input, int rank) const {
  if (shape(input).rank() == rank) return {};
  return Error("input {} ('{}') has shape {}, {} axes are expected", input, node_.input(input),
               shape(input).ToString(), rank);
}

Status Inference::ExpectType(size_t input, std::initializer_list<DType> allowed) const {
  if (std::ranges::find(allowed, dtype(input)) != allowed.end()) return {};
  std::string names;
  for (DType dtype : allowed) names += (names.empty() ? "" : ", ") + std::string(Name(dtype));
  return Error("input {} ('{}') is {}, allowed: {}", input, node_.input(input), Name(dtype(input)),
               names);
}

const ValueType& Inference::type(size_t input) const {
  const auto it = types_.find(node_.input(input));
  ASSAY_CHECK(it != types_.end());
  return it->second;
}

const Tensor* Inference::constant(size_t input) const {
  return graph_.Initializer(node_.input(input));
}

Result<std::vector<int64_t>> Inference::Integers(size_t input) const {
  const Tensor* tensor = constant(input);
  if (tensor == nullptr) {
    return Error("input {} ('{}') depends on data, it must be constant", input, node_.input(input));
  }
  ASSAY_RETURN_IF_ERROR(ExpectType(input, {DType::kI64, DType::kI32}));
  return IntegersOf(*tensor);
}

Status Inference::Set(size_t output, DType dtype, std::vector<int64_t> dims) {
  if (dims.size() > static_cast<size_t>(kMaxRank)) {
    return Error("output {} has {} axes, at most {} are supported", output, dims.size(), kMaxRank);
  }
  Result<Shape> shape = Shape::Make(std::move(dims));
  if (!shape.ok()) return Error("output {}: {}", output, shape.message());
  if (outputs_.size() <= output) outputs_.resize(output + 1);
  outputs_[output].type = {dtype, *std::move(shape)};
  return {};
}

Status Inference::ExpectConstantFits(DType dtype, const Shape& shape) const {
  const int64_t bytes = shape.elements() * static_cast<int64_t>(SizeOf(dtype));
  if (bytes <= constant_bytes_) return {};
  return Error(
      "a constant result of shape {} is too large: {} bytes, where {} are left for a model of this "
      "size",
      shape.ToString(), bytes, constant_bytes_);
}

Status Inference::SetConstant(size_t output, Tensor value) {
  ASSAY_RETURN_IF_ERROR(Set(output, value.dtype(), value.shape()));
  outputs_[output].constant = std::move(value);
  return {};
}

Result<int> Axis(const Node& node, int64_t axis, int rank) {
  if (axis < -rank || axis >= rank) {
    return NodeError(node, "axis {} is outside the {} axes of its input", axis, rank);
  }
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

std::vector<int64_t> IntegersOf(const Tensor& tensor) {
  if (tensor.dtype() == DType::kI32) {
    const auto values = tensor.as<int32_t>();
    return {values.begin(), values.end()};
  }
  const auto values = tensor.as<int64_t>();
  return {values.begin(), values.end()};
}

}  // namespace assay::engine
