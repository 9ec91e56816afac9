#include "harness/tune/discrete_space.h"

#include <algorithm>

#include "objectives/stats/random.h"

namespace assay::tune {

using quantize::Precision;

DiscreteSpace::DiscreteSpace(std::vector<quantize::QuantizableOp> ops) : ops_(std::move(ops)) {
  bool has_baseline = true;
  size_ = 1;
  for (const auto& op : ops_) {
    const auto count = static_cast<int64_t>(op.choices.size());
    size_ = size_ > INT64_MAX / count ? INT64_MAX : size_ * count;
    has_baseline &= std::ranges::find(op.choices, Precision::kFp32) != op.choices.end();
  }
  if (has_baseline && size_ != INT64_MAX) --size_;
}

bool DiscreteSpace::IsBaseline(const Point& point) const {
  for (size_t d = 0; d < ops_.size(); ++d) {
    if (ops_[d].choices[point[d]] != Precision::kFp32) return false;
  }
  return true;
}

quantize::QuantConfig DiscreteSpace::Config(const Point& point) const {
  quantize::QuantConfig config;
  for (size_t d = 0; d < ops_.size(); ++d) config[ops_[d].node] = ops_[d].choices[point[d]];
  return config;
}

Point DiscreteSpace::Random(std::mt19937_64& generator) const {
  Point point = First();
  for (size_t d = 0; d < point.size(); ++d) {
    point[d] = static_cast<uint8_t>(UniformIndex(generator, static_cast<uint32_t>(choices(d))));
  }
  return point;
}

void DiscreteSpace::Advance(Point& point) const {
  for (size_t d = point.size(); d-- > 0;) {
    if (++point[d] < choices(d)) return;
    point[d] = 0;
  }
}

quantize::QuantConfig Uniform(const std::vector<quantize::QuantizableOp>& ops,
                              Precision precision) {
  quantize::QuantConfig config;
  for (const quantize::QuantizableOp& op : ops) {
    const bool has = std::ranges::find(op.choices, precision) != op.choices.end();
    config[op.node] = has ? precision : op.choices.front();
  }
  return config;
}

size_t HammingDistance(const Point& a, const Point& b) {
  size_t distance = 0;
  for (size_t d = 0; d < a.size(); ++d) distance += a[d] != b[d];
  return distance;
}

}  // namespace assay::tune
