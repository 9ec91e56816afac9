#include "kernels/gemm/code_product.h"

#include <algorithm>

#include "kernels/base/check.h"
#include "kernels/cpu/split.h"
#include "kernels/elementwise/elementwise.h"
#include "kernels/gemm/code_panel.h"
#include "kernels/gemm/packing.h"
#include "kernels/gemm/row_sum.h"

namespace assay::gemm {
namespace {

constexpr int64_t kAlignment = 64;
// As in product.cc.
constexpr int64_t kFarBytes = int64_t{2} << 20;

int64_t Aligned(int64_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

template <typename T>
std::vector<T> PerColumn(std::vector<T> values, int64_t n) {
  ASSAY_CHECK(values.size() == 1 || static_cast<int64_t>(values.size()) == n);
  if (values.size() == 1) values.resize(static_cast<size_t>(n), values[0]);
  return values;
}

// What is taken off the columns' codes as s8, negative; none where that is nothing.
std::vector<int32_t> Offsets(const CodeSpec& spec) {
  std::vector<int32_t> offsets = PerColumn(spec.rhs_zero_points, spec.n);
  for (int32_t& zero : offsets) zero = (spec.rhs_is_signed ? 0 : 128) - zero;
  if (std::ranges::all_of(offsets, [](int32_t offset) { return offset == 0; })) offsets.clear();
  return offsets;
}

}  // namespace

Result<CodeProduct> CodeProduct::Make(const CodeSpec& spec, const KernelOptions& options) {
  ASSAY_CHECK(spec.lhs_zero_point >= 0 && spec.lhs_zero_point <= 255);
  ASSAY_ASSIGN_OR_RETURN(CodeTiles tiles,
                         CodeTiles::Make({spec.batch, spec.m, spec.n, spec.k}, options));
  return CodeProduct(spec, std::move(tiles), options);
}

CodeProduct::CodeProduct(const CodeSpec& spec, CodeTiles tiles, const KernelOptions& options)
    : spec_(spec),
      tiles_(std::move(tiles)),
      elementwise_(&elementwise::Pick(options.usable)),
      offsets_(Offsets(spec)) {
  if (!spec.scale.empty()) scale_ = PerColumn(spec.scale, spec.n);
  if (spec.lhs_zero_point != 0 && spec.k > 0) {
    zero_row_.resize(static_cast<size_t>(PackedK(tiles_.variant(), spec.k)),
                     static_cast<uint8_t>(spec.lhs_zero_point));
  }
}

size_t CodeProduct::packed_bytes() const {
  return zero_row_.size() + 4 * (scale_.size() + offsets_.size());
}

int64_t CodeProduct::row_sum_bytes() const {
  return offsets_.empty() ? 0 : Aligned(4 * spec_.batch * spec_.m);
}

size_t CodeProduct::workspace_bytes(int threads) const {
  return static_cast<size_t>(row_sum_bytes() + threads * tiles_.worker_bytes());
}

void CodeProduct::AddUpRows(Place place, int32_t* sums, ThreadPool& pool) const {
  const double cycles = CyclesOfBytes(static_cast<double>(spec_.k)) + 4;
  Split(spec_.batch * spec_.m, cycles, pool, [&](int64_t begin, int64_t end, int) {
    for (int64_t row = begin; row < end; ++row) {
      sums[row] = RowSum(place(row / spec_.m).lhs + row % spec_.m * spec_.k, spec_.k);
    }
  });
}

// The bias of a column is k za zb - za sum b, by the kernel too: of one row of za.
struct CodeProduct::Parts {
  const CodeProduct& product;
  CodeProduct::Place place;
  const int32_t* row_sums;  // [batch][m], or nullptr.

  struct Item : Element {
    const int32_t* row_sums;  // Its own.
  };
  Item At(int64_t batch) const {
    return {place(batch), row_sums != nullptr ? row_sums + batch * product.spec_.m : nullptr};
  }

  void Pack(const Item& item, int64_t first, uint8_t* panel, int32_t* bias, uint8_t*) const {
    const CodeSpec& spec = product.spec_;
    const Variant& variant = product.tiles_.variant();
    const CodeMatrix matrix{item.rhs, spec.n, spec.k, spec.n,
                            static_cast<uint8_t>(spec.rhs_is_signed ? 0 : 0x80)};
    PackCodePanel(matrix, variant, first, panel);
    if (product.zero_row_.empty()) {
      std::fill_n(bias, variant.nr, 0);
      return;
    }
    product.tiles_.SumColumns(product.zero_row_.data(), panel, bias);
    const std::vector<int32_t>& offsets = product.offsets_;
    const uint32_t all = static_cast<uint32_t>(spec.k) * static_cast<uint32_t>(spec.lhs_zero_point);
    for (int64_t j = 0; j < variant.nr; ++j) {
      const bool shifted = !offsets.empty() && first + j < spec.n;
      const int32_t offset = shifted ? offsets[static_cast<size_t>(first + j)] : 0;
      bias[j] = static_cast<int32_t>(
          -(static_cast<uint32_t>(bias[j]) + all * static_cast<uint32_t>(offset)));
    }
  }

  void Enter(const Item& item, const CodeTiles::Place& at, Tile& tile) const {
    const CodeSpec& spec = product.spec_;
    tile.bias = at.columns;
    tile.dst = at.sums;
    tile.dst_stride = product.tiles_.variant().nr;
    if (product.requantizes()) return;
    tile.dst = static_cast<int32_t*>(item.dst) + at.row * spec.n + at.column;
    tile.dst_stride = spec.n;
    tile.dst_is_far = spec.batch * spec.m * spec.n * 4 > kFarBytes;
  }

  void Finish(const Item& item, const CodeTiles::Place& at, const Tile& tile) const {
    const int64_t n = product.spec_.n;
    const int32_t* offset =
        item.row_sums != nullptr ? product.offsets_.data() + at.column : nullptr;
    const int32_t* factors = item.row_sums != nullptr ? item.row_sums + at.row : nullptr;
    auto* sums = static_cast<int32_t*>(tile.dst);
    if (product.requantizes()) {
      product.elementwise_->requantize_s32(
          {.rows = tile.m, .count = tile.n, .src_stride = tile.dst_stride, .dst_stride = n},
          {product.scale_.data() + at.column, offset, factors, product.spec_.zero_point}, sums,
          static_cast<uint8_t*>(item.dst) + at.row * n + at.column);
      return;
    }
    if (offset == nullptr) return;
    for (int64_t i = 0; i < tile.m; ++i, sums += tile.dst_stride) {
      for (int64_t j = 0; j < tile.n; ++j) {
        const uint32_t added = static_cast<uint32_t>(factors[i]) * static_cast<uint32_t>(offset[j]);
        sums[j] = static_cast<int32_t>(static_cast<uint32_t>(sums[j]) + added);
      }
    }
  }
};

void CodeProduct::Run(Place place, void* workspace, ThreadPool& pool) const {
  if (tiles_.empty()) return;
  auto* bytes = static_cast<uint8_t*>(workspace);
  int32_t* row_sums = offsets_.empty() ? nullptr : reinterpret_cast<int32_t*>(bytes);
  if (row_sums != nullptr) AddUpRows(place, row_sums, pool);
  tiles_.Run(Parts{*this, place, row_sums}, bytes + row_sum_bytes(), pool);
}

}  // namespace assay::gemm
