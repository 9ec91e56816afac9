#include "kernels/gemm/row_code_product.h"

#include <algorithm>

#include "kernels/base/check.h"
#include "kernels/elementwise/elementwise.h"
#include "kernels/gemm/packing.h"
#include "kernels/gemm/row_sum.h"

namespace assay::gemm {
namespace {

constexpr int64_t kAlignment = 64;

template <typename T>
std::vector<T> PerRow(std::vector<T> values, int64_t rows) {
  ASSAY_CHECK(values.size() == 1 || static_cast<int64_t>(values.size()) == rows);
  if (values.size() == 1) values.resize(static_cast<size_t>(rows), values[0]);
  return values;
}

std::vector<int32_t> Factors(const RowCodeSpec& spec) {
  std::vector<int32_t> factors = PerRow(spec.lhs_zero_points, spec.lefts * spec.m);
  for (int32_t& factor : factors) {
    ASSAY_CHECK(factor >= 0 && factor <= 255);
    factor = -factor;
  }
  if (std::ranges::all_of(factors, [](int32_t factor) { return factor == 0; })) factors.clear();
  return factors;
}

}  // namespace

Result<RowCodeProduct> RowCodeProduct::Make(const RowCodeSpec& spec, const KernelOptions& options,
                                            int64_t room_bytes) {
  ASSAY_CHECK(spec.batch >= 1 && spec.lefts >= 1 && spec.m >= 1 && spec.n >= 1 && spec.k >= 1);
  ASSAY_CHECK(spec.rhs_zero_point >= -128 && spec.rhs_zero_point <= 127);
  ASSAY_ASSIGN_OR_RETURN(
      CodeTiles tiles, CodeTiles::Make({spec.batch, spec.m, spec.n, spec.k}, options, room_bytes));
  return RowCodeProduct(spec, std::move(tiles), options);
}

RowCodeProduct::RowCodeProduct(const RowCodeSpec& spec, CodeTiles tiles,
                               const KernelOptions& options)
    : spec_(spec),
      tiles_(std::move(tiles)),
      elementwise_(&elementwise::Pick(options.usable)),
      factors_(Factors(spec)) {
  if (!spec.scale.empty()) scale_ = PerRow(spec.scale, rows());
  if (!factors_.empty()) {
    ones_.resize(static_cast<size_t>(PackedK(tiles_.variant(), spec.k)), uint8_t{1});
  }
}

size_t RowCodeProduct::packed_bytes() const {
  return ones_.size() + 4 * (scale_.size() + factors_.size());
}

int64_t RowCodeProduct::addend_bytes() const {
  return (4 * rows() + kAlignment - 1) / kAlignment * kAlignment;
}

size_t RowCodeProduct::workspace_bytes(int threads) const {
  return static_cast<size_t>(addend_bytes() + threads * tiles_.worker_bytes());
}

// bias + zb (k za - sum a), which wraps.
void RowCodeProduct::AddUpRows(const Operands& operands, int32_t* addends, ThreadPool& pool) const {
  const auto k = static_cast<uint32_t>(spec_.k), zero = static_cast<uint32_t>(spec_.rhs_zero_point);
  const double cycles = CyclesOfBytes(static_cast<double>(spec_.k)) + 4;
  Split(rows(), cycles, pool, [&](int64_t begin, int64_t end, int) {
    for (int64_t row = begin; row < end; ++row) {
      uint32_t addend =
          operands.bias != nullptr ? static_cast<uint32_t>(operands.bias[row]) : uint32_t{0};
      if (zero != 0) {
        const auto sum = static_cast<uint32_t>(RowSum(operands.lhs + row * spec_.k, spec_.k));
        const int32_t factor = factors_.empty() ? 0 : factors_[static_cast<size_t>(row)];
        addend -= zero * (k * static_cast<uint32_t>(factor) + sum);
      }
      addends[row] = static_cast<int32_t>(addend);
    }
  });
}

struct RowCodeProduct::Parts {
  const RowCodeProduct& product;
  const Operands& operands;
  RowCodeProduct::Pack pack;
  const int32_t* addends;

  struct Element {
    const uint8_t* lhs;
    int64_t batch;
    int64_t first_row;  // In the parameters.
  };
  Element At(int64_t batch) const {
    const int64_t first_row = batch % product.spec_.lefts * product.spec_.m;
    return {operands.lhs + first_row * product.spec_.k, batch, first_row};
  }

  void Pack(const Element& element, int64_t first, uint8_t* panel, int32_t* sums,
            uint8_t* room) const {
    const Variant& variant = product.tiles_.variant();
    const Columns columns =
        pack(element.batch, first, std::min(variant.nr, product.spec_.n - first), room);
    PackCodePanel(columns.matrix, variant, columns.begin, panel);
    if (!product.ones_.empty()) product.tiles_.SumColumns(product.ones_.data(), panel, sums);
  }

  // Not dst, since every sum is read again, and dst may be far.
  void Enter(const Element&, const CodeTiles::Place& at, Tile& tile) const {
    tile.dst = at.sums;
    tile.dst_stride = product.tiles_.variant().nr;
  }

  void Finish(const Element& element, const CodeTiles::Place& at, const Tile& tile) const {
    const RowCodeSpec& spec = product.spec_;
    const int64_t row = element.first_row + at.row;
    const int64_t to = (element.batch * spec.m + at.row) * spec.n + at.column;
    const int32_t* factors = product.factors_.empty() ? nullptr : product.factors_.data() + row;
    if (!product.scale_.empty()) {
      product.elementwise_->requantize_s32(
          {.rows = tile.m, .count = tile.n, .src_stride = tile.dst_stride, .dst_stride = spec.n},
          {.scale = nullptr,
           .offset = factors != nullptr ? at.columns : nullptr,
           .factors = factors,
           .zero_point = spec.zero_point,
           .addends = addends + row,
           .row_scale = product.scale_.data() + row},
          at.sums, static_cast<uint8_t*>(operands.dst) + to);
      return;
    }
    const int32_t* from = at.sums;
    int32_t* out = static_cast<int32_t*>(operands.dst) + to;
    for (int64_t i = 0; i < tile.m; ++i, from += tile.dst_stride, out += spec.n) {
      const auto addend = static_cast<uint32_t>(addends[row + i]);
      const auto factor = factors != nullptr ? static_cast<uint32_t>(factors[i]) : uint32_t{0};
      for (int64_t j = 0; j < tile.n; ++j) {
        uint32_t sum = static_cast<uint32_t>(from[j]) + addend;
        if (factor != 0) sum += factor * static_cast<uint32_t>(at.columns[j]);
        out[j] = static_cast<int32_t>(sum);
      }
    }
  }
};

void RowCodeProduct::Run(const Operands& operands, Pack pack, void* workspace,
                         ThreadPool& pool) const {
  auto* bytes = static_cast<uint8_t*>(workspace);
  auto* addends = reinterpret_cast<int32_t*>(bytes);
  AddUpRows(operands, addends, pool);
  tiles_.Run(Parts{*this, operands, pack, addends}, bytes + addend_bytes(), pool);
}

}  // namespace assay::gemm
