// Import: an ONNX file becomes a Graph whose every node follows the definitions of kCanonicalOpset.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "harness/graph/graph.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor.h"

namespace assay::onnx {

// Opsets of the default domain that a model may declare. The IR version is not restricted. Opset 6
// and those before are read as far as the definitions that they share with opset 7 reach; others
// are refused by their attributes.
inline constexpr int kMinOpset = 1;
inline constexpr int kMaxOpset = 21;

// The most nodes that a model may have: far more than any has, and few enough for every pass to end
// soon.
inline constexpr int kMaxNodes = 100'000;

struct ImportOptions {
  // Inputs whose values are known: they become constants. A name that is no input is ignored.
  std::map<std::string, Tensor> constants = {};
};

// Reads `path`, external data in its folder included, and canonicalizes it:
//  - nodes are in topological order, uniquely named, and hold only attributes of kCanonicalOpset;
//  - a Constant is an initializer, a Dropout is an Identity;
//  - an initializer that is also listed as an input is a constant;
//  - float16 and bfloat16 initializers are converted to float;
//  - nodes and initializers that no output depends on are dropped.
// Errors (one sentence, which begins with the file's name): not a readable ONNX model; every node
// of an operator, domain or opset that Assay does not support, all listed; subgraphs, sparse
// tensors and functions; a wrong attribute, by node, operator, attribute, found and allowed;
// a cycle, a value produced twice or by nothing; tensors whose bytes do not match their shape.
Result<Graph> Import(const std::filesystem::path& path, const ImportOptions& options = {});

// What a model is made of, supported or not.
struct Survey {
  std::map<std::string, int64_t> operators;  // "Conv", "com.example.Foo": how many nodes.
  std::vector<std::string> unsupported;      // A line per node: its name, operator, opset.
  std::set<std::string> missing;             // The operators of those nodes.
  std::vector<std::string> inputs;           // Names, in order, without initializers.
  int64_t opset = 0;                         // Of the default domain; 0: undeclared.
};

// Reads no more than the nodes and the names. Error: not a readable ONNX model.
Result<Survey> Examine(const std::filesystem::path& path);

}  // namespace assay::onnx
