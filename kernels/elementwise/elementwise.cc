#include "kernels/elementwise/elementwise.h"

#include <cstring>

#include "kernels/base/check.h"
#include "kernels/cpu/split.h"
#include "kernels/cpu/widest.h"
#include "kernels/elementwise/variant.h"

namespace assay::elementwise {
namespace {

// Cycles that an element takes with AVX-512 in the first-level cache, where arithmetic takes longer
// than memory; of lookups about what memory takes.
constexpr double kAddU8Cycles = 0.4, kLookupCycles = 0.07, kQuantizeCycles = 0.34;
constexpr double kSoftmaxCycles = 1.25;

// A piece of a run: element `begin` of row `row`, `count` elements.
struct Run {
  int64_t row, begin, count;
};

// Calls body for every run, in parallel if there is much to do. One row is cut into pieces of
// 4096 elements; several rows are cut between rows.
void ForEachRun(const Rows& rows, double cycles_per_element, ThreadPool& pool,
                FunctionRef<void(const Run&)> body) {
  ASSAY_CHECK(rows.rows >= 0 && rows.count >= 0);
  if (rows.rows == 1) {
    Split(
        rows.count, cycles_per_element, pool,
        [&](int64_t begin, int64_t end, int) {
          body({0, begin, end - begin});
        },
        4096);
    return;
  }
  const double cycles = static_cast<double>(rows.count) * cycles_per_element;
  Split(rows.rows, cycles, pool, [&](int64_t begin, int64_t end, int) {
    for (int64_t row = begin; row < end; ++row) body({row, 0, rows.count});
  });
}

int64_t SrcAt(const Rows& rows, const Run& run) { return run.row * rows.src_stride + run.begin; }
int64_t OtherAt(const Rows& rows, const Run& run) {
  return run.row * rows.other_stride + run.begin;
}
int64_t DstAt(const Rows& rows, const Run& run) { return run.row * rows.dst_stride + run.begin; }

}  // namespace

const Variant& Pick(IsaSet usable) { return Widest(AllVariants(), usable); }

void AddF32(const Rows& rows, const float* a, const float* b, float* dst, float lo, float hi,
            ThreadPool& pool, IsaSet usable) {
  const Variant& variant = Pick(usable);
  ForEachRun(rows, CyclesOfBytes(12), pool, [&](const Run& run) {
    variant.add_f32(a + SrcAt(rows, run), b + OtherAt(rows, run), dst + DstAt(rows, run), run.count,
                    lo, hi);
  });
}

void ClampF32(const Rows& rows, const float* src, float* dst, float lo, float hi, ThreadPool& pool,
              IsaSet usable) {
  const Variant& variant = Pick(usable);
  ForEachRun(rows, CyclesOfBytes(8), pool, [&](const Run& run) {
    variant.clamp_f32(src + SrcAt(rows, run), dst + DstAt(rows, run), run.count, lo, hi);
  });
}

void AddU8(const Rows& rows, const AddU8Params& params, const uint8_t* a, const uint8_t* b,
           uint8_t* dst, ThreadPool& pool, IsaSet usable) {
  const Variant& variant = Pick(usable);
  ForEachRun(rows, kAddU8Cycles, pool, [&](const Run& run) {
    variant.add_u8(params, a + SrcAt(rows, run), b + OtherAt(rows, run), dst + DstAt(rows, run),
                   run.count);
  });
}

void LookupU8(const Rows& rows, const uint8_t* table, const uint8_t* src, uint8_t* dst,
              ThreadPool& pool, IsaSet usable) {
  const Variant& variant = Pick(usable);
  ForEachRun(rows, kLookupCycles, pool, [&](const Run& run) {
    variant.lookup_u8(table, src + SrcAt(rows, run), dst + DstAt(rows, run), run.count);
  });
}

void QuantizeF32U8(const Rows& rows, QuantParams params, const float* src, uint8_t* dst,
                   ThreadPool& pool, IsaSet usable) {
  const Variant& variant = Pick(usable);
  ForEachRun(rows, kQuantizeCycles, pool, [&](const Run& run) {
    variant.quantize(params, src + SrcAt(rows, run), dst + DstAt(rows, run), run.count);
  });
}

void DequantizeU8F32(const Rows& rows, QuantParams params, const uint8_t* src, float* dst,
                     ThreadPool& pool, IsaSet usable) {
  const Variant& variant = Pick(usable);
  ForEachRun(rows, CyclesOfBytes(5), pool, [&](const Run& run) {
    variant.dequantize(params, src + SrcAt(rows, run), dst + DstAt(rows, run), run.count);
  });
}

void DequantizeS32F32(const Rows& rows, const float* scale, const int32_t* src, float* dst,
                      float lo, float hi, ThreadPool& pool, IsaSet usable) {
  const Variant& variant = Pick(usable);
  ForEachRun(rows, CyclesOfBytes(8), pool, [&](const Run& run) {
    variant.dequantize_s32(scale + run.begin, src + SrcAt(rows, run), dst + DstAt(rows, run),
                           run.count, lo, hi);
  });
}

void Softmax(const Rows& rows, const float* src, float* dst, ThreadPool& pool, IsaSet usable) {
  ASSAY_CHECK(rows.rows >= 0 && rows.count >= 0);
  const Variant& variant = Pick(usable);
  const double cycles = kSoftmaxCycles * static_cast<double>(rows.count);
  Split(rows.rows, cycles, pool, [&](int64_t begin, int64_t end, int) {
    for (int64_t row = begin; row < end; ++row) {
      variant.softmax(src + row * rows.src_stride, dst + row * rows.dst_stride, rows.count);
    }
  });
}

void CopyRows(const Rows& rows, int bytes, const void* src, void* dst, ThreadPool& pool) {
  ASSAY_CHECK(bytes == 1 || bytes == 4);
  const uint8_t* from = static_cast<const uint8_t*>(src);
  uint8_t* to = static_cast<uint8_t*>(dst);
  ForEachRun(rows, CyclesOfBytes(2 * bytes), pool, [&](const Run& run) {
    if (run.count == 0) return;  // The pointers may be null.
    std::memcpy(to + DstAt(rows, run) * bytes, from + SrcAt(rows, run) * bytes,
                static_cast<size_t>(run.count * bytes));
  });
}

}  // namespace assay::elementwise
