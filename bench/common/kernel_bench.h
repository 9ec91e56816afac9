// Registers kernel problems from a list of shapes with Google Benchmark.
#pragma once

#include <string>

namespace assay::bench {

// The main of a kernel benchmark: every shape of a list in every type, as "<family>:TYPES:SHAPE",
// each as dispatch picks it, or with --variants every variant that can run. Counters: ops_per_s
// (GFLOP/s or GOP/s as shown), fraction_of_peak, peak_bytes.
int KernelBenchMain(int argc, char** argv, const std::string& family);

}  // namespace assay::bench
