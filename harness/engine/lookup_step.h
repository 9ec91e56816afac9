// The step behind Lookup and QConcat.
#pragma once

#include <array>

#include "harness/engine/lowerer.h"

namespace assay::engine {

using LookupTable = std::array<uint8_t, 256>;

// Every code's own number + 128: from s8 to u8, and back.
LookupTable SignFlips();

// Appends dst = table[src], any strides; they may be the same memory.
Lowerer::Added AddLookup(const Node& node, Lowerer& lowerer, const LookupTable& table,
                         const Operand& src, const Operand& dst);

}  // namespace assay::engine
