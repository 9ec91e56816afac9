// CodeProduct: a planned product of two matrices of codes that are both data: sums of the products
// of codes less their zero points, exact on every variant; as they are, or requantized.
//
// The micro-kernels multiply u8 by s8. With b as s8 (its bytes ^ 0x80 where it is u8, and its zero
// points less by 128),
//   sum (a - za) (b - zb) = sum a b - za sum b + k za zb  - zb sum a,
// where sums run over k. All but the last term depend on the column: they are the bias. The last
// is added behind the kernel, where any zb is not 0.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kernels/base/compute.h"
#include "kernels/base/function_ref.h"
#include "kernels/base/status.h"
#include "kernels/cpu/thread_pool.h"
#include "kernels/elementwise/variant.h"
#include "kernels/gemm/code_tiles.h"

namespace assay::gemm {

// dst [m][n] of lhs [m][k] and rhs [k][n], all dense, `batch` times. Any extent may be 0.
struct CodeSpec {
  int64_t batch = 1, m = 1, n = 1, k = 1;
  int32_t lhs_zero_point = 0;                  // The left codes are u8,
  bool rhs_is_signed = true;                   // the right ones s8 or u8.
  std::vector<int32_t> rhs_zero_points = {0};  // In the range of their type: one, or n.
  // Without: dst is s32, the sums, which wrap. With one, finite, or n: dst is u8,
  // RoundClamp(float(sum) * scale, zero_point, 0, 255).
  std::vector<float> scale = {};
  int32_t zero_point = 0;  // 0..255
};

class CodeProduct {
 public:
  // Chooses a variant, by the estimate of dispatch and what packing takes. Error: as gemm::Choose.
  static Result<CodeProduct> Make(const CodeSpec& spec, const KernelOptions& options = {});

  // Scratch bytes Run wants, aligned to 64, for a pool of `threads`.
  size_t workspace_bytes(int threads) const;
  size_t packed_bytes() const;  // Of what the plan keeps.
  std::string variant() const { return tiles_.variant().name; }

  // Where the matrices of an element of the batch are.
  struct Element {
    const uint8_t* lhs;
    const uint8_t* rhs;
    void* dst;
  };
  using Place = FunctionRef<Element(int64_t batch)>;

  // Safe from several threads with different workspaces and pools, if `place` is.
  void Run(Place place, void* workspace, ThreadPool& pool) const;

 private:
  struct Parts;  // Of a run.

  CodeProduct(const CodeSpec& spec, CodeTiles tiles, const KernelOptions& options);
  bool requantizes() const { return !scale_.empty(); }
  int64_t row_sum_bytes() const;
  void AddUpRows(Place place, int32_t* sums, ThreadPool& pool) const;

  CodeSpec spec_;
  CodeTiles tiles_;
  const elementwise::Variant* elementwise_;
  std::vector<float> scale_;       // [n], or empty.
  std::vector<int32_t> offsets_;   // [n]: -zb; empty where all are 0.
  std::vector<uint8_t> zero_row_;  // za, for the sum of za b; empty where it is 0 or k is 0.
};

}  // namespace assay::gemm
