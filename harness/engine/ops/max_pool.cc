#include <limits>

#include "harness/engine/lookup_step.h"
#include "harness/engine/lowering.h"
#include "harness/engine/per_image.h"
#include "harness/engine/pooling.h"
#include "harness/engine/with_type.h"

namespace assay::engine {
namespace {

bool HasIndices(const Node& node) { return node.outputs.size() > 1 && !node.outputs[1].empty(); }

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(1, 1));
  ASSAY_RETURN_IF_ERROR(
      inference.ExpectType(0, {DType::kF32, DType::kF64, DType::kU8, DType::kI8}));
  ASSAY_RETURN_IF_ERROR(InferPool(inference, inference.dtype(0)));
  if (!HasIndices(inference.node())) return {};
  return inference.Set(1, DType::kI64, inference.outputs()[0].type.shape);
}

// Indices count from the start of the whole batch.
bool PerImage(const Inference& inference) {
  return OnlyFirstIsBatch(inference) && !HasIndices(inference.node());
}

// As loops; the second result is where in the input each maximum lies.
template <typename T>
Status LowerPlain(const Node& node, Lowerer& lowerer) {
  ASSAY_ASSIGN_OR_RETURN(const PlainPooling pooling, PlainPoolingOf(node, lowerer));
  const bool column_major = node.Int("storage_order", 0) != 0, wanted = HasIndices(node);
  Operand indices;
  std::vector<Operand> writes = {pooling.dst};
  if (wanted) writes.push_back(indices = lowerer.New(node.outputs[1], Order::kDense));
  auto added = lowerer.Add(node, {pooling.src}, writes, [=](const Frame& frame) -> Status {
    const auto& taps = pooling.taps;
    const T* from = frame.At<const T>(pooling.src);
    T* to = frame.At<T>(pooling.dst);
    int64_t* where = wanted ? frame.At<int64_t>(indices) : nullptr;
    frame.pool->Run(pooling.planes, [&](int64_t plane, int) {
      const T* image = from + plane * taps.pixels();
      for (int64_t i = 0; i < taps.outputs(); ++i) {
        int64_t best = -1;
        taps.Visit(i, [&](int64_t, int64_t pixel) {
          if (best < 0 || image[pixel] > image[best]) best = pixel;
        });
        const int64_t at = plane * taps.outputs() + i;
        to[at] = best < 0 ? std::numeric_limits<T>::lowest() : image[best];
        if (wanted) {
          where[at] = plane * taps.pixels() + (column_major ? taps.ColumnMajor(best) : best);
        }
      }
    });
    return {};
  });
  added.step.work = pooling.work();
  return {};
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
  added.step.work = pooling.work();
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
  const ValueType& type = lowerer.type(node.input(0));
  if (HasIndices(node) || type.shape.rank() != 4 || type.dtype == DType::kF64) {
    return WithNumber(type.dtype, [&]<typename T>(T) { return LowerPlain<T>(node, lowerer); });
  }
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
const Lowering max_pool = {
    .op_type = "MaxPool", .infer = Infer, .lower = Lower, .image = true, .per_image = PerImage};

}  // namespace assay::engine
