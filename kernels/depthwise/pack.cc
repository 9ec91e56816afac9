#include "kernels/depthwise/pack.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <vector>

#include "kernels/depthwise/quads.h"

namespace assay::depthwise {
namespace {

// The channel every entry of the packed biases and scales stands for; -1 for none.
std::vector<int64_t> ChannelOrder(const Packing& packing, int64_t c) {
  std::vector<int64_t> order;
  if (packing.order == Packing::Order::kTaps) {
    const int64_t padded = (c + packing.lanes - 1) / packing.lanes * packing.lanes;
    for (int64_t i = 0; i < padded; ++i) order.push_back(i < c ? i : -1);
    return order;
  }
  for (int64_t first = 0, width; first < c; first += width) {
    width = BlockWidth(c - first, packing.lanes);
    for (int64_t i = 0; i < 16 * packing.lanes; ++i) {
      const int64_t v = i / (4 * packing.lanes), lane = i / 4 % packing.lanes;
      const int64_t channel = first + QuadChannel(width, v, lane, i % 4);
      order.push_back(channel < c ? channel : -1);
    }
  }
  return order;
}

// [block][tap][lane].
template <typename T>
Buffer PackTaps(int64_t lanes, int64_t taps, const std::vector<int64_t>& order, const T* weights) {
  Buffer packed = Buffer::Zeroed(order.size() * static_cast<size_t>(taps) * sizeof(T));
  for (size_t i = 0; i < order.size(); ++i) {
    if (order[i] < 0) continue;
    const int64_t block = static_cast<int64_t>(i) / lanes, lane = static_cast<int64_t>(i) % lanes;
    for (int64_t tap = 0; tap < taps; ++tap) {
      packed.as<T>()[(block * taps + tap) * lanes + lane] = weights[order[i] * taps + tap];
    }
  }
  return packed;
}

// [block][group][kw][output row][v], of vectors of bytes, or of two vectors of words: taps 0 and 2
// of each quad, then taps 1 and 3.
Buffer PackQuads(const Packing& packing, const ConvSpec& s, const std::vector<int64_t>& order,
                 const int8_t* weights) {
  const auto [groups, rows] = GroupRows(s.kh, s.stride_h, s.dilation_h);
  const int64_t dwords = 4 * packing.lanes;
  const int64_t steps = groups * s.kw * rows;
  const int64_t element = packing.words ? 2 : 1;
  Buffer packed = Buffer::Zeroed(order.size() * static_cast<size_t>(steps * 4 * element));
  for (size_t i = 0; i < order.size(); ++i) {
    if (order[i] < 0) continue;
    const int64_t block = static_cast<int64_t>(i) / (4 * dwords);
    const int64_t v = static_cast<int64_t>(i) / dwords % 4;
    const int64_t dword = static_cast<int64_t>(i) % dwords;
    for (int64_t step = 0; step < steps; ++step) {
      const int64_t group = step / (s.kw * rows), kw = step / rows % s.kw, row = step % rows;
      const int64_t vector = (block * steps + step) * 4 + v;
      for (int64_t tap = 0; tap < 4; ++tap) {
        const int64_t kh = group * 4 + tap - row * s.stride_h;
        if (kh < 0 || kh >= s.kh) continue;
        const int8_t weight = weights[(order[i] * s.kh + kh) * s.kw + kw];
        if (packing.words) {
          const int64_t at = ((vector * 2 + tap % 2) * dwords + dword) * 2 + tap / 2;
          packed.as<int16_t>()[at] = weight;
        } else {
          packed.as<int8_t>()[(vector * dwords + dword) * 4 + tap] = weight;
        }
      }
    }
  }
  return packed;
}

void PackFloatBias(const std::vector<int64_t>& order, const Weights& weights, Packed& packed) {
  packed.bias = Buffer::Zeroed(order.size() * sizeof(float));
  if (weights.bias == nullptr) return;
  for (size_t i = 0; i < order.size(); ++i) {
    if (order[i] < 0) continue;
    packed.bias.as<float>()[i] = static_cast<const float*>(weights.bias)[order[i]];
  }
}

// Biases with the zero point folded in, scales, and what is known of accumulators and products.
void PackOutput(const std::vector<int64_t>& order, int64_t taps, ComputeType type,
                const Weights& weights, const OutputStage& stage, Packed& packed) {
  const int8_t* const data = static_cast<const int8_t*>(weights.data);
  const bool requantize = type == ComputeType::kU8S8U8;
  packed.bias = Buffer::Zeroed(order.size() * sizeof(int32_t));
  if (requantize) packed.scale = Buffer::Zeroed(order.size() * sizeof(float));
  packed.bounded = packed.small = requantize;
  for (size_t i = 0; i < order.size(); ++i) {
    if (order[i] < 0) continue;
    int64_t sum = 0, magnitude = 0;
    for (int64_t tap = 0; tap < taps; ++tap) {
      const int weight = data[order[i] * taps + tap];
      sum += weight;
      magnitude += 255 * std::abs(weight);
    }
    const int64_t bias =
        weights.bias != nullptr ? static_cast<const int32_t*>(weights.bias)[order[i]] : 0;
    packed.bias.as<uint32_t>()[i] = static_cast<uint32_t>(bias - stage.src_zero_point * sum);
    if (!requantize) continue;
    const float scale =
        stage.scale.size() == 1 ? stage.scale[0] : stage.scale[static_cast<size_t>(order[i])];
    packed.scale.as<float>()[i] = scale;
    // The accumulator wraps like int32, so 2^31 bounds it in any case.
    const double acc =
        static_cast<double>(std::min<int64_t>(std::abs(bias) + magnitude, int64_t{1} << 31));
    if (!(std::fabs(static_cast<double>(scale)) * acc <= 0x1p30))
      packed.bounded = packed.small = false;
    if (!(scale >= 0) || acc >= 0x1p22) packed.small = false;
  }
}

}  // namespace

Packed Pack(const Packing& packing, const ConvSpec& spec, ComputeType type, const Weights& weights,
            const OutputStage& stage) {
  const std::vector<int64_t> order = ChannelOrder(packing, spec.c);
  const int64_t taps = spec.kh * spec.kw;
  Packed packed;
  if (type == ComputeType::kF32) {
    packed.weights = PackTaps(packing.lanes, taps, order, static_cast<const float*>(weights.data));
    PackFloatBias(order, weights, packed);
    return packed;
  }
  const int8_t* const data = static_cast<const int8_t*>(weights.data);
  packed.weights = packing.order == Packing::Order::kQuads
                       ? PackQuads(packing, spec, order, data)
                       : PackTaps(packing.lanes, taps, order, data);
  PackOutput(order, taps, type, weights, stage, packed);
  return packed;
}

}  // namespace assay::depthwise
