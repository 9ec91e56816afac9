// Kernel variants side by side, live: checked, then timed in turns in this process, warm and cold.
// Where operands lie in memory makes the same code faster or slower by a percent, so they are laid
// out anew up to 20 times: a placement is one value, and what placements differ in is in the
// intervals.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harness/compare/peer.h"
#include "kernels/base/status.h"
#include "kernels/catalog.h"
#include "objectives/stats/best.h"

namespace assay::compare {

struct VariantOptions {
  // Names; empty: every variant that can run here and pays for its memory, plain loops aside, and
  // every peer that can. A name given twice is a control: the two must come out tied.
  std::vector<std::string> names;
  std::span<const Peer* const> peers;  // Other libraries' ways, which take part like variants.
  KernelOptions kernel;                // Threads and budgets; its variant is not used.
  bool cold = true;
  double budget_s = 3;   // Of wall time, for warm rounds, and as much again for cold ones.
  double level = 0.95;   // Of the intervals of one shape, all of which hold together.
  double margin = 0.01;  // Within so much of the best a variant is a winner, too.
  uint64_t seed = 1;     // Of the order.
  std::function<bool()> stop;
};

// A way of timing: warm or cold.
struct Times {
  std::vector<double> seconds = {};  // Of a call, by round: CPU time of one thread, or wall time.
  // By placement: the mean of the logarithms, those of all variants of the round being 0 on
  // average.
  std::vector<double> placements = {};
  double median_s = 0;
  Standing standing = {};  // Among the variants of the shape.
};

struct VariantTimes {
  std::string name;         // With " #2" for a second of the same name.
  std::string detail = {};  // Of a peer: how it does it.
  bool picked = false;
  Times warm = {};
  std::optional<Times> cold = {};
  double fraction_of_peak = 0;  // Warm; NaN where no peak is measured.
  int64_t packed_bytes = 0;     // Of the weights.
};

struct VariantComparison {
  catalog::Problem problem;
  std::string wrong = {};  // What was computed wrong: nothing was timed then.
  bool interrupted = false;
  double peak_ops_per_s = 0;                // Of all threads; 0 where no loop measures it.
  double dram_bytes_per_s = 0;              // Read by one thread; 0 where it was not measured.
  std::vector<VariantTimes> variants = {};  // In the catalog's order, or as asked for.
  std::vector<std::string> left_out = {};   // Peers that compute something else, and what.

  // Variants whose cold calls took less time than reading their weights from DRAM does: the caches
  // were not empty, and these times are not cold.
  std::vector<std::string> NotCold() const;
  const VariantTimes* picked() const;  // nullptr where dispatch's pick does not take part.
};

// Error: a variant that does not exist, or that cannot do this here, and why.
Result<VariantComparison> CompareVariants(const catalog::Problem& problem,
                                          const VariantOptions& options);

}  // namespace assay::compare
