// Gemm: a planned product with a constant right-hand operand.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "kernels/base/compute.h"
#include "kernels/base/status.h"
#include "kernels/cpu/thread_pool.h"

namespace assay::gemm {

struct GemmSpec {
  int64_t m = 1;  // Rows the plan is made for; Run takes any number.
  int64_t n = 1, k = 1;
  bool rhs_transposed = false;  // rhs is [n][k] rather than [k][n], row-major.
};

class Gemm {
 public:
  // Chooses a variant and packs rhs (weights.data; float for kF32, int8 otherwise). Error: an
  // extent that is not positive, or as gemm::Choose and CheckStage.
  static Result<Gemm> Make(const GemmSpec& spec, ComputeType type, const Weights& weights,
                           const OutputStage& stage, const KernelOptions& options = {});

  Gemm(Gemm&&) noexcept;
  Gemm& operator=(Gemm&&) noexcept;
  ~Gemm();

  size_t packed_bytes() const;

  // dst [m][n] = stage(lhs [m][k] x rhs + bias). Strides in elements, row to row; 0: dense.
  // residual as dst, or nullptr. Safe from several threads with different pools.
  struct Operands {
    const void* lhs = nullptr;
    int64_t lhs_stride = 0;
    void* dst = nullptr;
    int64_t dst_stride = 0;
    const void* residual = nullptr;
    int64_t residual_stride = 0;
  };
  void Run(int64_t m, const Operands& operands, ThreadPool& pool) const;

  std::string variant() const;

 private:
  struct Impl;
  explicit Gemm(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// All variants in the eyes of dispatch for this product; one is picked.
std::vector<VariantChoice> Explain(const GemmSpec& spec, ComputeType type,
                                   const KernelOptions& options = {});

}  // namespace assay::gemm
