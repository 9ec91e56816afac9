// Memory: decides where every arena buffer of a program lies.
#pragma once

#include "harness/engine/program.h"

namespace assay::engine {

// Fills in BufferInfo::offset, Program::arena_bytes and arena_lower_bound. A result takes over the
// memory of the operand it may overwrite, where that dies with the step.
void PlanMemory(Program& program);

}  // namespace assay::engine
