// Direct: a planned dense or grouped convolution that multiplies what the definition says, by the
// gemm micro-kernels, reading the image in place (no im2col copy), or a WidenedImage.
#pragma once

#include <string>
#include <vector>

#include "kernels/base/buffer.h"
#include "kernels/base/compute.h"
#include "kernels/base/status.h"
#include "kernels/conv/image_rows.h"
#include "kernels/conv/spec.h"
#include "kernels/cpu/thread_pool.h"
#include "kernels/gemm/product.h"

namespace assay::conv {

// The convolution as a product of output pixels by output channels: what gemm's dispatch sees.
gemm::Problem ToProblem(const ConvSpec& spec, ComputeType type);

class Direct {
 public:
  // The geometry has been checked. Error: as gemm::Product::Make.
  static Result<Direct> Make(const ConvSpec& spec, ComputeType type, const Weights& weights,
                             const OutputStage& stage, const KernelOptions& options);

  // As Conv.
  size_t workspace_bytes(int threads) const;
  size_t packed_bytes() const;
  void Run(const void* src, void* dst, const void* residual, void* workspace,
           ThreadPool& pool) const;
  const std::string& variant() const { return variant_; }
  size_t bands() const { return bands_.size(); }  // Of columns, each a product.

 private:
  Direct(const ConvSpec& spec, gemm::Product product, TapTable taps, Buffer padding,
         std::vector<Band> bands);
  void RunBand(const Band& band, const void* src, void* dst, const void* residual, void* workspace,
               ThreadPool& pool) const;

  ConvSpec spec_;
  gemm::Product product_;
  TapTable taps_;
  Buffer padding_;
  std::vector<Band> bands_;
  int64_t copy_bytes_ = 0;  // Of a WidenedImage; 0: the image is read in place.
  std::string variant_;
};

}  // namespace assay::conv
