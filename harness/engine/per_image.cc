#include "harness/engine/per_image.h"

#include <algorithm>

namespace assay::engine {
namespace {

bool IsBatch(const Inference& inference, size_t input) {
  return inference.has(input) && inference.constant(input) == nullptr;
}

size_t Count(const Inference& inference) { return inference.node().inputs.size(); }

// `axis`: as the node has it, of its first input.
bool WithinImage(const Inference& inference, int64_t axis) {
  return axis != 0 && axis != -inference.shape(0).rank();
}

}  // namespace

bool OnlyFirstIsBatch(const Inference& inference) {
  if (!IsBatch(inference, 0)) return false;
  for (size_t i = 1; i < Count(inference); ++i) {
    if (IsBatch(inference, i)) return false;
  }
  return true;
}

bool WorksWithinImages(const Inference& inference, int64_t fallback) {
  return OnlyFirstIsBatch(inference) &&
         WithinImage(inference, inference.node().Int("axis", fallback));
}

bool BroadcastsImages(const Inference& inference) {
  int rank = 0;
  for (size_t i = 0; i < Count(inference); ++i) {
    rank = std::max(rank, inference.shape(i).rank());
  }
  for (size_t i = 0; i < Count(inference); ++i) {
    const Shape& shape = inference.shape(i);
    const bool all_axes = shape.rank() == rank;
    const bool fits = IsBatch(inference, i) ? all_axes : !all_axes || shape[0] == 1;
    if (!fits) return false;
  }
  return rank > 0;
}

bool JoinsWithinImages(const Inference& inference) {
  for (size_t i = 0; i < Count(inference); ++i) {
    if (!IsBatch(inference, i)) return false;
  }
  return WithinImage(inference, inference.node().Int("axis", 0));
}

bool ConvolvesImages(const Inference& inference) {
  return IsBatch(inference, 0) && !IsBatch(inference, 1) && !IsBatch(inference, 2) &&
         (!inference.has(3) || IsBatch(inference, 3));
}

}  // namespace assay::engine
