// Copy: dst = src for strided operands of one shape and element size.
#pragma once

#include "harness/engine/operand.h"
#include "harness/engine/program.h"
#include "kernels/cpu/isa.h"

namespace assay::engine {

// Decided once: a change of layout, or loops over strides.
StepBody CopyBody(const Operand& src, const Operand& dst, IsaSet usable);

}  // namespace assay::engine
