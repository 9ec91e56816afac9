#include "harness/engine/lookup_step.h"
#include "harness/engine/lowering.h"
#include "harness/engine/pooling.h"

namespace assay::engine {
namespace {

Status Infer(Inference& inference) {
  if (inference.node().outputs.size() > 1 && !inference.node().outputs[1].empty()) {
    return inference.Error("the second output, Indices, is not supported");
  }
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(1, 1));
  ASSAY_RETURN_IF_ERROR(inference.ExpectType(0, {DType::kF32, DType::kU8, DType::kI8}));
  return InferPool(inference, inference.dtype(0));
}

void AddMax(const Node& node, Lowerer& lowerer, const Pooling& pooling) {
  const IsaSet usable = lowerer.usable();
  const auto& [window, src, dst] = pooling;
  const bool int8 = src.dtype == DType::kU8;
  auto added = lowerer.Add(
      node, {src}, {dst}, [=, window = window, src = src, dst = dst](const Frame& frame) -> Status {
        if (int8) {
          pool::MaxU8(window, frame.At<const uint8_t>(src), frame.At<uint8_t>(dst), *frame.pool,
                      usable);
        } else {
          pool::MaxF32(window, frame.At<const float>(src), frame.At<float>(dst), *frame.pool,
                       usable);
        }
        return {};
      });
  added.info.int8 = int8;
}

// s8 codes are pooled as u8, there and back.
void AddSignedMax(const Node& node, Lowerer& lowerer, Pooling pooling) {
  const Operand src = pooling.src, dst = pooling.dst;
  pooling.src = lowerer.ScratchImage(DType::kU8, src.shape);
  pooling.dst.dtype = DType::kU8;
  pooling.window.spec.src_stride = pooling.src.PixelStride();
  AddLookup(node, lowerer, SignFlips(), src, pooling.src).info.op = "Lookup";
  AddMax(node, lowerer, pooling);
  AddLookup(node, lowerer, SignFlips(), dst, dst).info.op = "Lookup";
}

Status Lower(const Node& node, Lowerer& lowerer) {
  ASSAY_ASSIGN_OR_RETURN(const Pooling pooling, PoolingOf(node, lowerer));
  if (pooling.src.dtype == DType::kI8) {
    AddSignedMax(node, lowerer, pooling);
  } else {
    AddMax(node, lowerer, pooling);
  }
  return {};
}

}  // namespace

extern const Lowering max_pool;
const Lowering max_pool = {.op_type = "MaxPool", .infer = Infer, .lower = Lower, .image = true};

}  // namespace assay::engine
