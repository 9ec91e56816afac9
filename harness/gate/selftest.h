// Selftest: what the gate can tell on this machine, found out by comparing a library to its copy,
// with extra iterations as known slowdowns, while the machine is quiet and while it is not.
#pragma once

#include <map>
#include <string>

#include "harness/gate/certificate.h"
#include "harness/gate/gate.h"
#include "harness/gate/neighbors.h"

namespace assay::gate {

struct SelftestOptions {
  GateOptions gate;    // Of base, the library; suite, filter, rules. The candidate is a copy.
  std::string record;  // A file that is continued, if it is there, and written; "": none.
  // Of all conditions together; each gets its share, and two processes at least. 0: each goes on
  // until it shows that identical builds are called slower in less than `alarms`, 1 % of which
  // takes 368 comparisons without an alarm, or until most_s are over.
  double seconds = 0;
  double alarms = 0.01;
  double most_s = 1200;  // Of a condition.
  std::vector<Condition> conditions = {Condition::kQuiet, Condition::kBusy, Condition::kMemory};
  std::vector<double> works = {1.01, 1.02, 1.05, 1.10};
  size_t cases = 1000;  // At most so many, from short to long ones.
  size_t slowed = 6;    // Cases that get these slowdowns: those of the shortest iterations.
};

struct Selftest {
  std::map<Condition, Observations> observed;
  std::map<Condition, int> processes;
  double seconds = 0;  // Of this call.
  bool interrupted = false;
  std::string invalid;  // Why it could not go on; "": it could.
};

// Error: the library cannot be loaded, no case is left, or the record is another library's or
// machine's or cannot be written.
Result<Selftest> RunSelftest(const SelftestOptions& options);

}  // namespace assay::gate
