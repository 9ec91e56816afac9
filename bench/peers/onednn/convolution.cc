#include "bench/peers/onednn/convolution.h"

#include "bench/peers/onednn/primitive.h"

namespace assay::peers::onednn {
namespace {

using dnnl::memory;
using Tag = memory::format_tag;

// An output of u8 needs no ReLU of its own: zero point 0 saturates there.
dnnl::primitive_attr Attributes(const Task& task) {
  dnnl::primitive_attr attributes;
  if (task.problem.type == ComputeType::kF32) {
    dnnl::post_ops relu;
    relu.append_eltwise(1.0f, dnnl::algorithm::eltwise_relu, 0.0f, 0.0f);
    attributes.set_post_ops(relu);
  } else if (task.problem.type == ComputeType::kU8S8U8) {
    attributes.set_output_scales(0, {task.operands.stage->scale[0]});
  }
  return attributes;
}

std::unique_ptr<Contestant> Convolution(const Task& task, Algorithm algorithm, Tag images) {
  const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  const ComputeType type = task.problem.type;
  const ConvSpec& s = task.problem.spec;
  const memory::dims src_dims = {s.n, s.c, s.h, s.w};
  const memory::dims dst_dims = {s.n, s.oc, s.oh(), s.ow()};
  const bool grouped = s.groups > 1;
  memory::dims weights_dims = {s.oc / s.groups, s.c / s.groups, s.kh, s.kw};
  if (grouped) weights_dims.insert(weights_dims.begin(), s.groups);
  const bool real = type == ComputeType::kF32;
  const memory::desc bias({s.oc}, real ? memory::data_type::f32 : memory::data_type::s32, Tag::a);
  const dnnl::convolution_forward::desc description(
      dnnl::prop_kind::forward_inference,
      algorithm == Algorithm::kWinograd ? dnnl::algorithm::convolution_winograd
                                        : dnnl::algorithm::convolution_direct,
      memory::desc(src_dims, SourceType(type), images),
      memory::desc(weights_dims, WeightsType(type), Tag::any), bias,
      memory::desc(dst_dims, OutputType(type), images), {s.stride_h, s.stride_w},
      {s.pad_top, s.pad_left}, {s.pad_bottom, s.pad_right});
  const dnnl::convolution_forward::primitive_desc made(description, Attributes(task), engine);
  const std::string implementation = made.impl_info_str();
  // Plain loops, for layouts that nothing else takes.
  if (images != Tag::any && implementation.find("ref") != std::string::npos) return nullptr;
  const memory::desc nhwc(src_dims, SourceType(type), Tag::nhwc);
  return std::make_unique<Primitive>(Primitive::Parts{
      .engine = engine,
      .primitive = dnnl::convolution_forward(made),
      .src = made.src_desc(),
      .weights = made.weights_desc(),
      .dst = made.dst_desc(),
      .plain_src = {nhwc, task.operands.src},
      .plain_weights = {memory::desc(weights_dims, WeightsType(type),
                                     grouped ? Tag::goihw : Tag::oihw),
                        task.operands.weights.data},
      .bias = {bias, task.operands.weights.bias},
      .output = memory::desc(dst_dims, OutputType(type), Tag::nhwc),
      .detail = implementation + (made.src_desc() == nhwc ? ", NHWC" : ", blocked")});
}

}  // namespace

Result<std::unique_ptr<Contestant>> MakeConvolution(const Task& task, Algorithm algorithm,
                                                    Layout layout) {
  const auto tags = layout == Layout::kBlocked ? std::vector{Tag::nChw16c, Tag::nChw8c}
                                               : std::vector{Tag::any, Tag::nhwc};
  std::vector<std::unique_ptr<Contestant>> ways;
  for (const Tag tag : tags) {
    AddWay(ways, [&] { return Convolution(task, algorithm, tag); });
  }
  return Fastest(std::move(ways));
}

}  // namespace assay::peers::onednn
