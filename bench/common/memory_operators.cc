#include "bench/common/memory_operators.h"

#include <algorithm>
#include <array>

#include "kernels/elementwise/elementwise.h"
#include "kernels/layout/layout.h"
#include "kernels/pool/pool.h"

namespace assay::bench {
namespace {

constexpr QuantParams kQuant = {0.0625f, 128};
constexpr float kLo = 0.0f, kHi = 6.0f;

template <typename T>
const T* As(const uint8_t* p) {
  return reinterpret_cast<const T*>(p);
}
template <typename T>
T* As(uint8_t* p) {
  return reinterpret_cast<T*>(p);
}

MemoryProblem AddF32(int64_t bytes) {
  const int64_t n = bytes / 12;
  return {8 * n, 4 * n, [n](const uint8_t* src, uint8_t* dst, ThreadPool& pool) {
            elementwise::AddF32({.count = n}, As<float>(src), As<float>(src) + n, As<float>(dst),
                                kLo, kHi, pool);
          }};
}

MemoryProblem ClampF32(int64_t bytes) {
  const int64_t n = bytes / 8;
  return {4 * n, 4 * n, [n](const uint8_t* src, uint8_t* dst, ThreadPool& pool) {
            elementwise::ClampF32({.count = n}, As<float>(src), As<float>(dst), kLo, kHi, pool);
          }};
}

MemoryProblem AddU8(int64_t bytes) {
  const int64_t n = bytes / 3;
  const elementwise::AddU8Params params = {128, 3, 0.7f, 0.6f, 100, 0, 255};
  return {2 * n, n, [=](const uint8_t* src, uint8_t* dst, ThreadPool& pool) {
            elementwise::AddU8({.count = n}, params, src, src + n, dst, pool);
          }};
}

MemoryProblem LookupU8(int64_t bytes) {
  const int64_t n = bytes / 2;
  std::array<uint8_t, 256> table;
  for (size_t i = 0; i < 256; ++i) table[i] = static_cast<uint8_t>(i * i);
  return {n, n, [=](const uint8_t* src, uint8_t* dst, ThreadPool& pool) {
            elementwise::LookupU8({.count = n}, table.data(), src, dst, pool);
          }};
}

MemoryProblem Quantize(int64_t bytes) {
  const int64_t n = bytes / 5;
  return {4 * n, n, [n](const uint8_t* src, uint8_t* dst, ThreadPool& pool) {
            elementwise::QuantizeF32U8({.count = n}, kQuant, As<float>(src), dst, pool);
          }};
}

MemoryProblem Dequantize(int64_t bytes) {
  const int64_t n = bytes / 5;
  return {n, 4 * n, [n](const uint8_t* src, uint8_t* dst, ThreadPool& pool) {
            elementwise::DequantizeU8F32({.count = n}, kQuant, src, As<float>(dst), pool);
          }};
}

// Rows of 1000 classes.
MemoryProblem Softmax(int64_t bytes) {
  constexpr int64_t kCount = 1000;
  const int64_t rows = bytes / (8 * kCount), row_bytes = 4 * kCount;
  return {rows * row_bytes, rows * row_bytes,
          [=](const uint8_t* src, uint8_t* dst, ThreadPool& pool) {
            elementwise::Softmax(
                {.rows = rows, .count = kCount, .src_stride = kCount, .dst_stride = kCount},
                As<float>(src), As<float>(dst), pool);
          }};
}

void Max(const pool::Window& window, const float* src, float* dst, ThreadPool& pool) {
  pool::MaxF32(window, src, dst, pool);
}
void Max(const pool::Window& window, const uint8_t* src, uint8_t* dst, ThreadPool& pool) {
  pool::MaxU8(window, src, dst, pool);
}
void Average(const pool::Window& window, const float* src, float* dst, ThreadPool& pool) {
  pool::AverageF32(window, src, dst, pool);
}
void Average(const pool::Window& window, const uint8_t* src, uint8_t* dst, ThreadPool& pool) {
  pool::AverageU8(window, kQuant, {0.05f, 3}, src, dst, pool);
}

// Windows of k x k at stride 2 over images 56 wide with 64 channels, as high as fits.
template <typename T, int k, auto kRun>
MemoryProblem Pool(int64_t bytes) {
  ConvSpec s = {.w = 56, .c = 64, .oc = 64, .kh = k, .kw = k, .stride_h = 2, .stride_w = 2};
  s.pad_top = s.pad_left = (k - 1) / 2;
  const int64_t row = s.w * s.c * static_cast<int64_t>(sizeof(T));
  s.h = std::max<int64_t>(bytes / (row * 5 / 4) / 2 * 2, 2);
  const pool::Window window = {s, s.oh(), s.ow()};
  return {s.h * row, s.oh() * s.ow() * s.c * static_cast<int64_t>(sizeof(T)),
          [window](const uint8_t* src, uint8_t* dst, ThreadPool& pool) {
            kRun(window, As<T>(src), As<T>(dst), pool);
          }};
}

// Over whole images of 7 x 7 with 512 channels, as many as fit.
template <typename T>
MemoryProblem GlobalAverage(int64_t bytes) {
  ConvSpec s = {.h = 7, .w = 7, .c = 512, .oc = 512, .kh = 7, .kw = 7};
  const int64_t pixel = s.c * static_cast<int64_t>(sizeof(T));
  s.n = std::max<int64_t>(bytes / (50 * pixel), 1);
  return {49 * s.n * pixel, s.n * pixel, [s](const uint8_t* src, uint8_t* dst, ThreadPool& pool) {
            Average(pool::Window{s}, As<T>(src), As<T>(dst), pool);
          }};
}

// [n][c][hw] of 64 channels by 28 x 28, as many as fit.
template <int kBytes, auto kRun>
MemoryProblem Transpose(int64_t bytes) {
  constexpr int64_t c = 64, hw = 784;
  const int64_t n = std::max<int64_t>(bytes / (2 * c * hw * kBytes), 1);
  return {n * c * hw * kBytes, n * c * hw * kBytes,
          [n](const uint8_t* src, uint8_t* dst, ThreadPool& pool) {
            kRun(kBytes, n, c, hw, src, dst, pool, UsableIsas());
          }};
}

// The entry of a network: images of 3 channels, at most 224 x 224.
MemoryProblem QuantizeEntry(int64_t bytes) {
  constexpr int64_t c = 3;
  const int64_t hw = std::min<int64_t>(bytes / (5 * c), 224 * 224);
  const int64_t n = bytes / (5 * c * hw);
  return {4 * n * c * hw, n * c * hw, [=](const uint8_t* src, uint8_t* dst, ThreadPool& pool) {
            layout::NchwF32ToNhwcU8(n, c, hw, kQuant, As<float>(src), dst, pool);
          }};
}

template <typename T>
using PoolRun = void (*)(const pool::Window&, const T*, T*, ThreadPool&);
constexpr PoolRun<float> kMaxF32 = Max, kAverageF32 = Average;
constexpr PoolRun<uint8_t> kMaxU8 = Max, kAverageU8 = Average;

constexpr MemoryOperator kOperators[] = {
    {"add_f32", true, 2, 1, AddF32},
    {"clamp_f32", true, 1, 1, ClampF32},
    {"add_u8", false, 2, 1, AddU8},
    {"lookup_u8", false, 1, 1, LookupU8},
    {"quantize", true, 4, 1, Quantize},
    {"dequantize", false, 1, 4, Dequantize},
    {"softmax", true, 1, 1, Softmax},
    {"max_pool_3x3s2_f32", true, 4, 1, Pool<float, 3, kMaxF32>},
    {"max_pool_3x3s2_u8", false, 4, 1, Pool<uint8_t, 3, kMaxU8>},
    {"max_pool_2x2s2_f32", true, 4, 1, Pool<float, 2, kMaxF32>},
    {"max_pool_2x2s2_u8", false, 4, 1, Pool<uint8_t, 2, kMaxU8>},
    {"average_pool_2x2s2_f32", true, 4, 1, Pool<float, 2, kAverageF32>},
    {"average_pool_2x2s2_u8", false, 4, 1, Pool<uint8_t, 2, kAverageU8>},
    {"global_average_f32", true, 1, 0, GlobalAverage<float>},
    {"global_average_u8", false, 1, 0, GlobalAverage<uint8_t>},
    {"nchw_to_nhwc_4", true, 1, 1, Transpose<4, layout::NchwToNhwc>},
    {"nhwc_to_nchw_4", true, 1, 1, Transpose<4, layout::NhwcToNchw>},
    {"nchw_to_nhwc_1", false, 1, 1, Transpose<1, layout::NchwToNhwc>},
    {"nhwc_to_nchw_1", false, 1, 1, Transpose<1, layout::NhwcToNchw>},
    {"nchw_f32_to_nhwc_u8", true, 4, 1, QuantizeEntry},
};

}  // namespace

std::span<const MemoryOperator> MemoryOperators() { return kOperators; }

}  // namespace assay::bench
