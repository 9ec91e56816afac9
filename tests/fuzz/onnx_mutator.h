// Mutation of ONNX models as messages: attributes, extents, types, edges, nodes and weights change,
// and the bytes stay a model. Random bytes would nearly always fail in the parser.
#pragma once

#ifndef ONNX_ML
#define ONNX_ML 1
#endif
#ifndef ONNX_NAMESPACE
#define ONNX_NAMESPACE onnx
#endif
#include <onnx/onnx_pb.h>

#include <random>

namespace assay::fuzz {

using Random = std::minstd_rand;

// Changes one thing of `model`, or nothing where the model has no such thing.
void MutateModel(::onnx::ModelProto& model, Random& random);

// Takes nodes and weights of `other` into `model`; values of one name become one value.
void CrossModels(::onnx::ModelProto& model, const ::onnx::ModelProto& other, Random& random);

}  // namespace assay::fuzz
