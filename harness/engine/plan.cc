#include "harness/engine/plan.h"

#include <algorithm>

#include "harness/engine/batch_parts.h"
#include "harness/engine/bind.h"
#include "harness/engine/budget.h"
#include "harness/engine/fuse.h"
#include "harness/engine/infer.h"
#include "harness/engine/lowerer.h"
#include "harness/engine/lowering.h"
#include "harness/engine/memory.h"
#include "harness/engine/program.h"
#include "harness/graph/passes/fold_batch_norm.h"
#include "harness/graph/passes/remove_identity.h"

namespace assay::engine {
namespace {

Status CheckSupported(const Graph& graph) {
  const std::vector<std::string> nodes = UnsupportedNodes(graph);
  if (nodes.empty()) return {};
  std::string list;
  for (const std::string& node : nodes) list += (list.empty() ? "" : "; ") + node;
  return Error("the engine does not support " + list);
}

// Kept values become outputs, so that nothing takes them away.
Status KeepValues(Graph& graph, const std::set<std::string>& keep) {
  std::set<std::string_view> names;
  for (const ValueInfo& input : graph.inputs) names.insert(input.name);
  for (const auto& [name, tensor] : graph.initializers) names.insert(name);
  for (const Node& node : graph.nodes) names.insert(node.outputs.begin(), node.outputs.end());
  for (const std::string& name : keep) {
    if (name.empty() || !names.contains(name)) {
      return Error(fmt::format("the graph has no value '{}' to keep", name));
    }
    graph.outputs.push_back({.name = name, .dtype = DType::kF32, .dims = {}, .rank_known = false});
  }
  return {};
}

Status CheckOutputs(const Graph& graph, const Types& types) {
  for (const ValueInfo& output : graph.outputs) {
    if (!types.contains(output.name)) {
      return Error(fmt::format("output '{}' is produced by nothing", output.name));
    }
  }
  return {};
}

Status CheckBytes(const Program& program, int64_t allowed) {
  int64_t ports = 0;
  for (const auto* list : {&program.inputs, &program.outputs}) {
    for (const Port& port : *list) {
      const int64_t bytes = port.shape.elements() * static_cast<int64_t>(SizeOf(port.dtype));
      ports = std::min(ports, allowed) + bytes;  // No sum of a thousand huge ports overflows.
    }
  }
  const auto arena = static_cast<int64_t>(program.arena_bytes) * program.arenas(program.threads);
  if (ports <= allowed && arena <= allowed - ports) return {};
  return Error(fmt::format(
      "the model needs {} bytes for inputs and outputs and {} for intermediate values, {} are "
      "allowed",
      ports, arena, allowed));
}

// The same function of its inputs, in fewer and larger nodes.
Result<Types> Simplify(Graph& graph, const Types& inputs, const PlanOptions& options,
                       Budget& budget) {
  if (!options.fuse) return InferAndFold(graph, inputs, Folding::kAll, budget);
  ASSAY_RETURN_IF_ERROR(RemoveIdentity(graph));
  ASSAY_ASSIGN_OR_RETURN(Types types, InferAndFold(graph, inputs, Folding::kKeepQuantized, budget));
  ASSAY_RETURN_IF_ERROR(FoldBatchNorm(graph, budget.constant_bytes));
  ASSAY_ASSIGN_OR_RETURN(types, InferAndFold(graph, inputs, Folding::kKeepQuantized, budget));
  ASSAY_RETURN_IF_ERROR(Fuse(graph, types, budget));
  return InferAndFold(graph, inputs, Folding::kAll, budget);
}

}  // namespace

Result<Plan> Plan::Build(Graph graph, const PlanOptions& options) {
  ASSAY_CHECK(options.threads >= 1);
  ASSAY_RETURN_IF_ERROR(CheckSupported(graph));
  ASSAY_RETURN_IF_ERROR(KeepValues(graph, options.keep));
  ASSAY_RETURN_IF_ERROR(SortTopologically(graph));
  RemoveUnused(graph);
  ASSAY_ASSIGN_OR_RETURN(const Types inputs, BindInputs(graph, options));
  Budget budget = BudgetFor(graph, options);
  ASSAY_ASSIGN_OR_RETURN(Types types, Simplify(graph, inputs, options, budget));
  ASSAY_RETURN_IF_ERROR(CheckOutputs(graph, types));
  const BatchParts parts = PartsOf(graph, std::move(types), options);
  Lowerer lowerer(graph, parts.types, options, budget.packed_bytes, parts.count);
  ASSAY_ASSIGN_OR_RETURN(Program program, std::move(lowerer).Run());
  PlanMemory(program);
  ASSAY_RETURN_IF_ERROR(CheckBytes(program, options.max_bytes));
  return Plan(std::make_unique<Program>(std::move(program)));
}

Plan::Plan(std::unique_ptr<Program> program) : program_(std::move(program)) {}
Plan::Plan(Plan&&) noexcept = default;
Plan& Plan::operator=(Plan&&) noexcept = default;
Plan::~Plan() = default;

std::span<const Port> Plan::inputs() const { return program_->inputs; }
std::span<const Port> Plan::outputs() const { return program_->outputs; }
int Plan::threads() const { return program_->threads; }
int64_t Plan::parts() const { return program_->parts; }
size_t Plan::arena_bytes() const {
  return program_->arena_bytes * static_cast<size_t>(program_->arenas(threads()));
}
size_t Plan::arena_lower_bound() const {
  return program_->arena_lower_bound * static_cast<size_t>(program_->arenas(threads()));
}
std::span<const StepInfo> Plan::steps() const { return program_->infos; }

size_t Plan::weight_bytes() const {
  size_t bytes = program_->packed_bytes;
  for (const Tensor& constant : program_->constants) bytes += constant.bytes();
  return bytes;
}

int64_t Plan::macs() const {
  int64_t macs = 0;
  for (const StepInfo& step : program_->infos) macs += step.macs;
  return macs;
}

int64_t Plan::int8_macs() const {
  int64_t macs = 0;
  for (const StepInfo& step : program_->infos) macs += step.int8 ? step.macs : 0;
  return macs;
}

std::vector<std::string> UnsupportedNodes(const Graph& graph) {
  std::vector<std::string> nodes;
  for (const Node& node : graph.nodes) {
    if (FindLowering(node) != nullptr && node.domain != kFusedDomain) continue;
    nodes.push_back(fmt::format("node '{}': {} (domain {})", node.name, node.op_type,
                                node.domain.empty() ? "ai.onnx" : node.domain));
  }
  return nodes;
}

}  // namespace assay::engine
