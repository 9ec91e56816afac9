// Conv: a planned dense or grouped convolution, NHWC: direct (direct.h), or by Winograd's algorithm
// (kernels/winograd) where that pays and its weights fit options.winograd_bytes. Depthwise
// convolutions have their own family (kernels/depthwise); here they would be correct and slow.
#pragma once

#include <memory>
#include <vector>

#include "kernels/base/compute.h"
#include "kernels/base/status.h"
#include "kernels/conv/spec.h"
#include "kernels/cpu/thread_pool.h"

namespace assay::conv {

class Conv {
 public:
  // Chooses algorithm and variant, and packs the weights, OIHW: [oc][c / groups][kh][kw], float for
  // kF32, int8 otherwise. Error: the geometry is empty or inconsistent, or options.variant is
  // unknown, cannot do the problem or cannot run here. A matrix product m x n x k with a constant
  // rhs is the 1x1 convolution of a 1 x m image of k channels to n channels.
  static Result<Conv> Make(const ConvSpec& spec, ComputeType type, const Weights& weights,
                           const OutputStage& stage, const KernelOptions& options = {});

  Conv(Conv&&) noexcept;
  Conv& operator=(Conv&&) noexcept;
  ~Conv();

  // Scratch bytes Run wants, aligned to 64, for a pool of `threads`.
  size_t workspace_bytes(int threads) const;
  // Bytes held: packed weights, bias, scales, tables.
  size_t packed_bytes() const;

  // src [n][h][w][c], dst [n][oh][ow][oc], residual like dst or nullptr (it may be dst itself: each
  // element is read before it is written, once), each with its pixel
  // stride. Safe to call from several threads with different workspaces and pools. Writes nothing
  // outside dst's channels and the workspace, reads nothing outside src and residual.
  void Run(const void* src, void* dst, const void* residual, void* workspace,
           ThreadPool& pool) const;

  // 0: products are summed one by one, so that results are exact where all partial sums are.
  // Otherwise results may be off by this part of the largest |src| times the sum of |weight| of the
  // output channel (winograd::ErrorBound).
  double error_bound() const;

  // Name of the variant that runs: a gemm micro-kernel, or "winograd4_f32_avx512".
  const std::string& variant() const;

 private:
  struct Impl;
  explicit Conv(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// All variants in the eyes of dispatch for this problem; one is picked.
std::vector<VariantChoice> Explain(const ConvSpec& spec, ComputeType type,
                                   const KernelOptions& options = {});

}  // namespace assay::conv
