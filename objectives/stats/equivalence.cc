#include "objectives/stats/equivalence.h"

#include <algorithm>

#include "kernels/base/check.h"

namespace assay {

double MarginTests::beyond() const { return std::min(1.0, 2 * std::min(above, below)); }

MarginTests TestMargin(const Location& difference, double margin) {
  ASSAY_CHECK(margin >= 0);
  MarginTests tests{.above = difference.PAbove(margin), .below = difference.PBelow(-margin)};
  if (margin > 0) {
    tests.within = std::max(difference.PBelow(margin), difference.PAbove(-margin));
  }
  return tests;
}

}  // namespace assay
