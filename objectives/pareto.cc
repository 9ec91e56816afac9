#include "objectives/pareto.h"

#include <algorithm>
#include <numeric>

namespace assay {
namespace {

// dominated_by[y][x] != 0: x dominates y.
using Relation = std::vector<std::vector<char>>;

// The trials of `remaining` that none of them dominates.
std::vector<size_t> Undominated(const Relation& dominated_by, std::span<const size_t> remaining) {
  std::vector<size_t> undominated;
  for (size_t y : remaining) {
    const auto dominates_y = [&](size_t x) { return dominated_by[y][x] != 0; };
    if (std::none_of(remaining.begin(), remaining.end(), dominates_y)) undominated.push_back(y);
  }
  return undominated;
}

// `start` and all from which a chain of dominations leads to it.
std::vector<size_t> Ancestors(const Relation& dominated_by, std::span<const size_t> remaining,
                              size_t start) {
  std::vector<size_t> found = {start};
  std::vector<char> seen(dominated_by.size());
  seen[start] = 1;
  for (size_t next = 0; next < found.size(); ++next) {
    for (size_t x : remaining) {
      if (seen[x] || !dominated_by[found[next]][x]) continue;
      seen[x] = 1;
      found.push_back(x);
    }
  }
  return found;
}

// A circle of dominations that nothing outside it enters: the smallest set of ancestors.
std::vector<size_t> OutermostCircle(const Relation& dominated_by,
                                    std::span<const size_t> remaining) {
  std::vector<size_t> smallest(remaining.begin(), remaining.end());
  for (size_t y : remaining) {
    std::vector<size_t> ancestors = Ancestors(dominated_by, remaining, y);
    if (ancestors.size() < smallest.size()) smallest = std::move(ancestors);
  }
  return smallest;
}

}  // namespace

std::vector<size_t> ParetoFront(size_t n, FunctionRef<bool(size_t x, size_t y)> dominates) {
  Relation dominated_by(n, std::vector<char>(n));
  for (size_t x = 0; x < n; ++x) {
    for (size_t y = 0; y < n; ++y) dominated_by[y][x] = x != y && dominates(x, y);
  }
  std::vector<size_t> front;
  std::vector<size_t> remaining(n);
  std::iota(remaining.begin(), remaining.end(), size_t{0});
  while (!remaining.empty()) {
    std::vector<size_t> kept = Undominated(dominated_by, remaining);
    if (kept.empty()) kept = OutermostCircle(dominated_by, remaining);
    front.insert(front.end(), kept.begin(), kept.end());
    std::erase_if(remaining, [&](size_t y) {
      return std::any_of(kept.begin(), kept.end(),
                         [&](size_t x) { return x == y || dominated_by[y][x] != 0; });
    });
  }
  std::sort(front.begin(), front.end());
  return front;
}

}  // namespace assay
