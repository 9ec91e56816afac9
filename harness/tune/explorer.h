// Explorer: what strategies have in common that learn from trials where to look next. The first
// trial is fully quantized; the last comes when every configuration was tried.
#pragma once

#include <random>
#include <set>
#include <vector>

#include "harness/tune/discrete_space.h"
#include "harness/tune/strategy.h"

namespace assay::tune {

class Explorer : public Strategy {
 public:
  // A finished trial.
  struct Observation {
    Point point;
    double merit = 0;  // Less is better.
  };

  Explorer(std::vector<quantize::QuantizableOp> ops, uint64_t seed)
      : space_(std::move(ops)), generator_(seed) {}

  std::optional<quantize::QuantConfig> Next() final;
  void Tell(const Feedback& feedback) final;
  int64_t remaining() const final { return space_.size() - static_cast<int64_t>(tried_.size()); }

 protected:
  // A point that was not tried. Asked only while there is one.
  virtual Point Propose() = 0;

  const DiscreteSpace& space() const { return space_; }
  std::mt19937_64& generator() { return generator_; }
  const std::vector<Observation>& observations() const { return observations_; }
  // Of equal merit, in the order of their points.
  std::vector<Observation> BestFirst() const;
  // Whether a point may be proposed: neither tried nor the fp32 model.
  bool IsOpen(const Point& point) const;
  // Drawn until one is open; where few are left, the next open one after the last draw.
  Point RandomOpen();

 private:
  DiscreteSpace space_;
  std::mt19937_64 generator_;
  std::set<Point> tried_;
  Point current_;
  std::vector<Observation> observations_;
};

// Less is better: of what meets the criterion the cost, at most fp32's 1 (what is lost, where no
// cost is known); of the rest 1 and what is lost.
double Merit(const Feedback& feedback);

}  // namespace assay::tune
