// Whereabouts: what a process is at, in memory that it shares with the one that started it, which
// so knows where it died or stands still.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include "kernels/base/status.h"

namespace assay::gate {

class Whereabouts {
 public:
  static constexpr int64_t kNone = -1;

  // New memory, at kNone. Error: the system gives none.
  static Result<Whereabouts> Make();
  // In a process that was started since: that of the descriptor. Error: there is none.
  static Result<Whereabouts> Open(int descriptor);

  Whereabouts(Whereabouts&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)),
        place_(std::exchange(other.place_, nullptr)) {}
  Whereabouts& operator=(Whereabouts&&) = delete;
  ~Whereabouts();

  int descriptor() const { return descriptor_; }  // Which processes that are started inherit.
  // A job, by its number, and which of the two builds has it.
  void Set(int64_t job, int64_t side) {
    place_->side = side;
    place_->job = job;
  }
  int64_t job() const { return place_->job; }
  int64_t side() const { return place_->side; }

 private:
  struct Place {
    std::atomic<int64_t> job, side;
  };

  Whereabouts(int descriptor, Place* place) : descriptor_(descriptor), place_(place) {}
  static Result<Whereabouts> Map(int descriptor);

  int descriptor_;
  Place* place_;
};

}  // namespace assay::gate
