// Rows: how operands look to the kernels of kernels/elementwise.
#pragma once

#include "harness/engine/operand.h"
#include "kernels/elementwise/elementwise.h"

namespace assay::engine {

// Two or three operands of one shape, all dense or all images: one run where none has gaps,
// otherwise a row per pixel. `other` may be nullptr.
elementwise::Rows RowsOf(const Operand& src, const Operand* other, const Operand& dst);

// A row per pixel, for kernels with one parameter per channel.
elementwise::Rows PixelRows(const Operand& src, const Operand& dst);

}  // namespace assay::engine
