#include "objectives/stats/location.h"

#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "kernels/base/check.h"

namespace assay {
namespace {

using Student = boost::math::students_t_distribution<double>;

}  // namespace

double StudentQuantile(double p, double degrees_of_freedom) {
  ASSAY_CHECK(0 < p && p < 1);
  return boost::math::quantile(Student(degrees_of_freedom), p);
}

bool Location::known() const {
  return std::isfinite(value) && std::isfinite(standard_error) && degrees_of_freedom > 0;
}

Estimate Location::At(double level) const {
  ASSAY_CHECK(0 < level && level < 1);
  Estimate estimate{.value = value, .interval = {.level = level}};
  if (!known()) return estimate;
  const double reach = StudentQuantile((1 + level) / 2, degrees_of_freedom) * standard_error;
  estimate.interval.lo = value - reach;
  estimate.interval.hi = value + reach;
  return estimate;
}

double Location::PAbove(double bound) const {
  if (!known()) return 1;
  if (standard_error == 0) return value > bound ? 0 : 1;
  const double t = (value - bound) / standard_error;
  return boost::math::cdf(boost::math::complement(Student(degrees_of_freedom), t));
}

double Location::PBelow(double bound) const {
  const Location mirrored{-value, standard_error, degrees_of_freedom};
  return mirrored.PAbove(-bound);
}

}  // namespace assay
