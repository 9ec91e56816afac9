#include "harness/data/average_precision.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "kernels/base/check.h"

namespace assay::data {
namespace {

// Indices of the best detections by falling score, of equal ones the earlier first.
std::vector<size_t> Best(std::span<const Detection> detections, size_t limit) {
  std::vector<size_t> order(detections.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::sort(order, [&](size_t a, size_t b) {
    const float x = detections[a].score, y = detections[b].score;
    return x != y ? x > y : a < b;
  });
  order.resize(std::min(order.size(), limit));
  return order;
}

// The object of the highest overlap, of equal ones the last, among those not taken; a crowd only
// where no other will do, and it is never taken. -1: none overlaps by the threshold.
int64_t Partner(std::span<const double> overlaps, std::span<const CocoObject* const> objects,
                const std::vector<bool>& taken, double threshold) {
  double least = std::min(threshold, 1 - 1e-10);
  int64_t partner = -1;
  for (size_t g = 0; g < objects.size(); ++g) {
    if (taken[g] && !objects[g]->crowd) continue;
    if (partner >= 0 && objects[g]->crowd && !objects[static_cast<size_t>(partner)]->crowd) break;
    if (overlaps[g] < least) continue;
    least = overlaps[g];
    partner = static_cast<int64_t>(g);
  }
  return partner;
}

}  // namespace

std::vector<Match> MatchDetections(std::span<const Detection> detections,
                                   std::span<const CocoObject> objects,
                                   std::span<const double> thresholds, size_t limit,
                                   int64_t image) {
  ASSAY_CHECK(thresholds.size() <= 64);
  std::vector<const CocoObject*> ordered;  // Crowds last.
  for (const bool crowd : {false, true}) {
    for (const CocoObject& object : objects) {
      if (object.crowd == crowd) ordered.push_back(&object);
    }
  }
  const std::vector<size_t> best = Best(detections, limit);
  std::vector<std::vector<bool>> taken(thresholds.size(), std::vector<bool>(ordered.size()));
  std::vector<Match> matches;
  std::vector<double> overlaps(ordered.size());
  for (const size_t i : best) {
    for (size_t g = 0; g < ordered.size(); ++g) {
      overlaps[g] = Overlap(detections[i].box, ordered[g]->box, ordered[g]->crowd);
    }
    Match match{.score = detections[i].score, .image = image};
    for (size_t t = 0; t < thresholds.size(); ++t) {
      const int64_t partner = Partner(overlaps, ordered, taken[t], thresholds[t]);
      if (partner < 0) continue;
      taken[t][static_cast<size_t>(partner)] = true;
      const bool crowd = ordered[static_cast<size_t>(partner)]->crowd;
      (crowd ? match.ignored : match.hits) |= uint64_t{1} << t;
    }
    matches.push_back(match);
  }
  return matches;
}

PrecisionCurve::PrecisionCurve(std::span<const Match> matches, size_t threshold, int64_t objects)
    : objects_(static_cast<double>(objects)) {
  ASSAY_CHECK(objects > 0);
  constexpr double kEpsilon = std::numeric_limits<double>::epsilon();  // As numpy's spacing(1).
  double hits = 0, alarms = 0;
  for (const Match& match : matches) {
    if (match.ignored >> threshold & 1) continue;
    const bool hit = match.hits >> threshold & 1;
    (hit ? hits : alarms) += 1;
    points_.push_back(
        {match.image, hit, hits, alarms, hits / (alarms + hits + kEpsilon), points_.size()});
  }
  for (size_t i = points_.size(); i-- > 1;) {
    if (points_[i].precision <= points_[i - 1].precision) continue;
    points_[i - 1].precision = points_[i].precision;
    points_[i - 1].from = points_[i].from;
  }
}

double PrecisionCurve::Average(int points) const {
  double sum = 0;
  if (points == 0) {
    for (const Point& point : points_) sum += point.hit ? point.precision : 0;
    return sum / objects_;
  }
  const double step = 1.0 / (points - 1);
  auto at = points_.begin();
  for (int i = 0; i < points; ++i) {
    const double recall = i == points - 1 ? 1.0 : i * step;
    while (at != points_.end() && at->hits / objects_ < recall) ++at;
    if (at == points_.end()) break;  // That much is never found.
    sum += at->precision;
  }
  return sum / points;
}

void PrecisionCurve::AddInfluence(std::span<const int64_t> objects_by_image, double factor,
                                  std::span<double> influence) const {
  factor /= objects_;
  const double area = Average(0);
  for (size_t image = 0; image < objects_by_image.size(); ++image) {
    influence[image] -= factor * area * static_cast<double>(objects_by_image[image]);
  }
  std::vector<double> taken(points_.size());  // How many hits have their precision from here.
  for (const Point& point : points_) taken[point.from] += point.hit ? 1 : 0;
  // One more hit, or alarm, changes every precision that is taken from its place or a later one.
  double by_hit = 0, by_alarm = 0;
  for (size_t i = points_.size(); i-- > 0;) {
    const Point& point = points_[i];
    const double all = point.hits + point.alarms;
    by_hit += taken[i] * point.alarms / (all * all);
    by_alarm -= taken[i] * point.hits / (all * all);
    influence[static_cast<size_t>(point.image)] +=
        factor * (point.hit ? point.precision + by_hit : by_alarm);
  }
}

}  // namespace assay::data
