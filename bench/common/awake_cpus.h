// AwakeCpus: a virtual machine's CPU that sleeps is given away, and comes back late and cold: a
// loop on two threads of 100 to 400 us, milliseconds behind such a sleep, took 5 to 25 % longer,
// and twice as long where the second thread had not come yet.
#pragma once

#include <sys/types.h>

#include <vector>

namespace assay::bench {

// While it lives, the first `count` CPUs that the process may use never sleep: on each a process of
// its own turns, of the scheduling class (SCHED_IDLE) that gives way to whoever else wants the CPU.
class AwakeCpus {
 public:
  explicit AwakeCpus(int count);
  ~AwakeCpus();
  AwakeCpus(const AwakeCpus&) = delete;
  AwakeCpus& operator=(const AwakeCpus&) = delete;

 private:
  std::vector<pid_t> turning_;
};

}  // namespace assay::bench
