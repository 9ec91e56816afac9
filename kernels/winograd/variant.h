// One variant of the Winograd transforms, and what the planner hands it.
//
// F(m x m, 3 x 3) computes a tile of m x m outputs from p x p inputs, p = m + 2, in three steps:
//   V = B^T d B per channel (input transform), p x p products of V with transformed weights summed
//   over channels (gemm), Y = A^T M A per output channel (output transform).
// Lavin and Gray 2015, "Fast Algorithms for Convolutional Neural Networks", arXiv:1509.09308.
#pragma once

#include <cstdint>
#include <span>

#include "kernels/cpu/isa.h"

namespace assay::winograd {

// One tile of the source, to be transformed.
struct InputTile {
  const float* const* pixels;  // [p][p]: `channels` floats each; padding points at zeros.
  int64_t channels;
  float* dst;             // [p][p] positions, channels rounded up to whole vectors written.
  int64_t position_step;  // Floats from position to position.
};

// One tile of products, to be transformed and stored.
struct OutputTile {
  const float* src;       // [p][p] positions, channels rounded up to whole vectors read.
  int64_t position_step;  // Floats from position to position.
  int64_t channels;
  const float* bias;                                         // Rounded up to whole vectors.
  int64_t rows, columns;                                     // Outputs inside the image, 1 to m.
  float* dst;                                                // The first output pixel.
  const float* residual;                                     // Or nullptr.
  int64_t dst_row, dst_pixel, residual_row, residual_pixel;  // Steps in floats.
  float lo, hi;
};

struct Transforms {
  void (*input)(const InputTile& tile);
  void (*output)(const OutputTile& tile);
  // Per tile and vector of channels, on a CPU with two vector ports: what dispatch reckons with.
  double input_cycles, output_cycles;
};

struct Variant {
  const char* name;
  Isa isa;
  int64_t lanes;      // Channels of a vector.
  Transforms f2, f4;  // F(2x2, 3x3) and F(4x4, 3x3).
};

// The files of kernels/winograd/variants, by name.
std::span<const Variant* const> AllVariants();

}  // namespace assay::winograd
