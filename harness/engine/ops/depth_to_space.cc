// DepthToSpace and SpaceToDepth: blocks of pixels become channels, and back.
#include "harness/engine/lowering.h"
#include "harness/engine/per_image.h"

namespace assay::engine {
namespace {

Result<int64_t> BlockSize(const Inference& inference) {
  const int64_t block = inference.node().Int("blocksize", 0);
  if (block < 1 || block > (int64_t{1} << 20)) {
    return inference.Error("blocksize is {}, a positive number is expected", block);
  }
  return block;
}

Status InferDepthToSpace(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(1, 1));
  ASSAY_RETURN_IF_ERROR(inference.ExpectRank(0, 4));
  ASSAY_ASSIGN_OR_RETURN(const int64_t block, BlockSize(inference));
  const Shape& x = inference.shape(0);
  if (x[1] % (block * block) != 0) {
    return inference.Error("{} channels do not divide into blocks of {}", x[1], block * block);
  }
  return inference.Set(0, inference.dtype(0),
                       {x[0], x[1] / (block * block), x[2] * block, x[3] * block});
}

Status InferSpaceToDepth(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(1, 1));
  ASSAY_RETURN_IF_ERROR(inference.ExpectRank(0, 4));
  ASSAY_ASSIGN_OR_RETURN(const int64_t block, BlockSize(inference));
  const Shape& x = inference.shape(0);
  if (x[2] % block != 0 || x[3] % block != 0) {
    return inference.Error("image {} does not divide into blocks of {}", x.ToString(), block);
  }
  return inference.Set(0, inference.dtype(0),
                       {x[0], x[1] * block * block, x[2] / block, x[3] / block});
}

// dst, seen as `split`, is src, seen as `shape` with its axes in another order.
void CopyPermuted(const Node& node, Lowerer& lowerer, Shape shape,
                  const std::vector<int64_t>& order) {
  const Operand src = lowerer.Dense(node.input(0)).Reshaped(std::move(shape)).Permuted(order);
  const Operand dst = lowerer.New(node.outputs[0], Order::kDense);
  lowerer.Copy(node, node.op_type, src, dst.Reshaped(src.shape));
}

Status LowerDepthToSpace(const Node& node, Lowerer& lowerer) {
  const Shape& x = lowerer.shape(node.input(0));
  const int64_t b = node.Int("blocksize", 1), c = x[1] / (b * b);
  if (node.String("mode", "DCR") == "DCR") {
    CopyPermuted(node, lowerer, {x[0], b, b, c, x[2], x[3]}, {0, 3, 4, 1, 5, 2});
  } else {
    CopyPermuted(node, lowerer, {x[0], c, b, b, x[2], x[3]}, {0, 1, 4, 2, 5, 3});
  }
  return {};
}

Status LowerSpaceToDepth(const Node& node, Lowerer& lowerer) {
  const Shape& x = lowerer.shape(node.input(0));
  const int64_t b = node.Int("blocksize", 1);
  CopyPermuted(node, lowerer, {x[0], x[1], x[2] / b, b, x[3] / b, b}, {0, 3, 5, 1, 2, 4});
  return {};
}

constexpr Lowering kMembers[] = {{.op_type = "DepthToSpace",
                                  .infer = InferDepthToSpace,
                                  .lower = LowerDepthToSpace,
                                  .per_image = OnlyFirstIsBatch},
                                 {.op_type = "SpaceToDepth",
                                  .infer = InferSpaceToDepth,
                                  .lower = LowerSpaceToDepth,
                                  .per_image = OnlyFirstIsBatch}};

}  // namespace

extern const Lowering depth_to_space;
const Lowering depth_to_space = {.family = [] { return std::span<const Lowering>(kMembers); }};

}  // namespace assay::engine
