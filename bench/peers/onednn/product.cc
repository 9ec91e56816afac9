#include "bench/peers/onednn/product.h"

#include "bench/peers/onednn/primitive.h"

namespace assay::peers::onednn {
namespace {

using dnnl::memory;
using Tag = memory::format_tag;

// bias + zero_point / scale: what requantizes to the same, in one fused step.
std::vector<float> FoldedBias(const Task& task) {
  std::vector<float> bias;
  if (task.problem.type != ComputeType::kU8S8U8) return bias;
  const OutputStage& stage = *task.operands.stage;
  const auto* given = static_cast<const int32_t*>(task.operands.weights.bias);
  for (int64_t i = 0; i < task.problem.spec.oc; ++i) {
    bias.push_back(static_cast<float>(given[i]) +
                   static_cast<float>(stage.zero_point) / stage.scale[0]);
  }
  return bias;
}

dnnl::primitive_attr Attributes(const Task& task) {
  dnnl::primitive_attr attributes;
  if (task.problem.type == ComputeType::kU8S8U8) {
    attributes.set_output_scales(0, {task.operands.stage->scale[0]});
  }
  return attributes;
}

std::unique_ptr<Contestant> Matmul(const Task& task) {
  const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  const ComputeType type = task.problem.type;
  const memory::dim m = task.problem.spec.w, n = task.problem.spec.oc, k = task.problem.spec.c;
  const memory::desc src({m, k}, SourceType(type), Tag::ab);
  const memory::desc dst({m, n}, OutputType(type), Tag::ab);
  const memory::desc weights({k, n}, WeightsType(type), Tag::any);
  const std::vector<float> folded = FoldedBias(task);
  const memory::desc bias({1, n}, memory::data_type::f32, Tag::ab);
  const auto description = folded.empty() ? dnnl::matmul::desc(src, weights, dst)
                                          : dnnl::matmul::desc(src, weights, bias, dst);
  const dnnl::matmul::primitive_desc made(description, Attributes(task), engine);
  return std::make_unique<Primitive>(
      Primitive::Parts{.engine = engine,
                       .primitive = dnnl::matmul(made),
                       .src = made.src_desc(),
                       .weights = made.weights_desc(),
                       .dst = made.dst_desc(),
                       .plain_src = {src, task.operands.src},
                       .plain_weights = {memory::desc({k, n}, WeightsType(type), Tag::ba),
                                         task.operands.weights.data},
                       .bias = {bias, folded.empty() ? nullptr : folded.data()},
                       .output = dst,
                       .detail = std::string("matmul ") + made.impl_info_str()});
}

std::unique_ptr<Contestant> Inner(const Task& task) {
  const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  const ComputeType type = task.problem.type;
  const memory::dim m = task.problem.spec.w, n = task.problem.spec.oc, k = task.problem.spec.c;
  const memory::desc src({m, k}, SourceType(type), Tag::ab);
  const memory::desc dst({m, n}, OutputType(type), Tag::ab);
  const memory::desc weights({n, k}, WeightsType(type), Tag::any);
  const std::vector<float> folded = FoldedBias(task);
  const memory::desc bias({n}, memory::data_type::f32, Tag::a);
  using Product = dnnl::inner_product_forward;
  const auto kind = dnnl::prop_kind::forward_inference;
  const auto description = folded.empty() ? Product::desc(kind, src, weights, dst)
                                          : Product::desc(kind, src, weights, bias, dst);
  const Product::primitive_desc made(description, Attributes(task), engine);
  return std::make_unique<Primitive>(
      Primitive::Parts{.engine = engine,
                       .primitive = Product(made),
                       .src = made.src_desc(),
                       .weights = made.weights_desc(),
                       .dst = made.dst_desc(),
                       .plain_src = {src, task.operands.src},
                       .plain_weights = {memory::desc({n, k}, WeightsType(type), Tag::ab),
                                         task.operands.weights.data},
                       .bias = {bias, folded.empty() ? nullptr : folded.data()},
                       .output = dst,
                       .detail = std::string("inner product ") + made.impl_info_str()});
}

}  // namespace

Result<std::unique_ptr<Contestant>> MakeProduct(const Task& task) {
  std::vector<std::unique_ptr<Contestant>> ways;
  AddWay(ways, [&] { return Matmul(task); });
  AddWay(ways, [&] { return Inner(task); });
  return Fastest(std::move(ways));
}

}  // namespace assay::peers::onednn
