// A duet: two builds of the same cases, taking turns in one process on the same operands. What the
// machine does to one it does to the other, and addresses differ only in what the builds allocate
// themselves. A process is one observation: its median of rounds goes into the test (sequential.h).
//
// One build must come first: be copied, loaded, made, set up, run for the first time, torn down.
// That moves the ratio of some cases by 0.1 to 0.2 % (where the memory lies that was allocated
// first), as much as a build of its own would. So processes come in pairs, of which the second is
// the mirror of the first, and over a pair neither build is ahead.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/gate/step_times.h"
#include "harness/gate/whereabouts.h"
#include "kernels/base/status.h"

namespace assay::gate {

// Setting up, both builds' first runs and all rounds take tenths of a second where nothing hangs,
// and seconds of large models.
inline constexpr double kJobLimit_s = 60;

struct DuetJob {
  std::string case_name;
  std::string base, candidate;  // Libraries.
  int64_t iterations = 0;       // Of a batch; 0: as many as take min_batch_s, by the base.
  double candidate_work = 1;    // Times as many iterations by the candidate: an injected slowdown.
  bool steps = false;           // Its steps are timed, not the whole.
};

struct DuetRequest {
  std::vector<DuetJob> jobs;
  int rounds = 14;
  double min_batch_s = 4e-4;
  uint64_t seed = 1;      // Of the order of the jobs and of the turns.
  bool reversed = false;  // The mirror: the candidate comes first wherever the base would.
};

// Whether the process of this number, from 0 on, is a mirror: every other one, from a draw on.
bool Mirrored(uint64_t seed, int process);

struct DuetResult {
  std::string case_name;
  std::string error;       // What went wrong; the rest is then empty.
  std::string difference;  // How the outputs differ; nothing is timed then.
  std::string base_variant, candidate_variant;
  bool base_first = true;  // Set up, and whatever has to do with that; else the candidate.
  int64_t iterations = 0;
  double log_ratio = 0;                // Median over rounds of ln(candidate's time / base's).
  double base_s = 0, candidate_s = 0;  // Medians, per iteration; the candidate's of its own work.
  int64_t involuntary_switches = 0;
  std::vector<std::string> changed_steps;  // "conv1: a -> b": by other variants.
  std::vector<StepTimes> steps;            // Where the job asks for them.
};

struct DuetAnswer {
  std::vector<DuetResult> results;  // In the order of the jobs.
  double wall_s = 0, cpu_s = 0;     // Of the timed batches.
  double steal_s = 0;               // While they ran; 0 where it is not known.
};

// In this process; `at`, if given, is told which job and build is at work. Error: a library cannot
// be loaded.
Result<DuetAnswer> RunDuet(const DuetRequest& request, Whereabouts* at = nullptr);

// How a process ended that gave no answer.
struct DuetDeath {
  std::string why;
  std::optional<size_t> job;  // That it was at; none: it loaded the libraries, or closed them.
};

// In a fresh process (measure/child.h), which is killed where one job, or loading, takes longer
// than `job_limit_s`; the executable's main calls RegisterDuet first. Error: as RunDuet, or what
// `death` says, too, or the user interrupted.
void RegisterDuet();
Result<DuetAnswer> RunDuetInChild(const DuetRequest& request, double job_limit_s = kJobLimit_s,
                                  DuetDeath* death = nullptr);

// Whether a fresh process can load the library: its constructors are somebody else's code.
Status TryToLoad(const std::string& library, double limit_s = kJobLimit_s);

}  // namespace assay::gate
