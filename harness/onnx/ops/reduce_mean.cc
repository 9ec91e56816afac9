#include "harness/onnx/reduce.h"

namespace assay::onnx {

extern const Operator reduce_mean = {
    .op_type = "ReduceMean", .attributes = kReduceAttributes, .canonicalize = CanonicalizeReduce};

}  // namespace assay::onnx
