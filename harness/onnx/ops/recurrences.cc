#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"

namespace assay::onnx {
namespace {

// output_sequence, until opset 6, only said whether the first output is wanted.
Status Canonicalize(Node& node, int, Context&) {
  node.attributes.erase("output_sequence");
  ASSAY_RETURN_IF_ERROR(ExpectInt(node, "layout", 0, 1));
  DropDefault(node, "layout", int64_t{0});
  return ExpectOneOf(node, "direction", {"forward", "reverse", "bidirectional"});
}

constexpr AttributeSpec kActivations = {"activations", AttributeType::kStrings};
constexpr AttributeSpec kAlpha = {"activation_alpha", AttributeType::kFloats};
constexpr AttributeSpec kBeta = {"activation_beta", AttributeType::kFloats};
constexpr AttributeSpec kClip = {"clip", AttributeType::kFloat};
constexpr AttributeSpec kDirection = {"direction", AttributeType::kString};
constexpr AttributeSpec kHidden = {"hidden_size", AttributeType::kInt};
constexpr AttributeSpec kLayout = {"layout", AttributeType::kInt, 14};
constexpr AttributeSpec kSequence = {"output_sequence", AttributeType::kInt, 1, 6};

constexpr Operator kMembers[] = {
    {.op_type = "GRU",
     .min_opset = 3,
     .min_inputs = 3,
     .max_inputs = 6,
     .max_outputs = 2,
     .first_output_optional = true,
     .attributes = {kActivations, kAlpha, kBeta, kClip, kDirection, kHidden, kLayout, kSequence,
                    {"linear_before_reset", AttributeType::kInt}},
     .canonicalize = Canonicalize},
    {.op_type = "LSTM",
     .min_inputs = 3,
     .max_inputs = 8,
     .max_outputs = 3,
     .first_output_optional = true,
     .attributes = {kActivations, kAlpha, kBeta, kClip, kDirection, kHidden, kLayout, kSequence,
                    {"input_forget", AttributeType::kInt}},
     .canonicalize = Canonicalize},
    {.op_type = "RNN",
     .min_inputs = 3,
     .max_inputs = 6,
     .max_outputs = 2,
     .first_output_optional = true,
     .attributes = {kActivations, kAlpha, kBeta, kClip, kDirection, kHidden, kLayout, kSequence},
     .canonicalize = Canonicalize}};

}  // namespace

extern const Operator recurrences = {.family = [] { return std::span<const Operator>(kMembers); }};

}  // namespace assay::onnx
