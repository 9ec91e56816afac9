// Registers kernel problems from a list of shapes with Google Benchmark.
#pragma once

#include <string>
#include <vector>

#include "kernels/base/compute.h"
#include "kernels/base/status.h"

namespace assay::bench {

// The shapes of a file: one per line, "#" starts a comment. Error: the file cannot be read.
Result<std::vector<std::string>> ReadShapes(const std::string& file);

// The main of a kernel benchmark: every shape of `file` in every type, as "<family>:TYPES:SHAPE",
// each as dispatch picks it, or with --variants every variant that can run. Counters: ops_per_s
// (GFLOP/s or GOP/s as shown), fraction_of_peak, peak_bytes.
int KernelBenchMain(int argc, char** argv, const std::string& family, const std::string& file);

}  // namespace assay::bench
