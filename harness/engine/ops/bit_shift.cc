#include "harness/engine/broadcast.h"
#include "harness/engine/per_image.h"

namespace assay::engine {
namespace {

// Bits shifted out are lost; all of them by a shift of 8 or more.
Status Lower(const Node& node, Lowerer& lowerer) {
  const bool left = node.String("direction", "LEFT") == "LEFT";
  return LowerBroadcastOf<uint8_t, uint8_t, uint8_t>(
      node, lowerer,
      [left](uint8_t value, uint8_t shift, uint8_t& result) {
        const int wide = shift > 7 ? 0 : value;
        result = static_cast<uint8_t>(left ? wide << (shift & 7) : wide >> (shift & 7));
        return true;
      },
      "");
}

}  // namespace

extern const Lowering bit_shift;
const Lowering bit_shift = {
    .op_type = "BitShift",
    .infer = [](Inference& inference) { return InferBroadcast(inference, {DType::kU8}); },
    .lower = Lower,
    .per_image = BroadcastsImages};

}  // namespace assay::engine
