// Constraint: a budget of an objective, such as "<= 1.5 MB", that a trial must keep to be feasible.
#pragma once

#include <string>
#include <string_view>

#include "kernels/base/status.h"
#include "objectives/objective.h"

namespace assay {

struct Constraint {
  std::string objective = {};
  bool at_most = true;
  double limit = 0;  // In the objective's unit.
  std::string text = {};  // As it was written.

  // "<= NUMBER UNIT" or ">= NUMBER UNIT", as the objective's direction wants it. Without a unit, or
  // of an objective that has a unit of its own, in the objective's; seconds may be ns, us, ms or s;
  // bytes B, KB, MB, GB (1000 each) or KiB, MiB, GiB (1024); a plain number may be a percentage. An
  // error says what was found and what is allowed.
  static Result<Constraint> Parse(const ObjectiveInfo& info, std::string_view text);

  // False for what is unavailable.
  bool Met(double value) const;
  // How far a value is beyond the limit, as a share of it (of 1 where that is 0): 0 where it is
  // met, infinite where it is unavailable.
  double Excess(double value) const;
};

}  // namespace assay
