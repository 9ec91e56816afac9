#include "harness/onnx/operator.h"

namespace assay::onnx {
namespace {

constexpr Operator Window(std::string_view op_type) {
  return {.op_type = op_type,
          .min_opset = 17,
          .attributes = {{"output_datatype", AttributeType::kInt},
                         {"periodic", AttributeType::kInt}}};
}

constexpr Operator kMembers[] = {Window("BlackmanWindow"), Window("HammingWindow"),
                                 Window("HannWindow")};

}  // namespace

extern const Operator windows = {.family = [] { return std::span<const Operator>(kMembers); }};

}  // namespace assay::onnx
