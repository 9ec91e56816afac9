#include "harness/tune/process.h"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace assay::tune {

Process Process::This() {
  std::array<char, 256> host = {};
  gethostname(host.data(), host.size() - 1);
  return {getpid(), host.data()};
}

bool Process::HasEnded() const {
  return id > 0 && host == This().host && kill(static_cast<pid_t>(id), 0) != 0 && errno == ESRCH;
}

}  // namespace assay::tune
