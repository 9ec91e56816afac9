// Broadcasting of operators on two operands before opset 7: only the second operand, only where
// `broadcast` asks for it, and from `axis` on.
#pragma once

#include "harness/onnx/operator.h"

namespace assay::onnx {

inline constexpr AttributeSpecs kLegacyBroadcast = {{"axis", AttributeType::kInt, 1, 6},
                                                    {"broadcast", AttributeType::kInt, 1, 6}};

// Afterwards numpy's broadcasting says the same: axes of extent 1 follow the second operand's.
// Error: ranks that are needed for it and not known.
Status CanonicalizeLegacyBroadcast(Node& node, int opset, Context& context);

// Input 1 gets `count` axes of extent 1 at its end.
void AppendUnitAxes(Node& node, int rank, int count, Context& context);

}  // namespace assay::onnx
