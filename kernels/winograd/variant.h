// One variant of the Winograd transforms, and what the planner hands it.
//
// F(m x m, 3 x 3) computes a tile of m x m outputs from p x p inputs, p = m + 2, in three steps:
//   V = B^T d B per channel (input transform), p x p products of V with transformed weights summed
//   over channels (gemm), Y = A^T M A per output channel (output transform).
// Lavin and Gray 2015, "Fast Algorithms for Convolutional Neural Networks", arXiv:1509.09308.
//
// Of floats (floats.h), or of bytes, exactly (integers.h): d u8, V s16, M s32, Y u8.
#pragma once

#include <cstdint>
#include <span>

#include "kernels/base/compute.h"
#include "kernels/cpu/isa.h"
#include "kernels/gemm/variant.h"

namespace assay::winograd {

// One tile of the source, to be transformed.
struct InputTile {
  const void* const* pixels;  // [p][p]: `channels` elements of d each; padding points at some, too.
  int64_t channels;
  void* dst;              // [p][p] positions of V, channels rounded up to whole vectors written.
  int64_t position_step;  // Elements from position to position.
};

// One tile of products, to be transformed and stored.
struct OutputTile {
  const void* src;        // [p][p] positions of M, channels rounded up to whole vectors read.
  int64_t position_step;  // Elements from position to position.
  int64_t channels;
  // Rounded up to whole vectors, aligned to 64. Float; or s32, zero-point compensation included,
  // and the scale.
  const void* bias;
  const float* scale;
  const gemm::Stage* stage;
  int64_t rows, columns;                                     // Outputs inside the image, 1 to m.
  void* dst;                                                 // The first output pixel.
  const void* residual;                                      // Or nullptr.
  int64_t dst_row, dst_pixel, residual_row, residual_pixel;  // Steps in elements.
};

struct Transforms {
  void (*input)(const InputTile& tile) = nullptr;  // nullptr: not supported.
  void (*output)(const OutputTile& tile) = nullptr;
  // Per tile and vector of channels, on a CPU with two vector ports: what dispatch reckons with.
  double input_cycles = 0, output_cycles = 0;
  double tile_cycles = 0;  // Per tile, whatever its channels.
};

struct Variant {
  const char* name;
  Isa isa;
  ComputeType type;                     // kF32 or kU8S8U8.
  int64_t source_lanes, product_lanes;  // Channels of a vector of V, and of M.
  Transforms f2, f4;                    // F(2x2, 3x3) and F(4x4, 3x3).
};

// The files of kernels/winograd/variants, by name.
std::span<const Variant* const> AllVariants();

}  // namespace assay::winograd
