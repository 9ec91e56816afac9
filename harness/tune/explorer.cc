#include "harness/tune/explorer.h"

#include <algorithm>
#include <cmath>

namespace assay::tune {

std::optional<quantize::QuantConfig> Explorer::Next() {
  if (remaining() <= 0) return std::nullopt;
  const bool first = tried_.empty() && IsOpen(space_.First());
  current_ = first ? space_.First() : Propose();
  tried_.insert(current_);
  return space_.Config(current_);
}

void Explorer::Tell(const Feedback& feedback) {
  const double merit = Merit(feedback);
  if (std::isfinite(merit)) observations_.push_back({current_, merit});
}

std::vector<Explorer::Observation> Explorer::BestFirst() const {
  std::vector<Observation> sorted = observations_;
  std::ranges::sort(sorted, [](const Observation& a, const Observation& b) {
    return a.merit != b.merit ? a.merit < b.merit : a.point < b.point;
  });
  return sorted;
}

bool Explorer::IsOpen(const Point& point) const {
  return !space_.IsBaseline(point) && !tried_.contains(point);
}

Point Explorer::RandomOpen() {
  constexpr int kDraws = 64;
  Point point = space_.Random(generator_);
  for (int draw = 1; draw < kDraws && !IsOpen(point); ++draw) point = space_.Random(generator_);
  while (!IsOpen(point)) space_.Advance(point);
  return point;
}

double Merit(const Feedback& feedback) {
  if (!feedback.feasible) return 1 + std::max(feedback.loss, 0.0);
  return std::isfinite(feedback.cost) ? std::min(feedback.cost, 1.0) : feedback.loss;
}

}  // namespace assay::tune
