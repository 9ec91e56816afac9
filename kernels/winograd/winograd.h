// Winograd: a planned 3x3 convolution of stride 1 by minimal filtering, NHWC, of floats or of
// bytes.
//
// A tile of m x m outputs takes (m + 2)^2 products per pair of channels instead of 9 m^2: for
// F(4x4,3x3) a quarter of the multiply-adds, for F(2x2,3x3) 4/9 (Lavin and Gray 2015,
// arXiv:1509.09308). The products of one position of all tiles are a matrix product, so every gemm
// micro-kernel serves; transforms of a block of tiles, its products and the transform back are done
// while the block lies in the second-level cache.
//
// The price: weights grow (m + 2)^2 / 9 times, those of bytes twice that; results of floats are
// less exact (ErrorBound), and an infinity or NaN in the source spreads over the tiles that see it.
//
// Of bytes F(4x4,3x3) alone is done, in products of s16, which go at half the pace of u8 by s8;
// what remains is half the time of the direct convolution. It is exact (integers.h): the results
// are those of the direct one, bit for bit. F(2x2,3x3) would leave 8/9 of the time.
#pragma once

#include <memory>
#include <string>

#include "kernels/base/compute.h"
#include "kernels/base/status.h"
#include "kernels/conv/spec.h"
#include "kernels/cpu/thread_pool.h"
#include "kernels/winograd/dispatch.h"

namespace assay::winograd {

// What |result - exact result| stays below for c input channels, as a part of the largest |src|
// times the sum of |weight| of the output channel: (16 + 2 sqrt(c)) 2^-24. Rounding errors add up
// like the square root of their number (Higham and Mary 2019, "A New Approach to Probabilistic
// Rounding Error Analysis"); the constants are at least twice what was measured at worst, relative
// even to the sum of |src| |weight| of the output, of 16 / 64 / 256 channels:
//   F(4x4): uniform in [-1, 1] 6.9 / 6.0 / 6.2, in [0, 1] 8.7 / 10.2 / 17.7, times 2^-24
//   F(2x2):                    1.6 / 1.4 / 1.2,           6.0 /  8.6 / 17.7
double ErrorBound(int64_t c);

// Whether the algorithm, not refused otherwise (dispatch.h), can do these weights.
bool Fits(const ConvSpec& spec, const Algorithm& algorithm, const Weights& weights);

class Winograd {
 public:
  // Weights OIHW, float or int8. Error: the algorithm is refused (dispatch.h), or the weights do
  // not fit.
  static Result<Winograd> Make(const ConvSpec& spec, const Algorithm& algorithm,
                               const Weights& weights, const OutputStage& stage,
                               const KernelOptions& options);

  Winograd(Winograd&&) noexcept;
  Winograd& operator=(Winograd&&) noexcept;
  ~Winograd();

  // As conv::Conv.
  size_t workspace_bytes(int threads) const;
  size_t packed_bytes() const;
  void Run(const void* src, void* dst, const void* residual, void* workspace,
           ThreadPool& pool) const;
  const std::string& variant() const;

 private:
  struct Impl;
  explicit Winograd(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace assay::winograd
