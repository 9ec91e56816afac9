// Bisect: which commit made a case slower.
#pragma once

#include <functional>
#include <string>

#include "harness/gate/gate.h"
#include "harness/gate/revision.h"

namespace assay::gate {

struct BisectOptions {
  Repository repository;
  std::string good, bad;
  GateOptions gate;  // Of a step; the filter says which case.
  int tries = 3;     // Of a step that comes out invalid.
  // What a step found: "1240cf4 Packing ...: regressed".
  std::function<void(const std::string& line)> told;
};

struct BisectResult {
  std::string commit;  // "" where the bad one is not slower than the good one.
  std::vector<std::string>
      skipped;            // Neither shown to be slower nor not: the commit may be one of them.
  std::string undecided;  // Why nothing is known of the bad one; "": it was judged.
  bool invalid = false;   // Undecided, since the machine was too busy.
  int steps = 0;
  bool interrupted = false;
};

// Every step gates the good revision against one in between. Error: as BuildCases and RunGate, of
// the ends; a revision in between that cannot be built or judged is skipped.
Result<BisectResult> Bisect(const BisectOptions& options);

}  // namespace assay::gate
