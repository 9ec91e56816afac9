// Tensors for a plan's ports: what a caller of Session::Run has to provide.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "harness/engine/plan.h"
#include "kernels/base/tensor.h"

namespace assay::engine {

// One uninitialized tensor for each port.
std::vector<Tensor> Allocate(std::span<const Port> ports);
// Borrowed views of all.
std::vector<TensorView> Views(std::vector<Tensor>& tensors);
// Inputs from a seed: float in [-1, 1), u8 and s8 over their full range, wider integers 0 or 1, so
// that indices stay small. The same on every machine.
std::vector<Tensor> Noise(std::span<const Port> ports, uint64_t seed);

}  // namespace assay::engine
