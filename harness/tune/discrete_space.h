// DiscreteSpace: the configurations of a model as points: per operator, the index of its choice.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "harness/quantize/config.h"

namespace assay::tune {

using Point = std::vector<uint8_t>;

class DiscreteSpace {
 public:
  explicit DiscreteSpace(std::vector<quantize::QuantizableOp> ops);

  size_t dimensions() const { return ops_.size(); }
  size_t choices(size_t dimension) const { return ops_[dimension].choices.size(); }
  const std::vector<quantize::QuantizableOp>& ops() const { return ops_; }

  // Of all points but the fp32 model; INT64_MAX where that is too many to count.
  int64_t size() const { return size_; }
  // The fp32 model, which is never a trial.
  bool IsBaseline(const Point& point) const;
  quantize::QuantConfig Config(const Point& point) const;

  // Every operator at its first choice: fully quantized.
  Point First() const { return Point(ops_.size(), 0); }
  Point Random(std::mt19937_64& generator) const;
  // The next point in lexicographic order, the last operator fastest; First() after the last.
  void Advance(Point& point) const;

 private:
  std::vector<quantize::QuantizableOp> ops_;
  int64_t size_ = 0;
};

// Every operator at `precision`, or at its first choice where it does not have that one.
quantize::QuantConfig Uniform(const std::vector<quantize::QuantizableOp>& ops,
                              quantize::Precision precision);

// Number of operators at which two points differ.
size_t HammingDistance(const Point& a, const Point& b);

}  // namespace assay::tune
