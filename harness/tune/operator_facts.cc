#include "harness/tune/operator_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "harness/engine/session.h"
#include "harness/engine/tensors.h"
#include "harness/measure/interrupt.h"
#include "harness/quantize/topology.h"
#include "harness/tune/discrete_space.h"

namespace assay::tune {
namespace {

using nlohmann::json;
using quantize::Anchor;
using quantize::Precision;
using quantize::QuantizableOp;

using Floats = std::vector<float>;

Floats Copy(const TensorView& view) {
  const auto elements = view.as<const float>();
  return Floats(elements.begin(), elements.end());
}

// Noise over signal power; where there is no signal, the noise itself.
double RelativeError(const Floats& exact, const Floats& found) {
  double noise = 0, signal = 0;
  for (size_t i = 0; i < exact.size(); ++i) {
    const double difference = double{found[i]} - double{exact[i]};
    noise += difference * difference;
    signal += double{exact[i]} * double{exact[i]};
  }
  return signal > 0 ? noise / signal : noise;
}

// Under which name a rewritten graph has a value as every reader takes it: dequantized.
std::string NameBehindBorder(const Graph& graph, const std::string& value) {
  if (graph.IsOutput(value)) return value;
  std::string codes;
  for (const Node& node : graph.nodes) {
    if (node.op_type == "QuantizeLinear" && node.input(0) == value) codes = node.outputs[0];
    if (node.op_type == "DequantizeLinear" && !codes.empty() && node.input(0) == codes) {
      return node.outputs[0];
    }
  }
  return value;
}

// A plan with its tensors.
struct Ready {
  std::unique_ptr<engine::Session> session;
  std::vector<Tensor> inputs, outputs;

  Status Run() { return session->Run(engine::Views(inputs), engine::Views(outputs)); }
};

// The first `batch` samples staged, or fewer where the model's batch is fixed.
Result<Ready> Prepare(const Graph& graph, int64_t batch, const std::set<std::string>& keep,
                      const quantize::BatchSource& samples, const FactsOptions& options) {
  engine::PlanOptions plan_options;
  plan_options.batch = batch;
  plan_options.threads = options.threads;
  plan_options.winograd_bytes = options.winograd_bytes;
  plan_options.keep = keep;
  plan_options.images_at_once = engine::PlanOptions::kAllAtOnce;  // Steps are timed one by one.
  ASSAY_ASSIGN_OR_RETURN(auto plan, engine::Plan::Build(graph, plan_options));
  Ready ready;
  ready.session = std::make_unique<engine::Session>(
      std::make_shared<const engine::Plan>(std::move(plan)), options.threads);
  ready.inputs = engine::Allocate(ready.session->plan().inputs());
  ready.outputs = engine::Allocate(ready.session->plan().outputs());
  ASSAY_RETURN_IF_ERROR(samples(0, engine::Views(ready.inputs)));
  return ready;
}

Floats OutputsOf(const Ready& ready) {
  Floats all;
  for (const Tensor& output : ready.outputs) {
    if (output.dtype() != DType::kF32) continue;
    const auto elements = output.as<float>();
    all.insert(all.end(), elements.begin(), elements.end());
  }
  return all;
}

class Measurement {
 public:
  Measurement(const Graph& source, const std::vector<QuantizableOp>& ops,
              quantize::Quantizer& quantizer, const quantize::BatchSource& samples,
              const FactsOptions& options)
      : source_(source),
        ops_(ops),
        quantizer_(quantizer),
        samples_(samples),
        options_(options),
        found_(quantize::FindAnchors(source)) {
    for (const QuantizableOp& op : ops_) {
      const auto anchor = std::ranges::find_if(found_, [&](const Anchor& candidate) {
        return source_.nodes[static_cast<size_t>(candidate.node)].name == op.node;
      });
      index_of_[anchor->output] = anchors_.size();
      anchors_.push_back(&*anchor);
    }
  }

  Result<ModelFacts> Run() {
    facts_.bytes = ConstantBytes(source_);
    for (const QuantizableOp& op : ops_) {
      OperatorFacts& facts = facts_.operators.emplace_back();
      for (auto* column :
           {&facts.own_error, &facts.output_error, &facts.saved_s, &facts.saved_bytes}) {
        column->assign(op.choices.size(), 0.0);
      }
    }
    ASSAY_RETURN_IF_ERROR(RunExact());
    for (size_t op = 0; op < ops_.size(); ++op) {
      if (measure::Interrupted()) return Error("interrupted");
      for (size_t choice = 0; choice < ops_[op].choices.size(); ++choice) {
        ASSAY_RETURN_IF_ERROR(MeasureErrors(op, choice));
      }
      if (options_.progress) {
        options_.progress(static_cast<int64_t>(op + 1), static_cast<int64_t>(ops_.size()));
      }
    }
    ASSAY_RETURN_IF_ERROR(MeasureLatencies());
    return std::move(facts_);
  }

 private:
  Result<Graph> Rewritten(const quantize::QuantConfig& config) {
    quantize::QuantPlan plan;
    plan.operators = config;
    plan.calibration = options_.calibration;
    ASSAY_ASSIGN_OR_RETURN(quantize::Quantized quantized, quantizer_.Quantize(plan));
    return std::move(quantized.graph);
  }

  // What the engine shows of a kept value, or the model's output of that name.
  static Floats ValueOf(const Ready& ready, const std::string& name) {
    const auto ports = ready.session->plan().outputs();
    for (size_t i = 0; i < ports.size(); ++i) {
      if (ports[i].name != name) continue;
      const auto elements = ready.outputs[i].as<float>();
      return Floats(elements.begin(), elements.end());
    }
    return Copy(ready.session->Value(name));
  }

  Status RunExact() {
    std::set<std::string> keep;
    for (const Anchor* anchor : anchors_) {
      if (!source_.IsOutput(anchor->output)) keep.insert(anchor->output);
    }
    ASSAY_ASSIGN_OR_RETURN(Ready ready,
                           Prepare(source_, options_.samples, keep, samples_, options_));
    ASSAY_RETURN_IF_ERROR(ready.Run());
    batch_ =
        std::max<int64_t>(1, ready.inputs[0].shape().rank() > 0 ? ready.inputs[0].shape()[0] : 1);
    for (const Anchor* anchor : anchors_) exact_.push_back(ValueOf(ready, anchor->output));
    exact_outputs_ = OutputsOf(ready);
    return {};
  }

  // One operator alone.
  Status MeasureErrors(size_t op, size_t choice) {
    if (ops_[op].choices[choice] == Precision::kFp32) return {};
    ASSAY_ASSIGN_OR_RETURN(const Graph graph,
                           Rewritten({{ops_[op].node, ops_[op].choices[choice]}}));
    const std::string result = NameBehindBorder(graph, anchors_[op]->output);
    std::set<std::string> keep;
    if (!graph.IsOutput(result)) keep.insert(result);
    ASSAY_ASSIGN_OR_RETURN(Ready ready, Prepare(graph, options_.samples, keep, samples_, options_));
    ASSAY_RETURN_IF_ERROR(ready.Run());
    OperatorFacts& facts = facts_.operators[op];
    facts.own_error[choice] = RelativeError(exact_[op], ValueOf(ready, result));
    facts.output_error[choice] = RelativeError(exact_outputs_, OutputsOf(ready));
    facts.saved_bytes[choice] = facts_.bytes - ConstantBytes(graph);
    return {};
  }

  static double SecondsOf(const measure::Profile& profile, const std::string& node) {
    double seconds = 0;
    for (const measure::ProfiledStep& step : profile.steps) {
      const bool does = step.info.node == node || std::ranges::count(step.info.fused, node) > 0;
      if (does) seconds += step.seconds;
    }
    return seconds;
  }

  Status MeasureLatencies() {
    ASSAY_ASSIGN_OR_RETURN(const measure::Profile fp32, ProfileGraph(source_, samples_, options_));
    facts_.latency_s = fp32.whole_s;
    for (const Precision precision : {Precision::kInt8PerChannel, Precision::kInt8PerTensor}) {
      ASSAY_ASSIGN_OR_RETURN(const Graph graph, Rewritten(Uniform(ops_, precision)));
      ASSAY_ASSIGN_OR_RETURN(const measure::Profile int8, ProfileGraph(graph, samples_, options_));
      for (size_t op = 0; op < ops_.size(); ++op) {
        const auto& choices = ops_[op].choices;
        const auto choice = std::ranges::find(choices, precision);
        if (choice == choices.end()) continue;
        facts_.operators[op].saved_s[static_cast<size_t>(choice - choices.begin())] =
            SecondsOf(fp32, ops_[op].node) - SecondsOf(int8, ops_[op].node);
      }
    }
    for (OperatorFacts& op : facts_.operators) Level(op.saved_s);
    return MeasureBorders();
  }

  // What int8 choices save differs by noise alone where it is little: equal then.
  void Level(std::vector<double>& saved_s) const {
    constexpr double kNoise = 0.01;   // Of the whole model.
    if (saved_s.size() != 3) return;  // Per channel, per tensor, fp32.
    if (std::abs(saved_s[0] - saved_s[1]) > kNoise * facts_.latency_s) return;
    saved_s[0] = saved_s[1] = (saved_s[0] + saved_s[1]) / 2;
  }

  Status MeasureBorders() {
    quantize::QuantConfig alternating;
    for (size_t op = 0; op < ops_.size(); ++op) {
      alternating[ops_[op].node] = op % 2 == 0 ? ops_[op].choices.front() : Precision::kFp32;
    }
    ASSAY_ASSIGN_OR_RETURN(const Graph graph, Rewritten(alternating));
    ASSAY_ASSIGN_OR_RETURN(const measure::Profile profile, ProfileGraph(graph, samples_, options_));
    double seconds = 0, elements = 0;
    for (const measure::ProfiledStep& step : profile.steps) {
      if (!step.info.op.starts_with("Quantize") && !step.info.op.starts_with("Dequantize"))
        continue;
      seconds += step.seconds;
      elements += static_cast<double>(step.info.shape.elements());
    }
    const double per_element = elements > 0 ? seconds / elements : 0;
    for (size_t to = 0; to < ops_.size(); ++to) {
      std::set<size_t> sources;
      for (const std::string& input : anchors_[to]->inputs) Walk(input, sources);
      for (const size_t from : sources) {
        const auto size = static_cast<double>(exact_[from].size()) / static_cast<double>(batch_);
        facts_.borders.push_back({from, to, per_element * size});
      }
    }
    return {};
  }

  // The operators whose results come to `value`, through nodes that only pass them on.
  void Walk(const std::string& value, std::set<size_t>& sources) const {
    const auto known = index_of_.find(value);
    if (known != index_of_.end()) {
      sources.insert(known->second);
      return;
    }
    const int producer = source_.Producer(value);
    if (producer < 0) return;
    const Node& node = source_.nodes[static_cast<size_t>(producer)];
    if (!quantize::PassesValues(source_, node) && node.op_type != "Concat") return;
    for (const std::string& input : node.inputs) Walk(input, sources);
  }

  const Graph& source_;
  const std::vector<QuantizableOp>& ops_;
  quantize::Quantizer& quantizer_;
  const quantize::BatchSource& samples_;
  const FactsOptions& options_;
  std::vector<Anchor> found_;
  std::vector<const Anchor*> anchors_;      // By operator.
  std::map<std::string, size_t> index_of_;  // Result -> operator.
  int64_t batch_ = 1;
  std::vector<Floats> exact_;  // Results of operators in fp32.
  Floats exact_outputs_;
  ModelFacts facts_;
};

}  // namespace

Result<measure::Profile> ProfileGraph(const Graph& graph, const quantize::BatchSource& samples,
                                      const FactsOptions& options) {
  const Graph* const graphs[] = {&graph};
  ASSAY_ASSIGN_OR_RETURN(auto profiles, ProfileGraphs(graphs, samples, options));
  return std::move(profiles[0]);
}

Result<std::vector<measure::Profile>> ProfileGraphs(std::span<const Graph* const> graphs,
                                                    const quantize::BatchSource& samples,
                                                    const FactsOptions& options) {
  std::vector<Ready> ready;
  std::vector<std::vector<TensorView>> views;
  for (const Graph* graph : graphs) {
    ASSAY_ASSIGN_OR_RETURN(Ready prepared, Prepare(*graph, 1, {}, samples, options));
    ready.push_back(std::move(prepared));
    views.push_back(engine::Views(ready.back().inputs));
    views.push_back(engine::Views(ready.back().outputs));
  }
  std::vector<measure::ProfiledModel> models;
  for (size_t i = 0; i < ready.size(); ++i) {
    models.push_back({*ready[i].session, views[2 * i], views[2 * i + 1]});
  }
  measure::RunnerOptions runner;
  runner.budget_s = options.budget_s * static_cast<double>(graphs.size());
  runner.max_warmup_s = options.budget_s / 2;
  runner.stop = measure::Interrupted;
  return measure::ProfileInTurns(models, runner);
}

Result<double> MeasureOutputError(const Graph& source, const Graph& graph,
                                  const quantize::BatchSource& samples,
                                  const FactsOptions& options) {
  Floats outputs[2];
  for (const auto& [model, found] : {std::pair{&source, &outputs[0]}, {&graph, &outputs[1]}}) {
    ASSAY_ASSIGN_OR_RETURN(Ready ready, Prepare(*model, options.samples, {}, samples, options));
    ASSAY_RETURN_IF_ERROR(ready.Run());
    *found = OutputsOf(ready);
  }
  return RelativeError(outputs[0], outputs[1]);
}

double ConstantBytes(const Graph& graph) {
  double bytes = 0;
  for (const auto& [name, tensor] : graph.initializers) {
    bytes += static_cast<double>(tensor.bytes());
  }
  return bytes;
}

Result<ModelFacts> MeasureFacts(const Graph& source, const std::vector<QuantizableOp>& ops,
                                quantize::Quantizer& quantizer,
                                const quantize::BatchSource& samples, const FactsOptions& options) {
  return Measurement(source, ops, quantizer, samples, options).Run();
}

json ToJson(const ModelFacts& facts) {
  json operators = json::array(), borders = json::array();
  for (const OperatorFacts& op : facts.operators) {
    operators.push_back({{"own_error", op.own_error},
                         {"output_error", op.output_error},
                         {"saved_s", op.saved_s},
                         {"saved_bytes", op.saved_bytes}});
  }
  for (const BorderFacts& border : facts.borders) {
    borders.push_back({{"from", border.from}, {"to", border.to}, {"latency_s", border.latency_s}});
  }
  return {{"operators", operators},
          {"borders", borders},
          {"settings_error", facts.settings_error},
          {"settings_s", facts.settings_s},
          {"trial_s", facts.trial_s},
          {"latency_s", facts.latency_s},
          {"bytes", facts.bytes}};
}

Result<ModelFacts> ParseFacts(const json& text, const std::vector<QuantizableOp>& ops,
                              size_t settings) try {
  ModelFacts facts;
  for (const json& op : text.at("operators")) {
    facts.operators.push_back(
        {op.at("own_error"), op.at("output_error"), op.at("saved_s"), op.at("saved_bytes")});
  }
  for (const json& border : text.at("borders")) {
    facts.borders.push_back({border.at("from"), border.at("to"), border.at("latency_s")});
  }
  text.at("settings_error").get_to(facts.settings_error);
  text.at("settings_s").get_to(facts.settings_s);
  facts.trial_s = text.at("trial_s");
  facts.latency_s = text.at("latency_s");
  facts.bytes = text.at("bytes");
  bool fits = facts.operators.size() == ops.size() && facts.settings_error.size() == settings &&
              facts.settings_s.size() == settings;
  for (size_t i = 0; fits && i < ops.size(); ++i) {
    const OperatorFacts& op = facts.operators[i];
    for (const auto* column : {&op.own_error, &op.output_error, &op.saved_s, &op.saved_bytes}) {
      fits = fits && column->size() == ops[i].choices.size();
    }
  }
  for (const BorderFacts& border : facts.borders) {
    fits = fits && border.from < border.to && border.to < ops.size();
  }
  if (!fits) return Error("'facts' are not those of the model's operators");
  return facts;
} catch (const json::exception& error) {
  return Error(fmt::format("'facts' are not whole: {}", error.what()));
}

}  // namespace assay::tune
