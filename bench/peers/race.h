// Race: one problem, done by Assay and by its peers in turns, in one process, on the same data.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/peers/contestant.h"

namespace assay::peers {

struct RaceOptions {
  int threads = 1;
  int max_rounds = 61;
  double budget_s = 1;             // Of timing; a few rounds are done whatever it says.
  bool variants = false;           // Every variant of Assay that can run, not only dispatch's pick.
  bool cold = false;               // Single calls, weights and code not in the caches.
  std::vector<std::string> peers;  // Names; empty: all.
  uint64_t seed = 1;               // Of the order.
};

// Whose a lane is. kChoice is what dispatch picks; kOneThread the same on one thread, where there
// are several; kVariant another variant of Assay.
enum class Role { kChoice, kOneThread, kVariant, kPeer };

struct Lane {
  std::string name;         // "assay", "assay/f32_avx2_6x16", "onednn".
  std::string detail = {};  // The variant, or the peer's own word for its implementation.
  Role role = Role::kPeer;
  Algorithm algorithm = Algorithm::kDirect;
  bool saturates = false;  // Its integers are wrong; timed where the tier knows no better.
  // Of one call, by round. `seconds` is what is judged: CPU time where one thread works, since a
  // neighbor that takes the core is no matter of a kernel; wall time with several threads.
  std::vector<double> seconds = {}, wall_s = {};

  double median_s() const;
  // Interquartile range over median.
  double spread() const;
};

struct Race {
  catalog::Problem problem;
  int threads = 1;
  int64_t iterations = 1;               // Calls per sample.
  double peak_ops_per_s = 0;            // Of all threads; 0 where no loop measures it.
  double pack_s = 0;                    // Assay's choosing and packing, once per plan.
  std::vector<Lane> lanes = {};         // The first is Assay's choice.
  bool every_variant = false;           // Every variant of Assay that can run takes part.
  std::vector<std::string> notes = {};  // What was excluded that should have taken part, and why.

  // Share of the peak that a lane reaches; NaN where there is no peak.
  double FractionOfPeak(const Lane& lane) const;
};

// All outputs are checked before anything is timed. Error: Assay's own are wrong.
Result<Race> RunRace(const catalog::Problem& problem, const RaceOptions& options);

}  // namespace assay::peers
