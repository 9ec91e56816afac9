#include "harness/onnx/expect.h"
#include "harness/onnx/operator.h"

namespace assay::onnx {
namespace {

// Resize of opset 10, like Upsample: data and scales, by these rules.
void BecomeAsymmetric(Node& node) {
  node.op_type = "Resize";
  node.inputs.resize(2);
  const std::string scales = node.inputs[1];
  node.inputs = {node.inputs[0], "", scales};
  node.attributes["coordinate_transformation_mode"] = std::string("asymmetric");
  node.attributes["nearest_mode"] = std::string("floor");
  if (node.String("mode", "nearest") == "bilinear") node.attributes["mode"] = std::string("linear");
}

Status CanonicalizeResize(Node& node, int opset, Context&) {
  ASSAY_RETURN_IF_ERROR(ExpectOneOf(node, "mode", {"nearest", "linear", "cubic", "bilinear"}));
  if (opset < 11) {
    BecomeAsymmetric(node);
    return {};
  }
  ASSAY_RETURN_IF_ERROR(
      ExpectOneOf(node, "coordinate_transformation_mode",
                  {"half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners",
                   "asymmetric", "tf_half_pixel_for_nn", "tf_crop_and_resize"}));
  ASSAY_RETURN_IF_ERROR(ExpectOneOf(node, "nearest_mode",
                                    {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"}));
  ASSAY_RETURN_IF_ERROR(
      ExpectOneOf(node, "keep_aspect_ratio_policy", {"stretch", "not_larger", "not_smaller"}));
  ASSAY_RETURN_IF_ERROR(ExpectInt(node, "antialias", 0, 1));
  if (node.Int("antialias", 0) == 0) node.attributes.erase("antialias");
  if (node.String("keep_aspect_ratio_policy", "stretch") == "stretch") {
    node.attributes.erase("keep_aspect_ratio_policy");
  }
  return {};
}

// The scales were an attribute until opset 8.
Status CanonicalizeUpsample(Node& node, int opset, Context& context) {
  ASSAY_RETURN_IF_ERROR(ExpectOneOf(node, "mode", {"nearest", "linear", "bilinear"}));
  if (opset < 9) {
    ASSAY_RETURN_IF_ERROR(ExpectPresent(node, "scales"));
    const auto& scales = std::get<std::vector<float>>(node.attributes.at("scales"));
    context.SetInput(node, 1, "scales", Tensor::Of<float>(Shape{std::ssize(scales)}, scales));
    node.attributes.erase("scales");
  }
  BecomeAsymmetric(node);
  return {};
}

constexpr Operator kMembers[] = {
    {.op_type = "Resize",
     .min_opset = 10,
     .min_inputs = 1,
     .max_inputs = 4,
     .attributes = {{"antialias", AttributeType::kInt, 18},
                    {"axes", AttributeType::kInts, 18},
                    {"coordinate_transformation_mode", AttributeType::kString, 11},
                    {"cubic_coeff_a", AttributeType::kFloat, 11},
                    {"exclude_outside", AttributeType::kInt, 11},
                    {"extrapolation_value", AttributeType::kFloat, 11},
                    {"keep_aspect_ratio_policy", AttributeType::kString, 18},
                    {"mode", AttributeType::kString},
                    {"nearest_mode", AttributeType::kString, 11}},
     .canonicalize = CanonicalizeResize,
     .since =
         [](const Node& node) {
           const std::string mode = node.String("coordinate_transformation_mode", "");
           return mode == "half_pixel_symmetric" ? 19 : 1;
         }},
    {.op_type = "Upsample",
     .min_opset = 7,
     .max_opset = 9,
     .max_inputs = 2,
     .attributes = {{"mode", AttributeType::kString}, {"scales", AttributeType::kFloats, 7, 8}},
     .canonicalize = CanonicalizeUpsample}};

}  // namespace

// Upsample is the Resize of opset 10, under its older name.
extern const Operator resize = {.family = [] { return std::span<const Operator>(kMembers); }};

}  // namespace assay::onnx
