// Whether files come from one machine.
#pragma once

#include <string>
#include <vector>

#include "harness/compare/benchmark_json.h"

namespace assay::compare {

// What identifies the machine of a file: the fingerprint that Assay's own programs write, or what
// Google Benchmark writes of any: host name, number of CPUs, caches.
struct Identity {
  std::string fingerprint;  // "" where the file has none.
  std::map<std::string, std::string> fields;

  bool known() const { return !fields.empty(); }
  // "3f2a..." or "host ci-7, 8 CPUs"; "unknown".
  std::string ToString() const;
};

Identity IdentityOf(const BenchmarkFile& file);

// "cpu_model: 17 and 106" for every field that differs. Empty where the machines are the same, and
// where one of them is unknown. Files of Assay and of others are compared by what both say.
std::vector<std::string> Differences(const Identity& a, const Identity& b);

// What makes times of a file doubtful whatever they are compared with: a debug build of the
// library, a CPU whose clock rate may change. Sentences.
std::vector<std::string> Doubts(const BenchmarkFile& file);

}  // namespace assay::compare
