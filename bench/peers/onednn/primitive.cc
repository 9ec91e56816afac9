#include "bench/peers/onednn/primitive.h"

namespace assay::peers::onednn {
namespace {

using dnnl::memory;

// The operand in the layout `wanted`: itself where it already is.
memory Place(const dnnl::engine& engine, dnnl::stream& stream, const Plain& plain,
             const memory::desc& wanted) {
  memory given(plain.layout, engine, const_cast<void*>(plain.data));
  if (plain.layout == wanted) return given;
  memory placed(wanted, engine);
  dnnl::reorder(given, placed).execute(stream, given, placed);
  stream.wait();
  return placed;
}

std::span<const uint8_t> Bytes(const memory& operand) {
  return {static_cast<const uint8_t*>(operand.get_data_handle()), operand.get_desc().get_size()};
}

}  // namespace

memory::data_type SourceType(ComputeType type) {
  return type == ComputeType::kF32 ? memory::data_type::f32 : memory::data_type::u8;
}

memory::data_type WeightsType(ComputeType type) {
  return type == ComputeType::kF32 ? memory::data_type::f32 : memory::data_type::s8;
}

memory::data_type OutputType(ComputeType type) {
  switch (type) {
    case ComputeType::kF32:
      return memory::data_type::f32;
    case ComputeType::kU8S8S32:
      return memory::data_type::s32;
    case ComputeType::kU8S8U8:
      return memory::data_type::u8;
    case ComputeType::kS16S16S32:
      break;  // No problem's.
  }
  return memory::data_type::undef;
}

Primitive::Primitive(Parts parts)
    : engine_(parts.engine),
      stream_(parts.engine),
      primitive_(parts.primitive),
      output_(parts.output),
      detail_(std::move(parts.detail)) {
  arguments_[DNNL_ARG_SRC] = Place(engine_, stream_, parts.plain_src, parts.src);
  arguments_[DNNL_ARG_WEIGHTS] = Place(engine_, stream_, parts.plain_weights, parts.weights);
  arguments_[DNNL_ARG_DST] = memory(parts.dst, engine_);
  if (parts.bias.data != nullptr) {
    // A copy: the caller's may be a temporary.
    memory given(parts.bias.layout, engine_, const_cast<void*>(parts.bias.data));
    memory bias(parts.bias.layout, engine_);
    dnnl::reorder(given, bias).execute(stream_, given, bias);
    arguments_[DNNL_ARG_BIAS] = bias;
  }
  stream_.wait();
}

void Primitive::CopyOutput(void* dst) {
  memory copy(output_, engine_, dst);
  dnnl::reorder(arguments_[DNNL_ARG_DST], copy).execute(stream_, arguments_[DNNL_ARG_DST], copy);
  stream_.wait();
}

std::vector<std::span<const uint8_t>> Primitive::activations() const {
  return {Bytes(arguments_.at(DNNL_ARG_DST)), Bytes(arguments_.at(DNNL_ARG_SRC))};
}

}  // namespace assay::peers::onednn
