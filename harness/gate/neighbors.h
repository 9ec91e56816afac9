// Neighbors: processes that disturb on purpose, one per CPU.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <vector>

#include "kernels/base/status.h"

namespace assay::gate {

enum class Condition : uint8_t {
  kQuiet,   // Nobody.
  kBusy,    // Each computes, in registers.
  kMemory,  // Each writes 256 MB over and over.
};

// "quiet", "busy neighbors", "memory hogs".
const char* Name(Condition condition);

// They end with this object, and with this process however it ends.
class Neighbors {
 public:
  // Error: a process cannot be started.
  static Result<Neighbors> Start(Condition condition);

  Neighbors() = default;
  Neighbors(Neighbors&& other) noexcept { pids_.swap(other.pids_); }
  Neighbors& operator=(Neighbors&& other) noexcept {
    pids_.swap(other.pids_);
    return *this;
  }
  ~Neighbors();
  const std::vector<pid_t>& pids() const { return pids_; }

 private:
  std::vector<pid_t> pids_;
};

}  // namespace assay::gate
