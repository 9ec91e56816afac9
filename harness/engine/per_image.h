// What operators say of themselves in Lowering::per_image: whether they treat every image of a
// batch alone.
#pragma once

#include <cstdint>

#include "harness/engine/inference.h"

namespace assay::engine {

// Of the inputs, only the first is a batch: the others are parameters.
bool OnlyFirstIsBatch(const Inference& inference);

// The same, along an axis within the image. `fallback`: what the attribute is where it is absent.
bool WorksWithinImages(const Inference& inference, int64_t fallback);

// numpy's broadcasting leaves images where they are: batches have all axes of the result, and
// constants are the same for every image.
bool BroadcastsImages(const Inference& inference);

// All inputs are batches, joined along an axis within the image.
bool JoinsWithinImages(const Inference& inference);

// Inputs x, w, bias, residual: weights and bias are constants, x and the residual are batches.
bool ConvolvesImages(const Inference& inference);

}  // namespace assay::engine
