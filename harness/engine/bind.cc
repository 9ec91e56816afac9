#include "harness/engine/bind.h"

#include <algorithm>

#include "harness/engine/operand.h"

namespace assay::engine {
namespace {

using Symbols = std::map<std::string, int64_t>;

Result<Shape> BindShape(const ValueInfo& input, const PlanOptions& options, Symbols& symbols) {
  const auto given = options.input_shapes.find(input.name);
  const Shape* shape = given == options.input_shapes.end() ? nullptr : &given->second;
  if (!input.rank_known) {
    if (shape != nullptr) return Shape::Make(shape->dims());
    return Error(fmt::format("input '{}' declares no shape, one must be given", input.name));
  }
  if (shape != nullptr && static_cast<size_t>(shape->rank()) != input.dims.size()) {
    return Error(
        fmt::format("input {} is given the shape {}", input.ToString(), shape->ToString()));
  }
  std::vector<int64_t> extents;
  for (size_t i = 0; i < input.dims.size(); ++i) {
    const Dim& dim = input.dims[i];
    int64_t extent = dim.known() ? dim.value : (i == 0 ? options.batch : -1);
    if (shape != nullptr) extent = (*shape)[static_cast<int>(i)];
    if (dim.known() && extent != dim.value) {
      return Error(
          fmt::format("input {} is given the shape {}", input.ToString(), shape->ToString()));
    }
    if (extent < 0) {
      return Error(
          fmt::format("input {}: axis {} is open, a shape must be given", input.ToString(), i));
    }
    if (!dim.known() && !dim.symbol.empty() &&
        symbols.emplace(dim.symbol, extent).first->second != extent) {
      return Error(fmt::format("input {}: '{}' is both {} and {}", input.ToString(), dim.symbol,
                               symbols[dim.symbol], extent));
    }
    extents.push_back(extent);
  }
  return Shape::Make(std::move(extents));
}

}  // namespace

Result<Types> BindInputs(const Graph& graph, const PlanOptions& options) {
  for (const auto& [name, shape] : options.input_shapes) {
    const bool known = std::ranges::any_of(
        graph.inputs, [&](const ValueInfo& input) { return input.name == name; });
    if (!known) return Error(fmt::format("'{}' is given a shape, but is no input", name));
  }
  Types types;
  Symbols symbols;
  for (const ValueInfo& input : graph.inputs) {
    ASSAY_ASSIGN_OR_RETURN(Shape shape, BindShape(input, options, symbols));
    if (shape.rank() > kMaxRank) {
      return Error(fmt::format("input '{}' has {} axes, at most {} are supported", input.name,
                               shape.rank(), kMaxRank));
    }
    const int64_t bytes = shape.elements() * static_cast<int64_t>(SizeOf(input.dtype));
    if (bytes > options.max_bytes) {
      return Error(fmt::format("input '{}' of shape {} has {} bytes, {} are allowed", input.name,
                               shape.ToString(), bytes, options.max_bytes));
    }
    types[input.name] = {input.dtype, std::move(shape)};
  }
  return types;
}

}  // namespace assay::engine
