// Inference: what an operator is given to say the types of its outputs.
#pragma once

#include <fmt/format.h>

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/graph/graph.h"
#include "kernels/base/dtype.h"
#include "kernels/base/shape.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor.h"

namespace assay::engine {

struct ValueType {
  DType dtype = DType::kF32;
  Shape shape;
};
using Types = std::map<std::string, ValueType>;

// Element types that operators are defined for.
inline constexpr std::initializer_list<DType> kReals = {DType::kF32, DType::kF64};
inline constexpr std::initializer_list<DType> kNumbers = {DType::kF32, DType::kF64, DType::kI64,
                                                          DType::kI32, DType::kU8,  DType::kI8};
inline constexpr std::initializer_list<DType> kIndices = {DType::kI64, DType::kI32};

// "node 'conv1' (Conv): ..."
template <typename... Args>
Status NodeError(const Node& node, fmt::format_string<Args...> format, Args&&... args) {
  return Error(fmt::format("node '{}' ({}): {}", node.name, node.op_type,
                           fmt::format(format, std::forward<Args>(args)...)));
}

class Inference {
 public:
  // `constant_bytes`: the most that the outputs may have where they are constants.
  Inference(const Node& node, const Graph& graph, const Types& types, int64_t constant_bytes = 0)
      : node_(node), graph_(graph), types_(types), constant_bytes_(constant_bytes) {}

  const Node& node() const { return node_; }

  // Error unless the first `required` inputs are present and there are at most `allowed`.
  Status ExpectInputs(size_t required, size_t allowed) const;
  Status ExpectRank(size_t input, int rank) const;
  // Error unless the input's type is one of these.
  Status ExpectType(size_t input, std::initializer_list<DType> allowed) const;
  template <typename... Args>
  Status Error(fmt::format_string<Args...> format, Args&&... args) const {
    return NodeError(node_, format, std::forward<Args>(args)...);
  }

  bool has(size_t input) const { return node_.has_input(input); }
  const ValueType& type(size_t input) const;  // Of an input that is present.
  const Shape& shape(size_t input) const { return type(input).shape; }
  DType dtype(size_t input) const { return type(input).dtype; }
  const Tensor* constant(size_t input) const;  // nullptr where it is not constant.
  // The elements of a constant int64 or int32 input. Error: it depends on data.
  Result<std::vector<int64_t>> Integers(size_t input) const;

  // What an output is. Error: an impossible shape.
  Status Set(size_t output, DType dtype, std::vector<int64_t> dims);
  Status Set(size_t output, DType dtype, std::initializer_list<int64_t> dims) {
    return Set(output, dtype, std::vector<int64_t>(dims));
  }
  Status Set(size_t output, DType dtype, const Shape& shape) {
    return Set(output, dtype, shape.dims());
  }
  // Error: a constant of so many elements, which has not been made yet, is too large for the model.
  Status ExpectConstantFits(DType dtype, const Shape& shape) const;
  // The output is known already.
  Status SetConstant(size_t output, Tensor value);

  // For the stage that runs the inferences.
  struct Output {
    ValueType type;
    std::optional<Tensor> constant;
  };
  const std::vector<Output>& outputs() const { return outputs_; }

 private:
  const Node& node_;
  const Graph& graph_;
  const Types& types_;
  const int64_t constant_bytes_;
  std::vector<Output> outputs_;
};

// [-rank, rank) to [0, rank). Error: outside.
Result<int> Axis(const Node& node, int64_t axis, int rank);
// The elements of an int64 or int32 tensor.
std::vector<int64_t> IntegersOf(const Tensor& tensor);

}  // namespace assay::engine
