#include "harness/engine/requantization.h"

namespace assay::engine {

void SetIntegerProduct(Node& node, int32_t x_zero_point, std::vector<float> scale) {
  node.attributes["x_zero_point"] = int64_t{x_zero_point};
  node.attributes["scale"] = std::move(scale);
}

void SetRequantized(Node& node, QuantParams result, float lo, float hi) {
  std::vector<float> scale = std::get<std::vector<float>>(node.attributes.at("scale"));
  for (float& value : scale) value /= result.scale;
  node.attributes["scale"] = std::move(scale);
  const CodeRange range = RangeOf(result, lo, hi);
  node.attributes["zero_point"] = int64_t{result.zero_point};
  node.attributes["q_lo"] = int64_t{range.lo};
  node.attributes["q_hi"] = int64_t{range.hi};
}

bool IsRequantized(const Node& node) { return node.Has("zero_point"); }

CodeRange RangeOf(QuantParams params, float lo, float hi) {
  return {Quantize(lo, params), Quantize(hi, params)};
}

OutputStage IntegerStage(const Node& node) {
  OutputStage stage;
  stage.src_zero_point = static_cast<int32_t>(node.Int("x_zero_point", 0));
  if (!IsRequantized(node)) return stage;
  stage.scale = std::get<std::vector<float>>(node.attributes.at("scale"));
  stage.zero_point = static_cast<int32_t>(node.Int("zero_point", 0));
  stage.q_lo = static_cast<uint8_t>(node.Int("q_lo", 0));
  stage.q_hi = static_cast<uint8_t>(node.Int("q_hi", 255));
  stage.residual = node.has_input(3);
  stage.acc_ratio = node.Float("acc_ratio", 1.0f);
  stage.residual_ratio = node.Float("residual_ratio", 1.0f);
  stage.residual_zero_point = static_cast<int32_t>(node.Int("residual_zero_point", 0));
  stage.sum_zero_point = static_cast<int32_t>(node.Int("sum_zero_point", 0));
  stage.sum_lo = static_cast<uint8_t>(node.Int("sum_lo", 0));
  stage.sum_hi = static_cast<uint8_t>(node.Int("sum_hi", 255));
  return stage;
}

}  // namespace assay::engine
