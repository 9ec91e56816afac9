// RowCodeProduct: a planned product of weights, of codes whose rows have zero points and scales of
// their own, by codes that whoever calls packs, such as an unfolded image; exact on every variant;
// the sums as they are, or requantized.
//
// With a as u8, b as s8 and their zero points,
//   sum (a - za) (b - zb) + bias = sum a b  - za sum b  + bias + zb (k za - sum a),
// where sums run over k. Behind the kernel, rows get the last two terms, and za times the sum of
// the column, which is the kernel's too, of a row of ones.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kernels/base/compute.h"
#include "kernels/base/function_ref.h"
#include "kernels/base/status.h"
#include "kernels/cpu/thread_pool.h"
#include "kernels/elementwise/variant.h"
#include "kernels/gemm/code_panel.h"
#include "kernels/gemm/code_tiles.h"

namespace assay::gemm {

// dst [m][n] of lhs [m][k] and rhs [k][n], `batch` times: element i with left operand i % lefts.
// Every extent is positive.
struct RowCodeSpec {
  int64_t batch = 1, lefts = 1, m = 1, n = 1, k = 1;
  std::vector<int32_t> lhs_zero_points = {0};  // 0..255: one, or lefts * m.
  int32_t rhs_zero_point = 0;                  // -128..127
  // Without: dst is s32, the sums, which wrap. With one, finite, or lefts * m: dst is u8,
  // RoundClamp(float(sum) * scale, zero_point, 0, 255).
  std::vector<float> scale = {};
  int32_t zero_point = 0;  // 0..255
};

class RowCodeProduct {
 public:
  // `room_bytes`: what `pack` wants of each worker. Error: as gemm::Choose.
  static Result<RowCodeProduct> Make(const RowCodeSpec& spec, const KernelOptions& options,
                                     int64_t room_bytes);

  // Scratch bytes Run wants, aligned to 64, for a pool of `threads`.
  size_t workspace_bytes(int threads) const;
  size_t packed_bytes() const;  // Of what the plan keeps.
  std::string variant() const { return tiles_.variant().name; }

  struct Operands {
    const uint8_t* lhs;   // [lefts][m][k]
    const int32_t* bias;  // [lefts][m], or nullptr.
    void* dst;            // [batch][m][n]
  };
  // Columns [first, first + columns) of element `batch` are those of `matrix` from `begin` on, as
  // s8.
  struct Columns {
    CodeMatrix matrix;
    int64_t begin;
  };
  using Pack = FunctionRef<Columns(int64_t batch, int64_t first, int64_t columns, uint8_t* room)>;

  // Safe from several threads with different workspaces and pools, if `pack` is.
  void Run(const Operands& operands, Pack pack, void* workspace, ThreadPool& pool) const;

 private:
  struct Parts;  // Of a run.

  RowCodeProduct(const RowCodeSpec& spec, CodeTiles tiles, const KernelOptions& options);
  int64_t rows() const { return spec_.lefts * spec_.m; }
  int64_t addend_bytes() const;
  void AddUpRows(const Operands& operands, int32_t* addends, ThreadPool& pool) const;

  RowCodeSpec spec_;
  CodeTiles tiles_;
  const elementwise::Variant* elementwise_;
  std::vector<float> scale_;      // [lefts][m], or empty.
  std::vector<int32_t> factors_;  // [lefts][m]: -za; empty where all are 0.
  std::vector<uint8_t> ones_;     // A row of them, for the sums of columns.
};

}  // namespace assay::gemm
