// A process of this machine or another, as ranks tell each other who they are.
#pragma once

#include <cstdint>
#include <string>

namespace assay::tune {

struct Process {
  int64_t id = 0;
  std::string host;

  static Process This();
  // Whether it is known to have ended: of another machine nothing is known.
  bool HasEnded() const;
};

}  // namespace assay::tune
