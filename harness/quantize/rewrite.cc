#include "harness/quantize/rewrite.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/quantize/placement.h"
#include "harness/quantize/weights.h"

namespace assay::quantize {
namespace {

// Builds the QDQ graph node by node, in the order of the source.
class Rewriter {
 public:
  Rewriter(const Graph& graph, const Placement& placement,
           const std::map<std::string, QuantParams>& params,
           const std::map<std::string, Constants>& constants)
      : source_(graph),
        placement_(placement),
        params_(params),
        constants_(constants),
        result_(graph) {
    result_.nodes.clear();
  }

  Graph Run() {
    for (const ValueInfo& input : source_.inputs) AddBorder(input.name, input.name);
    for (size_t i = 0; i < source_.nodes.size(); ++i) AddNode(static_cast<int>(i));
    RemoveUnused(result_);
    return std::move(result_);
  }

 private:
  void AddNode(int index) {
    Node node = source_.nodes[static_cast<size_t>(index)];
    const auto op = placement_.operators.find(index);
    const bool int8 = op != placement_.operators.end();
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const std::string value = node.inputs[i];
      if (dequantized_.contains(value) && (placement_.native.contains(value) || int8)) {
        node.inputs[i] = dequantized_[value];
      }
    }
    if (int8 && op->second.anchor.weighted()) QuantizeConstants(op->second, node);

    // A graph output keeps its name behind the border; the raw result takes another.
    std::vector<std::pair<std::string, std::string>> borders;
    for (std::string& output : node.outputs) {
      if (!placement_.quantized(output)) continue;
      const std::string value = output;
      if (placement_.native.contains(value) && source_.IsOutput(value))
        output = Fresh(value + "_raw");
      borders.emplace_back(value, output);
    }
    result_.nodes.push_back(std::move(node));
    for (const auto& [value, raw] : borders) AddBorder(value, raw);
  }

  // raw -> QuantizeLinear -> DequantizeLinear, for the value of the source graph.
  void AddBorder(const std::string& value, const std::string& raw) {
    if (!placement_.quantized(value)) return;
    const QuantParams params = params_.at(value);
    const std::string scale = AddInitializer(value + "_scale", Tensor::Scalar(params.scale));
    const std::string zero_point = AddInitializer(
        value + "_zero_point", Tensor::Scalar(static_cast<uint8_t>(params.zero_point)));
    const std::string codes = Fresh(value + "_quantized");
    const std::string real = raw == value ? Fresh(value + "_dequantized") : value;
    AddOp("QuantizeLinear", value, {raw, scale, zero_point}, codes);
    AddOp("DequantizeLinear", value, {codes, scale, zero_point}, real);
    dequantized_[value] = real;
  }

  void QuantizeConstants(const Placement::Operator& op, Node& node) {
    const bool per_channel = op.precision == Precision::kInt8PerChannel;
    const int axis = op.anchor.channel_axis;
    const float input_scale = params_.at(op.anchor.inputs[0]).scale;
    const auto known = constants_.find(node.name);
    Constants quantized =
        known != constants_.end()
            ? known->second
            : QuantizeWeights(*source_.Initializer(op.anchor.weights), per_channel ? axis : -1,
                              source_.Initializer(op.anchor.bias), input_scale);
    const std::string& stem = node.name;
    const Tensor zero_points =
        per_channel ? Zeros(quantized.scales.size()) : Tensor::Scalar(int8_t{0});
    node.inputs[1] = AddConstant(stem + "_weights", std::move(quantized.values),
                                 ScaleTensor(quantized.scales, per_channel), &zero_points, axis);
    if (quantized.bias.elements() == 0) return;
    std::vector<float> scales = quantized.scales;
    for (float& scale : scales) scale *= input_scale;
    node.inputs.resize(3);
    node.inputs[2] = AddConstant(stem + "_bias", std::move(quantized.bias),
                                 ScaleTensor(scales, per_channel), nullptr, 0);
  }

  static Tensor Zeros(size_t channels) {
    return Tensor::Of<int8_t>({static_cast<int64_t>(channels)}, std::vector<int8_t>(channels, 0));
  }

  static Tensor ScaleTensor(const std::vector<float>& scales, bool per_channel) {
    if (!per_channel) return Tensor::Scalar(scales[0]);
    return Tensor::Of<float>({static_cast<int64_t>(scales.size())}, scales);
  }

  // An integer initializer behind a DequantizeLinear; returns the dequantized value's name.
  std::string AddConstant(const std::string& stem, Tensor codes, Tensor scale,
                          const Tensor* zero_point, int axis) {
    const bool per_channel = scale.shape().rank() == 1;
    std::vector<std::string> inputs = {AddInitializer(stem + "_quantized", std::move(codes)),
                                       AddInitializer(stem + "_scale", std::move(scale))};
    if (zero_point != nullptr) inputs.push_back(AddInitializer(stem + "_zero_point", *zero_point));
    const std::string real = Fresh(stem + "_dequantized");
    Node& node = AddOp("DequantizeLinear", stem, std::move(inputs), real);
    if (per_channel) node.attributes["axis"] = int64_t{axis};
    return real;
  }

  Node& AddOp(const char* op_type, const std::string& stem, std::vector<std::string> inputs,
              const std::string& output) {
    Node node;
    node.name = Fresh(stem + "_" + op_type);
    node.op_type = op_type;
    node.inputs = std::move(inputs);
    node.outputs = {output};
    result_.nodes.push_back(std::move(node));
    return result_.nodes.back();
  }

  std::string AddInitializer(const std::string& stem, Tensor tensor) {
    const std::string name = Fresh(stem);
    result_.initializers.emplace(name, std::move(tensor));
    return name;
  }

  // A name that neither the source nor the result has.
  std::string Fresh(const std::string& stem) {
    if (names_.empty()) {
      for (const Node& node : source_.nodes) {
        names_.insert(node.name);
        names_.insert(node.outputs.begin(), node.outputs.end());
      }
      for (const auto& [name, tensor] : source_.initializers) names_.insert(name);
      for (const ValueInfo& input : source_.inputs) names_.insert(input.name);
    }
    std::string name = stem;
    for (int suffix = 1; !names_.insert(name).second; ++suffix) {
      name = fmt::format("{}_{}", stem, suffix);
    }
    return name;
  }

  const Graph& source_;
  const Placement& placement_;
  const std::map<std::string, QuantParams>& params_;
  const std::map<std::string, Constants>& constants_;
  Graph result_;
  std::map<std::string, std::string> dequantized_;
  std::set<std::string> names_;
};

}  // namespace

std::set<std::string> CalibratedValues(const Graph& graph) {
  // Whatever a configuration quantizes, the full one does too.
  const Result<Placement> placement = Place(graph, FullyQuantized(graph));
  std::set<std::string> values;
  for (const auto& [value, root] : placement->shared) values.insert(value);
  return values;
}

Result<Graph> Rewrite(const Graph& graph, const QuantConfig& config, const Ranges& ranges,
                      const std::map<std::string, Constants>& constants) {
  ASSAY_ASSIGN_OR_RETURN(const Placement placement, Place(graph, config));
  ASSAY_ASSIGN_OR_RETURN(const auto params, ParamsOf(placement, ranges));
  return Rewriter(graph, placement, params, constants).Run();
}

}  // namespace assay::quantize
