// Export: a Graph becomes an ONNX file, the same bytes for the same graph.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "harness/graph/graph.h"
#include "kernels/base/status.h"

namespace assay::onnx {

struct ExportOptions {
  // The opset to declare; the lowest that the graph's nodes need where that is higher.
  int opset = 13;
  // Added to the graph's own metadata_props, which they replace where a key is in both.
  std::map<std::string, std::string> metadata = {};
};

// The bytes of the model: producer Assay and its version, names and symbolic extents of inputs and
// outputs kept. Error: a node whose operator or attributes are not of kCanonicalOpset; more than
// the 2 GB that one ONNX file can hold.
Result<std::string> Serialize(const Graph& graph, const ExportOptions& options = {});

// Writes those bytes under a temporary name next to `path`, then renames, so that `path` is never
// half written.
Status Export(const Graph& graph, const std::filesystem::path& path,
              const ExportOptions& options = {});

}  // namespace assay::onnx
