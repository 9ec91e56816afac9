#include "harness/engine/budget.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace assay::engine {
namespace {

constexpr int64_t kMost = int64_t{16} << 30;

// cgroup v2; a machine without, or without a limit, says nothing that is a number.
int64_t ControlGroupLimit(int64_t otherwise) {
  std::ifstream file("/sys/fs/cgroup/memory.max");
  int64_t bytes = 0;
  return file >> bytes && bytes > 0 ? bytes : otherwise;
}

}  // namespace

Budget BudgetFor(const Graph& graph, const PlanOptions& options) {
  constexpr int64_t kGrowth = 16, kWorkPerByte = 64;
  int64_t weights = 0;
  for (const auto& [name, tensor] : graph.initializers) {
    weights += static_cast<int64_t>(tensor.bytes());
  }
  Budget budget;
  budget.value_bytes = options.max_bytes;
  budget.constant_bytes = options.constant_bytes + kGrowth * weights;
  budget.packed_bytes = std::min(budget.constant_bytes, options.max_bytes);
  budget.work = static_cast<double>(kWorkPerByte * budget.constant_bytes);
  return budget;
}

int64_t MemoryLimit() {
  static const int64_t limit = [] {
    const int64_t machine = int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGE_SIZE);
    const int64_t most = machine > 0 ? std::min(kMost, machine) : kMost;
    return std::min(most, ControlGroupLimit(most));
  }();
  return limit;
}

}  // namespace assay::engine
