#include "harness/engine/evaluate.h"

#include "harness/engine/executor.h"
#include "harness/engine/lowerer.h"
#include "harness/engine/memory.h"

namespace assay::engine {

namespace {

// Elements read or written, and operations as far as the steps tell them.
Status SpendWork(const Node& node, const Types& types, const Program& program, Budget& budget) {
  double work = 0;
  for (const auto* names : {&node.inputs, &node.outputs}) {
    for (const std::string& name : *names) {
      if (!name.empty()) work += static_cast<double>(types.at(name).shape.elements());
    }
  }
  for (const StepInfo& step : program.infos) work += static_cast<double>(step.macs);
  for (const Step& step : program.steps) work += step.work;
  if (work <= budget.work) {
    budget.work -= work;
    return {};
  }
  return NodeError(node,
                   "a constant result takes {:.0f} operations, where {:.0f} are left for a model "
                   "of this size",
                   work, budget.work);
}

}  // namespace

Result<std::vector<Tensor>> Evaluate(const Node& node, const Graph& graph, const Types& types,
                                     Budget& budget) {
  Graph alone;
  alone.nodes = {node};
  for (const std::string& input : node.inputs) {
    if (!input.empty()) alone.initializers.emplace(input, *graph.Initializer(input));
  }
  std::vector<Tensor> values;
  for (const std::string& output : node.outputs) {
    values.emplace_back();
    if (output.empty()) continue;
    const ValueType& type = types.at(output);
    alone.outputs.push_back({.name = output, .dtype = type.dtype, .dims = {}, .rank_known = false});
    values.back() = Tensor(type.dtype, type.shape);
  }
  std::vector<TensorView> views;
  for (size_t i = 0; i < values.size(); ++i) {
    if (!node.outputs[i].empty()) views.push_back(values[i].view());
  }

  const PlanOptions options;
  ASSAY_ASSIGN_OR_RETURN(Program program,
                         Lowerer(alone, types, options, budget.packed_bytes).Run());
  ASSAY_RETURN_IF_ERROR(SpendWork(node, types, program, budget));
  PlanMemory(program);
  ASSAY_RETURN_IF_ERROR(Executor(program, 1).Run({}, views));
  return values;
}

}  // namespace assay::engine
