// assay inspect: what is in a model.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "harness/cli/command.h"
#include "harness/cli/json_output.h"
#include "harness/cli/plan_flags.h"
#include "harness/engine/plan.h"
#include "harness/onnx/import.h"
#include "harness/quantize/config.h"
#include "harness/report/terminal.h"

namespace assay::cli {
namespace {

struct Options {
  std::string model;
  std::string json;
  int64_t batch = 1;
  bool steps = false;
  std::optional<int64_t> winograd_bytes;
};

struct OperatorCount {
  int64_t nodes = 0;
  int64_t quantizable = 0;
};

std::map<std::string, OperatorCount> CountOperators(const Graph& graph,
                                                    const std::set<std::string>& quantizable) {
  std::map<std::string, OperatorCount> counts;
  for (const Node& node : graph.nodes) {
    OperatorCount& count =
        counts[node.domain.empty() ? node.op_type : node.domain + "." + node.op_type];
    ++count.nodes;
    count.quantizable += quantizable.contains(node.name) ? 1 : 0;
  }
  return counts;
}

int64_t Parameters(const Graph& graph) {
  int64_t elements = 0;
  for (const auto& [name, tensor] : graph.initializers) elements += tensor.elements();
  return elements;
}

void PrintText(const Graph& graph, const std::map<std::string, OperatorCount>& counts,
               const engine::Plan* plan, bool steps) {
  for (const ValueInfo& input : graph.inputs) {
    fmt::print("input   {}\n", report::Printable(input.ToString()));
  }
  for (const ValueInfo& output : graph.outputs) {
    fmt::print("output  {}\n", report::Printable(output.ToString()));
  }
  fmt::print("parameters  {}\n", report::FormatCount(Parameters(graph)));
  if (plan != nullptr) {
    fmt::print("multiply-adds  {} ({:.0f} % on integers)\n", report::FormatCount(plan->macs()),
               plan->macs() == 0 ? 0.0
                                 : 100.0 * static_cast<double>(plan->int8_macs()) /
                                       static_cast<double>(plan->macs()));
    fmt::print("arena  {} (lower bound {}), packed weights {}\n",
               report::FormatBytes(static_cast<double>(plan->arena_bytes())),
               report::FormatBytes(static_cast<double>(plan->arena_lower_bound())),
               report::FormatBytes(static_cast<double>(plan->weight_bytes())));
    if (plan->parts() > 1) {
      fmt::print("batch  in {} parts, each through all steps before the next\n", plan->parts());
    }
  }
  report::Table table({"operator", "nodes", "quantizable"});
  for (const auto& [name, count] : counts) {
    table.Add({name, std::to_string(count.nodes), std::to_string(count.quantizable)});
  }
  fmt::print("\n{}", table.ToString());
  if (plan == nullptr || !steps) return;
  report::Table list({"step", "operator", "kernel", "multiply-adds", "result", "fused"});
  for (const engine::StepInfo& step : plan->steps()) {
    list.Add({step.node, step.op, step.variant, report::FormatCount(step.macs),
              step.shape.ToString(), fmt::format("{}", fmt::join(step.fused, " "))});
  }
  fmt::print("\n{}", list.ToString());
}

nlohmann::json ToJson(const Graph& graph, const std::map<std::string, OperatorCount>& counts,
                      const engine::Plan* plan) {
  nlohmann::json json = {
      {"inputs", nlohmann::json::array()},      {"outputs", nlohmann::json::array()},
      {"parameters", Parameters(graph)},        {"operators", nlohmann::json::object()},
      {"unsupported", nlohmann::json::array()}, {"metadata", graph.metadata}};
  for (const ValueInfo& input : graph.inputs) json["inputs"].push_back(input.ToString());
  for (const ValueInfo& output : graph.outputs) json["outputs"].push_back(output.ToString());
  for (const auto& [name, count] : counts) {
    json["operators"][name] = {{"nodes", count.nodes}, {"quantizable", count.quantizable}};
  }
  if (plan == nullptr) return json;
  json["macs"] = plan->macs();
  json["int8_macs"] = plan->int8_macs();
  json["parts"] = plan->parts();
  json["arena_bytes"] = plan->arena_bytes();
  json["arena_lower_bound_bytes"] = plan->arena_lower_bound();
  json["packed_weight_bytes"] = plan->weight_bytes();
  for (const engine::StepInfo& step : plan->steps()) {
    json["steps"].push_back({{"node", step.node},
                             {"operator", step.op},
                             {"variant", step.variant},
                             {"macs", step.macs},
                             {"bytes", step.bytes},
                             {"int8", step.int8},
                             {"fused", step.fused},
                             {"shape", step.shape.dims()}});
  }
  return json;
}

// Of a model that cannot be imported: its operators, and which nodes stand in the way.
Result<int> ShowUnsupported(const onnx::Survey& survey, const Options& options) {
  if (options.json != "-") {
    report::Table table({"operator", "nodes"});
    for (const auto& [name, nodes] : survey.operators) table.Add({name, std::to_string(nodes)});
    fmt::print("{}\n", table.ToString());
    for (const std::string& node : survey.unsupported) {
      fmt::print("not supported: {}\n", report::Printable(node));
    }
  }
  if (!options.json.empty()) {
    nlohmann::json json = {{"operators", nlohmann::json::object()},
                           {"unsupported", survey.unsupported}};
    for (const auto& [name, nodes] : survey.operators) json["operators"][name] = {{"nodes", nodes}};
    ASSAY_RETURN_IF_ERROR(WriteJson(options.json, json));
  }
  return Error(
      fmt::format("{}: {} nodes are not supported", options.model, survey.unsupported.size()));
}

Result<int> Run(const Options& options) {
  ASSAY_ASSIGN_OR_RETURN(const onnx::Survey survey, onnx::Examine(options.model));
  if (!survey.unsupported.empty()) return ShowUnsupported(survey, options);
  ASSAY_ASSIGN_OR_RETURN(const Graph graph, onnx::Import(options.model));
  std::set<std::string> quantizable;
  for (const auto& op : quantize::QuantizableOps(graph)) quantizable.insert(op.node);
  const auto counts = CountOperators(graph, quantizable);
  engine::PlanOptions plan_options;
  plan_options.batch = options.batch;
  if (options.winograd_bytes) plan_options.winograd_bytes = *options.winograd_bytes;
  const auto plan = engine::Plan::Build(graph, plan_options);
  const engine::Plan* known = plan.ok() ? &*plan : nullptr;
  if (options.json != "-") PrintText(graph, counts, known, options.steps);
  if (!options.json.empty()) {
    ASSAY_RETURN_IF_ERROR(WriteJson(options.json, ToJson(graph, counts, known)));
  }
  if (!plan.ok()) return Error(fmt::format("{}: {}", options.model, plan.message()));
  return kFine;
}

std::function<Result<int>()> Declare(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("MODEL", options->model, "ONNX file")->required();
  app.add_option("--batch", options->batch, "What an open batch extent is taken for")
      ->capture_default_str()
      ->check(CLI::Range(1, 65536));
  app.add_flag("--steps", options->steps, "List what the engine will do: kernels, fusions, shapes");
  AddWinogradBudget(app, options->winograd_bytes);
  app.add_option("--json", options->json, "Write it to FILE, or - for stdout")->type_name("FILE|-");
  return [options] { return Run(*options); };
}

}  // namespace

extern const Command inspect;
const Command inspect = {
    "inspect", "Show a model's inputs, operators, cost, and what can be quantized", Declare};

}  // namespace assay::cli
