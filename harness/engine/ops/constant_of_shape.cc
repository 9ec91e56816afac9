#include <cstring>

#include "harness/engine/lowering.h"

namespace assay::engine {
namespace {

// Always known before the run: there is nothing to lower.
Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(1, 1));
  ASSAY_ASSIGN_OR_RETURN(std::vector<int64_t> dims, inference.Integers(0));
  Tensor value = Tensor::Scalar(0.0f);
  if (const auto it = inference.node().attributes.find("value");
      it != inference.node().attributes.end()) {
    const Tensor* given = std::get_if<Tensor>(&it->second);
    if (given == nullptr || given->elements() != 1) {
      return inference.Error("value is not a tensor of one element");
    }
    value = *given;
  }
  ASSAY_RETURN_IF_ERROR(inference.Set(0, value.dtype(), dims));
  const auto bytes = static_cast<int64_t>(SizeOf(value.dtype()));
  const Shape result(std::move(dims));
  ASSAY_RETURN_IF_ERROR(inference.ExpectConstantFits(value.dtype(), result));
  Tensor filled(value.dtype(), result);
  auto* to = static_cast<uint8_t*>(filled.data());
  for (int64_t i = 0; i < filled.elements(); ++i) {
    std::memcpy(to + i * bytes, value.data(), static_cast<size_t>(bytes));
  }
  return inference.SetConstant(0, std::move(filled));
}

}  // namespace

extern const Lowering constant_of_shape;
const Lowering constant_of_shape = {.op_type = "ConstantOfShape", .infer = Infer};

}  // namespace assay::engine
