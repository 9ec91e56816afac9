#include "harness/onnx/operator.h"

namespace assay::onnx {
namespace {

constexpr AttributeSpec kAlpha = {"alpha", AttributeType::kFloat};
constexpr AttributeSpec kBeta = {"beta", AttributeType::kFloat};
constexpr AttributeSpec kGamma = {"gamma", AttributeType::kFloat};

constexpr Operator kMembers[] = {
    {.op_type = "Celu", .min_opset = 12, .attributes = {kAlpha}},
    {.op_type = "Elu", .min_opset = 6, .attributes = {kAlpha}},
    {.op_type = "HardSigmoid", .min_opset = 6, .attributes = {kAlpha, kBeta}},
    {.op_type = "IsInf",
     .min_opset = 10,
     .attributes = {{"detect_negative", AttributeType::kInt},
                    {"detect_positive", AttributeType::kInt}}},
    {.op_type = "LeakyRelu", .min_opset = 6, .attributes = {kAlpha}},
    {.op_type = "Selu", .min_opset = 6, .attributes = {kAlpha, kGamma}},
    {.op_type = "Shrink",
     .min_opset = 9,
     .attributes = {{"bias", AttributeType::kFloat}, {"lambd", AttributeType::kFloat}}},
    {.op_type = "ThresholdedRelu", .min_opset = 10, .attributes = {kAlpha}}};

}  // namespace

// Functions of one input whose parameters are attributes.
extern const Operator activations = {.family = [] { return std::span<const Operator>(kMembers); }};

}  // namespace assay::onnx
