// NodeProto to and from Node, as it stands: no operator is known here.
#pragma once

#include "harness/graph/graph.h"
#include "harness/onnx/tensor_proto.h"
#include "kernels/base/status.h"

namespace onnx {
class NodeProto;
}

namespace assay::onnx {

// Name, type, domain ("ai.onnx" is ""), inputs and outputs.
Node ReadNode(const ::onnx::NodeProto& proto);

// Fills in the attributes. Error: an attribute that is a graph, a sparse tensor, a type or a
// reference, appears twice, or is a malformed tensor.
Status ReadAttributes(const ::onnx::NodeProto& proto, ExternalData& external, Node& node);

void WriteNode(const Node& node, ::onnx::NodeProto& proto);

}  // namespace assay::onnx
