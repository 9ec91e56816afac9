// Arena: where buffers lie in one block of memory, so that those never alive together share it.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace assay::engine {

// Alive from the step `first` to the step `last`, both included.
struct Lifetime {
  size_t bytes = 0;
  int first = 0;
  int last = 0;

  bool Overlaps(const Lifetime& other) const { return first <= other.last && other.first <= last; }
};

struct ArenaLayout {
  std::vector<size_t> offsets;  // Multiples of 64, one per lifetime.
  size_t bytes = 0;
  size_t lower_bound = 0;  // The largest sum of (rounded) bytes alive at one step.
};

// Greedy by size (Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference",
// 2020): the largest first, each into the smallest gap that holds it among those already placed and
// alive at the same time. While that misses the lower bound, what ended up on top is placed
// earlier, a limited number of times, and the best of all is taken. The same answer every time.
ArenaLayout PlaceInArena(std::span<const Lifetime> lifetimes);

}  // namespace assay::engine
