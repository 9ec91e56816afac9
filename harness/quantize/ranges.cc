#include "harness/quantize/ranges.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace assay::quantize {

Range Union(Range a, Range b) { return {std::min(a.min, b.min), std::max(a.max, b.max)}; }

QuantParams ParamsOf(Range range) {
  const float min = std::min(range.min, 0.0f);
  const float max = std::max(range.max, 0.0f);
  const float scale = max / 255.0f - min / 255.0f;  // The difference itself could overflow.
  if (!(scale >= std::numeric_limits<float>::min()) || !std::isfinite(scale)) return {};
  const float zero_point = std::nearbyintf(-min / scale);
  return {scale, static_cast<int32_t>(std::clamp(zero_point, 0.0f, 255.0f))};
}

}  // namespace assay::quantize
