// WordConv: a planned convolution of u8 with few channels, that multiplies the words of a WordImage
// by the gemm micro-kernels. Every output pixel's row is even, none is padding.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kernels/base/compute.h"
#include "kernels/base/status.h"
#include "kernels/conv/word_image.h"
#include "kernels/cpu/thread_pool.h"
#include "kernels/gemm/product.h"

namespace assay::conv {

class WordConv {
 public:
  // Whether it is reckoned to be faster than Direct.
  static bool Pays(const ConvSpec& spec, ComputeType type) {
    return type != ComputeType::kF32 && WordImage::Pays(spec);
  }

  // The convolution as a product of output pixels by output channels.
  static gemm::Problem ToProblem(const ConvSpec& spec, ComputeType type);

  // The geometry has been checked. Error: as gemm::Product::Make.
  static Result<WordConv> Make(const ConvSpec& spec, ComputeType type, const Weights& weights,
                               const OutputStage& stage, const KernelOptions& options);

  // As Conv.
  size_t workspace_bytes(int threads) const;
  size_t packed_bytes() const;
  void Run(const void* src, void* dst, const void* residual, void* workspace,
           ThreadPool& pool) const;
  const std::string& variant() const { return variant_; }

 private:
  WordConv(const ConvSpec& spec, WordImage image, gemm::Product product, uint8_t padding);

  ConvSpec spec_;
  WordImage image_;
  std::vector<int64_t> offsets_;  // Of the words.
  gemm::Product product_;
  uint8_t padding_;
  std::string variant_;
};

}  // namespace assay::conv
