// Tests against a margin: is the truth beyond it, or shown to be within?
#pragma once

#include "objectives/stats/location.h"

namespace assay {

// P-values of three null hypotheses about a difference, with a margin >= 0.
struct MarginTests {
  double above = 1;  // Of "at most +margin": small where it is shown to exceed the margin.
  double below = 1;  // Of "at least -margin".
  // Of "beyond the margin on either side": small where the difference is shown to be within, by
  // two one-sided tests, both of which must reject (TOST: Schuirmann 1987, "A comparison of the
  // two one-sided tests procedure and the power approach for assessing the equivalence of average
  // bioavailability"). 1 with a margin of 0.
  double within = 1;

  // Of "within the margin": the better of the first two, paid for twice.
  double beyond() const;
};

MarginTests TestMargin(const Location& difference, double margin);

}  // namespace assay
