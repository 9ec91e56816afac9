// History: what gates found, run after run, in a file of one JSON object per line. Ratios to a
// release that stays the same are comparable over months, which times are not; slow drift shows in
// them (objectives/stats/cusum.h) that no single gate can find.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/gate/gate.h"
#include "kernels/base/status.h"
#include "objectives/stats/cusum.h"

namespace assay::gate {

// What a run of the gate says of a case: ln(candidate's time / base's), as of its last look.
struct HistoryCase {
  std::string name;
  Location log_ratio;
};

struct HistoryRun {
  int64_t unix_time = 0;
  std::string machine;   // Fingerprint.
  std::string base;      // As the user named it.
  std::string base_id;   // Of its tree or its bytes: runs with another base are another series.
  std::string revision;  // The candidate's.
  std::vector<HistoryCase> cases = {};
};

// The run that a report is, on this machine, now; of cases that were not timed nothing.
HistoryRun ToHistory(const GateReport& report, std::string base, std::string base_id,
                     std::string revision);

// Error: the file cannot be read, or a line is no run, with its number and what is wrong with it.
Result<std::vector<HistoryRun>> ReadHistory(const std::string& file);

// Error: the file cannot be written, or its last line is not whole.
Status AppendHistory(const std::string& file, const HistoryRun& run);

// A case on one machine against one base, oldest run first, in the order of the file.
struct Series {
  std::string machine, base, case_name;
  std::vector<const HistoryRun*> runs;
  std::vector<Location> log_ratios;  // One per run.
  Chart chart;
};

struct Drift {
  CusumRules rules;
  std::vector<Series> series;  // In the order in which they first occur.
};

// Charts every case that has two runs and more. `runs_per_alarm`: runs of all series together that
// come between two false alarms, on average; it sets the threshold. The runs must outlive it.
Drift FindDrift(const std::vector<HistoryRun>& history, double runs_per_alarm);

}  // namespace assay::gate
