#include <algorithm>

#include "harness/engine/lookup_step.h"
#include "harness/engine/lowering.h"
#include "harness/engine/per_image.h"

namespace assay::engine {
namespace {

// Attributes: table, u8[256]; signed, 1 where the result's bytes are s8.
Status Infer(Inference& inference) {
  const bool is_signed = inference.node().Int("signed", 0) != 0;
  return inference.Set(0, is_signed ? DType::kI8 : DType::kU8, inference.shape(0));
}

Status Lower(const Node& node, Lowerer& lowerer) {
  const auto given = std::get<Tensor>(node.attributes.at("table")).as<uint8_t>();
  LookupTable table;
  std::ranges::copy(given, table.begin());
  const bool image = lowerer.Get(node.input(0)).ChannelsLast();
  const Order order = image ? Order::kImage : Order::kDense;
  const Operand src = lowerer.In(order, node.input(0));
  const Operand dst = lowerer.New(node.outputs[0], order);
  AddLookup(node, lowerer, table, src, dst).MayOverwrite(dst, src, lowerer);
  return {};
}

}  // namespace

extern const Lowering lookup;
const Lowering lookup = {.op_type = "Lookup",
                         .domain = kFusedDomain,
                         .infer = Infer,
                         .lower = Lower,
                         .per_image = OnlyFirstIsBatch};

}  // namespace assay::engine
