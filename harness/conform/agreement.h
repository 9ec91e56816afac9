// Agreement: whether an output is what a test case expects.
#pragma once

#include "kernels/base/status.h"
#include "kernels/base/tensor.h"

namespace assay::conform {

// Those of ONNX's own backend tests (onnx/backend/test/case/model/__init__.py, as numpy's
// assert_allclose takes them): |actual - expected| <= absolute + relative * |expected|.
struct Tolerance {
  double relative = 1e-3;
  double absolute = 1e-7;
};

// Error: another type or shape, or the element that is furthest off. Integers and bool must be
// equal; a NaN and an infinity match only themselves.
Status ExpectAgreement(const Tensor& actual, const Tensor& expected, const Tolerance& tolerance);

}  // namespace assay::conform
