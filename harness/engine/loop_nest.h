// LoopNest: visits the elements of N operands of one shape together, whatever their strides. The
// order of the axes is chosen when it is made; a run allocates nothing.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "harness/engine/operand.h"
#include "kernels/base/shape.h"
#include "kernels/cpu/thread_pool.h"

namespace assay::engine {

template <size_t N>
class LoopNest {
 public:
  using Offsets = std::array<int64_t, N>;

  // strides[0] are those of the operand whose memory order is followed, usually the result.
  LoopNest(const Shape& shape, const std::array<Strides, N>& strides) {
    std::vector<Axis> axes;  // The longest strides first.
    for (int i = 0; i < shape.rank(); ++i) {
      if (shape[i] == 1) continue;
      Axis axis{shape[i], {}};
      for (size_t k = 0; k < N; ++k) axis.strides[k] = strides[k][static_cast<size_t>(i)];
      const auto shorter = std::ranges::find_if(axes, [&](const Axis& other) {
        return std::abs(other.strides[0]) < std::abs(axis.strides[0]);
      });
      axes.insert(shorter, axis);
    }
    for (const Axis& axis : axes) Append(axis);
  }

  int64_t inner() const { return rank_ == 0 ? 1 : axes_[rank_ - 1].extent; }
  // Distance of neighbors of the innermost run, by operand.
  Offsets steps() const { return rank_ == 0 ? Offsets{} : axes_[rank_ - 1].strides; }

  // body(offsets): an innermost run of inner() elements starts there. Runs are shared out to the
  // pool in chunks of at least kGrain elements.
  template <typename Body>
  void Run(ThreadPool& pool, const Body& body) const {
    const int64_t runs = Runs();
    if (inner() == 0 || runs == 0) return;
    const int64_t chunk = std::max<int64_t>(1, kGrain / inner());
    pool.Run((runs + chunk - 1) / chunk, [&](int64_t task, int) {
      const int64_t end = std::min(runs, (task + 1) * chunk);
      for (int64_t run = task * chunk; run < end; ++run) body(OffsetsOf(run));
    });
  }

  // The same on the calling thread, in order.
  template <typename Body>
  void RunHere(const Body& body) const {
    const int64_t runs = inner() == 0 ? 0 : Runs();
    for (int64_t run = 0; run < runs; ++run) body(OffsetsOf(run));
  }

 private:
  static constexpr int64_t kGrain = 16384;

  struct Axis {
    int64_t extent = 1;
    Offsets strides{};
  };

  int64_t Runs() const {
    int64_t runs = 1;
    for (size_t i = 0; i + 1 < rank_; ++i) runs *= axes_[i].extent;
    return runs;
  }

  // Merges the axis into the one outside it where all operands step evenly over both.
  void Append(const Axis& axis) {
    if (rank_ > 0) {
      Axis& outer = axes_[rank_ - 1];
      bool even = true;
      for (size_t k = 0; k < N; ++k) {
        even = even && outer.strides[k] == axis.strides[k] * axis.extent;
      }
      if (even) {
        outer = {outer.extent * axis.extent, axis.strides};
        return;
      }
    }
    axes_[rank_++] = axis;
  }

  Offsets OffsetsOf(int64_t run) const {
    Offsets offsets{};
    for (size_t i = rank_ < 2 ? 0 : rank_ - 1; i-- > 0;) {
      const int64_t index = run % axes_[i].extent;
      run /= axes_[i].extent;
      for (size_t k = 0; k < N; ++k) offsets[k] += index * axes_[i].strides[k];
    }
    return offsets;
  }

  std::array<Axis, kMaxRank> axes_;
  size_t rank_ = 0;
};

}  // namespace assay::engine
