#include "harness/onnx/expect.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace assay::onnx {

std::string Describe(const Node& node) {
  return fmt::format("node '{}' ({})", node.name, node.op_type);
}

Status NodeError(const Node& node, std::string_view what) {
  return Error(fmt::format("{}: {}", Describe(node), what));
}

Status AttributeError(const Node& node, std::string_view attribute, std::string_view found,
                      std::string_view allowed) {
  return NodeError(node,
                   fmt::format("attribute '{}' is {}; allowed: {}", attribute, found, allowed));
}

Status ExpectPresent(const Node& node, std::string_view attribute) {
  if (node.Has(attribute)) return {};
  return NodeError(node, fmt::format("attribute '{}' is missing", attribute));
}

Status ExpectOneOf(const Node& node, std::string_view attribute,
                   std::initializer_list<std::string_view> allowed) {
  if (!node.Has(attribute)) return {};
  const std::string value = node.String(attribute, "");
  if (std::ranges::find(allowed, value) != allowed.end()) return {};
  return AttributeError(node, attribute, fmt::format("'{}'", value),
                        fmt::format("{}", fmt::join(allowed, ", ")));
}

Status ExpectInt(const Node& node, std::string_view attribute, int64_t min, int64_t max) {
  const int64_t value = node.Int(attribute, min);
  if (min <= value && value <= max) return {};
  return AttributeError(node, attribute, std::to_string(value), fmt::format("{} to {}", min, max));
}

Status ExpectInts(const Node& node, std::string_view attribute, std::optional<int> size,
                  int64_t min, int64_t max) {
  if (!node.Has(attribute)) return {};
  const std::vector<int64_t> values = node.Ints(attribute);
  const bool fits = !size || values.size() == static_cast<size_t>(*size);
  if (fits && std::ranges::all_of(values, [&](int64_t v) { return min <= v && v <= max; })) {
    return {};
  }
  return AttributeError(node, attribute, fmt::format("[{}]", fmt::join(values, ", ")),
                        fmt::format("{} integers of {} to {}",
                                    size ? std::to_string(*size) : "any number of", min, max));
}

Status ExpectAxis(const Node& node, std::string_view attribute, std::optional<int> rank) {
  const int64_t limit = rank.value_or(kMaxRank);
  const int64_t axis = node.Int(attribute, 0);
  if (-limit <= axis && axis <= std::max<int64_t>(limit - 1, 0)) return {};
  return AttributeError(node, attribute, std::to_string(axis),
                        fmt::format("{} to {}", -limit, limit - 1));
}

void DropDefault(Node& node, std::string_view attribute, const Attribute& value) {
  const auto it = node.attributes.find(std::string(attribute));
  if (it == node.attributes.end() || it->second.index() != value.index()) return;
  const bool same = std::visit(
      [&]<typename T>(const T& found) {
        if constexpr (std::is_same_v<T, Tensor>) {
          return false;
        } else {
          return found == std::get<T>(value);
        }
      },
      it->second);
  if (same) node.attributes.erase(it);
}

}  // namespace assay::onnx
