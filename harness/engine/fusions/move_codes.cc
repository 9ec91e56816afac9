#include <algorithm>
#include <array>
#include <string_view>

#include "harness/engine/fusions/fusions.h"
#include "harness/engine/pattern.h"

namespace assay::engine {

bool MovesElements(const Node& node) {
  constexpr std::array<std::string_view, 9> kMoves = {"Reshape",  "Flatten", "Transpose",
                                                      "Slice",    "Squeeze", "Unsqueeze",
                                                      "Identity", "Gather",  "MaxPool"};
  return node.domain.empty() && node.outputs.size() == 1 &&
         std::ranges::find(kMoves, node.op_type) != kMoves.end();
}

namespace {

// A Pad of reals moves codes too, with the code of its value.
bool PadsWith(const Pattern& pattern, int index, float& value) {
  if (!pattern.Is(index, "Pad")) return false;
  const Node& node = pattern.node(index);
  if (pattern.types().at(node.input(0)).dtype != DType::kF32) return false;
  value = node.has_input(2) ? pattern.constant(node.input(2))->as<float>()[0] : 0.0f;
  return true;
}

}  // namespace

Status MoveCodes(Graph& graph, const Types& types) {
  Pattern pattern(graph, types);
  for (int i = 0; i < static_cast<int>(pattern.size()); ++i) {
    if (!pattern.alive(i)) continue;
    float padding = 0.0f;
    const bool pad = PadsWith(pattern, i, padding);
    if (!pad && !MovesElements(pattern.node(i))) continue;
    const std::optional<Codes> from = pattern.Dequantized(pattern.node(i).input(0));
    int quantize = -1;
    const std::optional<Codes> to = pattern.Quantized(pattern.node(i).outputs[0], quantize);
    if (!from || !to || from->params != to->params) continue;
    Node moved = pattern.node(i);
    moved.inputs[0] = from->value;
    moved.outputs[0] = to->value;
    if (pad) {
      moved.inputs.resize(3);
      moved.inputs[2] = pattern.AddInitializer(moved.name + "_value",
                                               Tensor::Scalar(Quantize(padding, from->params)));
    }
    pattern.Replace({i, quantize}, quantize, std::move(moved));
  }
  pattern.Commit();
  return {};
}

}  // namespace assay::engine
