// What calibration saw of each value, and the quantization parameters that follow from it.
#pragma once

#include <map>
#include <string>

#include "kernels/base/quant.h"

namespace assay::quantize {

struct Range {
  float min = 0.0f;
  float max = 0.0f;

  bool operator==(const Range&) const = default;
};

// Value name -> its range over the calibration samples.
using Ranges = std::map<std::string, Range>;

// The smallest range that holds both.
Range Union(Range a, Range b);

// Asymmetric u8: the range is widened to hold 0, which is then exact. An empty range gives scale 1.
QuantParams ParamsOf(Range range);

}  // namespace assay::quantize
