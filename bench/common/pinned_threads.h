// PinnedThreads: the scheduler may leave two busy threads on one CPU beside an idle one for
// seconds, which doubles the time of whoever runs then.
#pragma once

#include <sched.h>

namespace assay::bench {

// While it lives the calling thread runs on the first CPU that the process may use, and all threads
// that there are by now on the others. With one CPU, or where it is not allowed, nothing changes.
class PinnedThreads {
 public:
  PinnedThreads();
  ~PinnedThreads();
  PinnedThreads(const PinnedThreads&) = delete;
  PinnedThreads& operator=(const PinnedThreads&) = delete;

 private:
  cpu_set_t before_;  // Of all threads.
};

}  // namespace assay::bench
