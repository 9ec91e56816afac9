#include "harness/quantize/recover.h"

#include <algorithm>
#include <chrono>

#include "harness/quantize/columns.h"
#include "harness/quantize/moments.h"
#include "harness/quantize/placement.h"
#include "harness/quantize/rewrite.h"
#include "harness/quantize/rounding.h"
#include "harness/quantize/value_stream.h"

namespace assay::quantize {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int64_t kPositionsPerSample = 32;
// Second moments of a longer row would take more than 2 x 170 MB; such weights are rounded to the
// nearest.
constexpr int64_t kLongestRow = 4608;

class Recovery {
 public:
  Recovery(const Graph& graph, const QuantConfig& config, const Ranges& ranges,
           const Recipes& recipes, const BatchSource& source, const CalibrationOptions& options)
      : graph_(graph),
        config_(config),
        ranges_(ranges),
        recipes_(recipes),
        source_(source),
        options_(options) {}

  Result<Recovered> Run() {
    ASSAY_ASSIGN_OR_RETURN(const Placement placement, Place(graph_, config_));
    ASSAY_ASSIGN_OR_RETURN(params_, ParamsOf(placement, ranges_));
    const auto total = static_cast<int64_t>(placement.operators.size());
    int64_t done = 0;
    for (const auto& [index, op] : placement.operators) {
      if (op.anchor.weighted()) ASSAY_RETURN_IF_ERROR(Treat(op));
      if (options_.progress) options_.progress(++done, total);
    }
    return std::move(recovered_);
  }

 private:
  const Node& NodeOf(const Anchor& anchor) const {
    return graph_.nodes[static_cast<size_t>(anchor.node)];
  }

  Status Treat(const Placement::Operator& op) {
    const Anchor& anchor = op.anchor;
    const Tensor& weights = *graph_.Initializer(anchor.weights);
    const Tensor* bias = graph_.Initializer(anchor.bias);
    const int axis = op.precision == Precision::kInt8PerChannel ? anchor.channel_axis : -1;
    const auto scaling = recipes_.weight_clipping ? Scaling::kLeastError : Scaling::kLargest;
    Clock::time_point start = Clock::now();
    Constants constants =
        QuantizeWeights(weights, axis, bias, params_.at(anchor.inputs[0]).scale, scaling);
    if (recipes_.weight_clipping) Charge("weight_clipping", start);
    if (recipes_.adaptive_rounding || recipes_.bias_correction) {
      ASSAY_ASSIGN_OR_RETURN(const Moments moments, MomentsOf(anchor));
      if (moments.has_second()) Round(anchor, moments, constants);
      if (recipes_.adaptive_rounding) Charge("adaptive_rounding", start);
      if (recipes_.bias_correction) Correct(anchor, moments, constants);
      if (recipes_.bias_correction) Charge("bias_correction", start);
    }
    recovered_.constants.insert_or_assign(NodeOf(anchor).name, std::move(constants));
    return {};
  }

  // The time since `start` was a recipe's; the next one starts.
  void Charge(const char* recipe, Clock::time_point& start) {
    const Clock::time_point now = Clock::now();
    recovered_.recipe_s[recipe] += std::chrono::duration<double>(now - start).count();
    start = now;
  }

  // Of the operator's inputs in both models, those before it recovered.
  Result<Moments> MomentsOf(const Anchor& anchor) const {
    ASSAY_ASSIGN_OR_RETURN(const Graph quantized,
                           Rewrite(graph_, config_, ranges_, recovered_.constants));
    const auto node = std::ranges::find(quantized.nodes, NodeOf(anchor).name, &Node::name);
    ValueStream exact_stream(graph_, anchor.inputs[0], options_);
    ValueStream quantized_stream(quantized, node->inputs[0], options_);
    const ProductShape shape = ProductOf(graph_, anchor);
    Moments moments(shape, recipes_.adaptive_rounding && shape.k <= kLongestRow);
    const auto add = [&](int64_t first, std::vector<Tensor>& inputs) -> Status {
      ASSAY_ASSIGN_OR_RETURN(const TensorView exact, exact_stream.Run(inputs));
      ASSAY_ASSIGN_OR_RETURN(const TensorView coarse, quantized_stream.Run(inputs));
      ASSAY_ASSIGN_OR_RETURN(const auto x,
                             ColumnsOf(graph_, anchor, exact, first, kPositionsPerSample));
      ASSAY_ASSIGN_OR_RETURN(const auto x_hat,
                             ColumnsOf(graph_, anchor, coarse, first, kPositionsPerSample));
      moments.Add(x, x_hat);
      return {};
    };
    ASSAY_RETURN_IF_ERROR(ForEachBatch(graph_, source_, options_, add));
    return moments;
  }

  void Round(const Anchor& anchor, const Moments& moments, Constants& constants) const {
    const Tensor& weights = *graph_.Initializer(anchor.weights);
    const ProductShape shape = ProductOf(graph_, anchor);
    const std::vector<float> rows = RowsOf(weights, anchor.channel_axis);
    std::vector<int8_t> codes;
    // A bias that is corrected takes the mean error: only what varies is left to the codes.
    const bool centered = recipes_.bias_correction;
    for (int64_t group = 0; group < shape.groups; ++group) {
      const std::vector<double> second = moments.Quantized(group, centered);
      const std::vector<double> cross = moments.Cross(group, centered);
      for (int64_t i = 0; i < shape.channels_per_group(); ++i) {
        const auto channel = static_cast<size_t>(group * shape.channels_per_group() + i);
        const auto k = static_cast<size_t>(shape.k);
        const float scale = constants.scales[constants.scales.size() == 1 ? 0 : channel];
        const auto row = RoundRow(std::span(rows).subspan(channel * k, k), scale, second, cross);
        codes.insert(codes.end(), row.begin(), row.end());
      }
    }
    constants.values = FromRows(codes, weights.shape(), anchor.channel_axis);
  }

  // Where there is no bias, and the operator takes one, it gets one.
  void Correct(const Anchor& anchor, const Moments& moments, Constants& constants) const {
    if (NodeOf(anchor).op_type == "MatMul") return;
    const ProductShape shape = ProductOf(graph_, anchor);
    const std::vector<float> exact =
        RowsOf(*graph_.Initializer(anchor.weights), anchor.channel_axis);
    const std::vector<float> coarse = RowsOf(Dequantized(constants, anchor), anchor.channel_axis);
    const Tensor* bias = graph_.Initializer(anchor.bias);
    Tensor corrected(DType::kF32, Shape{shape.channels});
    for (int64_t channel = 0; channel < shape.channels; ++channel) {
      const int64_t group = channel / shape.channels_per_group();
      const std::vector<double> x = moments.MeanExact(group);
      const std::vector<double> x_hat = moments.MeanQuantized(group);
      const auto c = static_cast<size_t>(channel);
      double sum = bias == nullptr ? 0 : double{bias->as<float>()[c]};
      for (size_t i = 0; i < x.size(); ++i) {
        const size_t at = c * x.size() + i;
        sum += double{exact[at]} * x[i] - double{coarse[at]} * x_hat[i];
      }
      corrected.as<float>()[c] = static_cast<float>(sum);
    }
    const float input_scale = params_.at(anchor.inputs[0]).scale;
    constants.bias = QuantizeBias(corrected, constants.scales, input_scale);
  }

  static Tensor Dequantized(const Constants& constants, const Anchor& anchor) {
    const Shape& shape = constants.values.shape();
    Tensor real(DType::kF32, shape);
    const int64_t inner = shape.elements(anchor.channel_axis + 1, shape.rank());
    for (int64_t i = 0; i < shape.elements(); ++i) {
      const int64_t channel = i / inner % shape[anchor.channel_axis];
      const size_t scale = constants.scales.size() == 1 ? 0 : static_cast<size_t>(channel);
      const auto at = static_cast<size_t>(i);
      real.as<float>()[at] = constants.scales[scale] * constants.values.as<int8_t>()[at];
    }
    return real;
  }

  const Graph& graph_;
  const QuantConfig& config_;
  const Ranges& ranges_;
  const Recipes& recipes_;
  const BatchSource& source_;
  const CalibrationOptions& options_;
  std::map<std::string, QuantParams> params_;
  Recovered recovered_;
};

}  // namespace

Result<Recovered> Recover(const Graph& graph, const QuantConfig& config, const Ranges& ranges,
                          const Recipes& recipes, const BatchSource& source,
                          const CalibrationOptions& options) {
  Recipes of_constants = recipes;
  of_constants.cross_layer_equalization = false;
  if (of_constants == Recipes()) return Recovered();
  return Recovery(graph, config, ranges, recipes, source, options).Run();
}

}  // namespace assay::quantize
