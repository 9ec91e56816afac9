// A oneDNN primitive with its operands in the layouts that it asked for: reorders are paid before
// the timing, as a planned network pays them.
#pragma once

#include <oneapi/dnnl/dnnl.hpp>
#include <string>
#include <unordered_map>

#include "bench/peers/contestant.h"

namespace assay::peers::onednn {

dnnl::memory::data_type SourceType(ComputeType type);   // f32 or u8
dnnl::memory::data_type WeightsType(ComputeType type);  // f32 or s8
dnnl::memory::data_type OutputType(ComputeType type);   // f32, s32 or u8

// An operand of the task: where it lies, and how.
struct Plain {
  dnnl::memory::desc layout;
  const void* data = nullptr;
};

class Primitive : public Contestant {
 public:
  // `output` is the layout that CopyOutput gives. `bias` may be without data: there is none.
  struct Parts {
    dnnl::engine engine;
    dnnl::primitive primitive;
    dnnl::memory::desc src, weights, dst;  // As the primitive wants them.
    Plain plain_src, plain_weights, bias;
    dnnl::memory::desc output;
    std::string detail;
  };
  explicit Primitive(Parts parts);

  void Once() override { primitive_.execute(stream_, arguments_); }
  void CopyOutput(void* dst) override;
  std::string detail() const override { return detail_; }
  std::vector<std::span<const uint8_t>> activations() const override;
  bool adds_bias() const override { return arguments_.contains(DNNL_ARG_BIAS); }

 private:
  dnnl::engine engine_;
  dnnl::stream stream_;
  dnnl::primitive primitive_;
  std::unordered_map<int, dnnl::memory> arguments_;
  dnnl::memory::desc output_;
  std::string detail_;
};

// Adds what `make` returns, unless that is nothing, or oneDNN throws that it has no such primitive.
template <typename Make>
void AddWay(std::vector<std::unique_ptr<Contestant>>& ways, Make make) {
  try {
    if (auto way = make()) ways.push_back(std::move(way));
  } catch (const dnnl::error&) {
  }
}

}  // namespace assay::peers::onednn
