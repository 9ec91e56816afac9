// Checks of the values of a node's attributes. Each error names the node, the operator, the
// attribute, what was found and what is allowed.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "harness/graph/graph.h"
#include "kernels/base/status.h"

namespace assay::onnx {

// Extents, strides, pads and the like: far above any use, far below an overflow of their sums.
inline constexpr int64_t kMaxExtent = std::numeric_limits<int32_t>::max();
// The most axes a tensor of a model may have; ONNX sets no limit.
inline constexpr int kMaxRank = 16;

// "node 'conv1' (Conv)".
std::string Describe(const Node& node);
Status NodeError(const Node& node, std::string_view what);
Status AttributeError(const Node& node, std::string_view attribute, std::string_view found,
                      std::string_view allowed);

Status ExpectPresent(const Node& node, std::string_view attribute);
// An absent attribute passes these.
Status ExpectOneOf(const Node& node, std::string_view attribute,
                   std::initializer_list<std::string_view> allowed);
Status ExpectInt(const Node& node, std::string_view attribute, int64_t min, int64_t max);
// Each of the values lies in [min, max], and there are `size` of them.
Status ExpectInts(const Node& node, std::string_view attribute, std::optional<int> size,
                  int64_t min, int64_t max = kMaxExtent);
// An axis of a tensor of `rank`, where that is known; it may be counted from the end.
Status ExpectAxis(const Node& node, std::string_view attribute, std::optional<int> rank);

// Drops the attribute where it says what its absence says.
void DropDefault(Node& node, std::string_view attribute, const Attribute& value);

}  // namespace assay::onnx
