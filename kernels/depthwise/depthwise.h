// Depthwise: a planned depthwise convolution (groups = c = oc), NHWC.
#pragma once

#include <memory>
#include <vector>

#include "kernels/base/compute.h"
#include "kernels/base/status.h"
#include "kernels/conv/spec.h"
#include "kernels/cpu/thread_pool.h"

namespace assay::depthwise {

class Depthwise {
 public:
  // Weights [c][1][kh][kw]. Otherwise as conv::Conv::Make; all three compute types.
  static Result<Depthwise> Make(const ConvSpec& spec, ComputeType type, const Weights& weights,
                                const OutputStage& stage, const KernelOptions& options = {});

  Depthwise(Depthwise&&) noexcept;
  Depthwise& operator=(Depthwise&&) noexcept;
  ~Depthwise();

  size_t workspace_bytes(int threads) const;
  size_t packed_bytes() const;
  // As conv::Conv::Run.
  void Run(const void* src, void* dst, const void* residual, void* workspace,
           ThreadPool& pool) const;
  const std::string& variant() const;

 private:
  struct Impl;
  explicit Depthwise(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

std::vector<VariantChoice> Explain(const ConvSpec& spec, ComputeType type,
                                   const KernelOptions& options = {});

}  // namespace assay::depthwise
