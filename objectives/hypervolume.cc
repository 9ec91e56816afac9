#include <algorithm>

#include "kernels/base/check.h"
#include "objectives/pareto.h"

namespace assay {
namespace {

using Point = std::vector<double>;

bool WeaklyDominates(const Point& a, const Point& b) {
  return std::equal(a.begin(), a.end(), b.begin(), [](double x, double y) { return x <= y; });
}

// The points that no other dominates; of equal ones, one.
std::vector<Point> NonDominated(const std::vector<Point>& points) {
  std::vector<Point> kept;
  for (const Point& point : points) {
    const auto covers = [&](const Point& other) { return WeaklyDominates(other, point); };
    if (std::any_of(kept.begin(), kept.end(), covers)) continue;
    std::erase_if(kept, [&](const Point& other) { return WeaklyDominates(point, other); });
    kept.push_back(point);
  }
  return kept;
}

// The volume of the box between a point and the reference.
double Box(const Point& point, std::span<const double> reference) {
  double volume = 1;
  for (size_t i = 0; i < point.size(); ++i) volume *= reference[i] - point[i];
  return volume;
}

// Of mutually non-dominated points: the sum of what each adds to those after it. What they share
// with a point is the volume of those points, moved into its box.
double Volume(const std::vector<Point>& points, std::span<const double> reference) {
  double volume = 0;
  for (size_t i = 0; i < points.size(); ++i) {
    std::vector<Point> shared(points.begin() + static_cast<ptrdiff_t>(i) + 1, points.end());
    for (Point& other : shared) {
      for (size_t k = 0; k < other.size(); ++k) other[k] = std::max(other[k], points[i][k]);
    }
    volume += Box(points[i], reference) - Volume(NonDominated(shared), reference);
  }
  return volume;
}

}  // namespace

double Hypervolume(std::span<const std::vector<double>> points, std::span<const double> reference) {
  std::vector<Point> inside;
  for (const Point& point : points) {
    ASSAY_CHECK(point.size() == reference.size());
    if (std::equal(point.begin(), point.end(), reference.begin(),
                   [](double x, double limit) { return x < limit; })) {
      inside.push_back(point);
    }
  }
  // In the order of one coordinate, moved points coincide in it and more of them drop out.
  std::sort(inside.begin(), inside.end(), std::greater<>());
  return reference.empty() ? 0 : Volume(NonDominated(inside), reference);
}

}  // namespace assay
