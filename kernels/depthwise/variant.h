// One variant of the depthwise convolution, and what the planner hands it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/base/compute.h"
#include "kernels/conv/spec.h"
#include "kernels/cpu/isa.h"

namespace assay::depthwise {

// How a variant wants weights, bias and scales; pack.h makes them.
struct Packing {
  enum class Order : uint8_t {
    kTaps,   // Blocks of `lanes` channels: [block][tap][lane], float or int8.
    kQuads,  // int8, four vertical taps per channel side by side: quads.h.
  };
  Order order = Order::kTaps;
  int lanes = 1;       // kTaps: channels of a block. kQuads: 16-byte lanes of a vector.
  bool words = false;  // kQuads: weights widened to 16 bits, even taps and odd taps apart.
};

// A planned problem and a part of it to do.
struct Task {
  const ConvSpec* spec = nullptr;
  ComputeType type = ComputeType::kF32;
  const OutputStage* stage = nullptr;
  // Packed. Integer biases have the source's zero point folded in: bias - zero_point * sum of
  // weights, so that a padded tap must be read as the zero point.
  const void* weights = nullptr;
  const void* bias = nullptr;    // float or int32, one per packed channel.
  const float* scale = nullptr;  // kU8S8U8: one per packed channel.
  // kU8S8U8: float(acc) * scale is known to lie within +-2^30, so its conversion cannot overflow.
  bool bounded = false;
  // kU8S8U8: besides, |acc| < 2^22 and scale >= 0.
  bool small = false;

  const void* src = nullptr;
  void* dst = nullptr;
  const void* residual = nullptr;
  uint8_t* scratch = nullptr;          // scratch_bytes(spec), aligned to 64.
  int64_t row_begin = 0, row_end = 0;  // Output rows of all images: [0, n * oh).
};

struct Variant {
  const char* name;
  Isa isa;
  bool int8;  // kU8S8S32 and kU8S8U8; otherwise kF32.
  Packing packing;
  size_t (*scratch_bytes)(const ConvSpec& spec);
  void (*run)(const Task& task);
};

// The files of kernels/depthwise/variants, by name.
std::span<const Variant* const> AllVariants();

}  // namespace assay::depthwise
