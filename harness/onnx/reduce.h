// The operators ReduceX. Their axes became an input in opset 18, those of ReduceSum in opset 13; in
// kCanonicalOpset they are an attribute, and an input of ReduceSum.
#pragma once

#include "harness/onnx/operator.h"

namespace assay::onnx {

inline constexpr AttributeSpecs kReduceAttributes = {
    {"axes", AttributeType::kInts, 1, 17},
    {"keepdims", AttributeType::kInt},
    {"noop_with_empty_axes", AttributeType::kInt, 18}};
inline constexpr AttributeSpecs kReduceSumAttributes = {
    {"axes", AttributeType::kInts, 1, 12},
    {"keepdims", AttributeType::kInt},
    {"noop_with_empty_axes", AttributeType::kInt, 13}};

// Axes move to the attribute; a reduction over no axes that asks to be a no-op is an Identity.
Status CanonicalizeReduce(Node& node, int opset, Context& context);
// Axes move to the input.
Status CanonicalizeReduceSum(Node& node, int opset, Context& context);

}  // namespace assay::onnx
