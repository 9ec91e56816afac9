// What every benchmark binary says of itself, in Google Benchmark's own schema.
#pragma once

#include <functional>

namespace assay::bench {

// Adds the machine's identity and Assay's version to the "context" of the JSON output.
void AddContext();

// Usable bytes live at the peak of `work`, minus those live before, over all threads; NaN where
// jemalloc is not the allocator. The counter `peak_bytes`: Google Benchmark 1.7.1's MemoryManager
// reports garbage at two or more repetitions.
double PeakBytes(const std::function<void()>& work);

}  // namespace assay::bench
