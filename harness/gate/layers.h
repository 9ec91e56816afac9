// Layers: which steps of a case make it slower, by the steps' times in several processes.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "harness/gate/step_times.h"
#include "objectives/stats/interval.h"

namespace assay::gate {

struct Layer {
  StepTimes times;        // Medians over the processes.
  Estimate difference_s;  // Candidate - base, per run; the intervals of all layers hold together.
  bool explains = false;  // Shown to be slower, and by a tenth of the whole at least.
};

struct Layers {
  std::vector<Layer> all;  // What adds the most comes first.
  double whole_s = 0;      // The sum of their differences.
  double explained_s = 0;  // Of those that explain.
};

// `processes`: each the same steps in the same order, as TimeSteps gives them. `level`: of all
// intervals together.
Layers Attribute(std::span<const std::vector<StepTimes>> processes, double level);

}  // namespace assay::gate
