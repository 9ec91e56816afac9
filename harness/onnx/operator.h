// Operator: what the importer knows of one ONNX operator. Each file of harness/onnx/ops defines
// one, or a family of them, named after the file; the build collects them into AllOperators().
#pragma once

#include <array>
#include <initializer_list>
#include <limits>
#include <span>
#include <string_view>

#include "harness/graph/graph.h"
#include "harness/onnx/context.h"
#include "kernels/base/status.h"

namespace assay::onnx {

// In the order of the alternatives of Attribute.
enum class AttributeType { kInt, kFloat, kString, kInts, kFloats, kStrings, kTensor };

// An attribute, and the opsets in which the operator has it.
struct AttributeSpec {
  std::string_view name = {};
  AttributeType type = AttributeType::kInt;
  int since = 1;
  int until = std::numeric_limits<int>::max();

  bool InOpset(int opset) const { return since <= opset && opset <= until; }
};

// The attributes of one operator, by value, so that operators can share them as constants.
class AttributeSpecs {
 public:
  // Implicit: an operator states its attributes as a braced list.
  constexpr AttributeSpecs(std::initializer_list<AttributeSpec> specs) {
    for (const AttributeSpec& spec : specs) specs_.at(size_++) = spec;
  }
  constexpr const AttributeSpec* begin() const { return specs_.data(); }
  constexpr const AttributeSpec* end() const { return specs_.data() + size_; }

 private:
  std::array<AttributeSpec, 16> specs_;
  size_t size_ = 0;
};

inline constexpr size_t kVariadic = std::numeric_limits<size_t>::max();

struct Operator {
  std::string_view op_type = {};
  std::string_view domain = "";
  // The opsets that have the operator. Export declares the lowest opset that has it and all the
  // attributes the node carries, so canonicalize drops attributes that say the default.
  int min_opset = 1;
  int max_opset = 21;
  // Inputs and outputs of the canonical form. The first min_inputs must be present.
  size_t min_inputs = 1;
  size_t max_inputs = 1;
  size_t max_outputs = 1;
  bool first_output_optional = false;
  // Of all opsets, so that the import of each can say what is allowed.
  AttributeSpecs attributes = {};
  // Rewrites a node of `opset`, whose attributes have been checked against `attributes`, into the
  // form of kCanonicalOpset, and checks the values of the attributes. Absent inputs are possible:
  // their number is checked afterwards. A node left without outputs is dropped. nullptr: there is
  // nothing to do.
  Status (*canonicalize)(Node& node, int opset, Context& context) = nullptr;
  // Where an attribute's value tells: the opset that allowed it. Export refuses values, and
  // attributes, that are newer than kCanonicalOpset.
  int (*since)(const Node& node) = nullptr;
  // The members, where the file defines a family; all else is then empty.
  std::span<const Operator> (*family)() = nullptr;
};

// Written by CMake: what each file defines, ordered by file name.
std::span<const Operator* const> OperatorFiles();
// The same with every family replaced by its members.
std::span<const Operator* const> AllOperators();

// The operator of that type and domain, or nullptr.
const Operator* FindOperator(std::string_view op_type, std::string_view domain);

// The first output is there; any, where the first is optional.
bool HasOutput(const Node& node, const Operator& op);

// An error where the node has an attribute that `op` does not have in `opset`, or of another type.
Status CheckAttributes(const Node& node, const Operator& op, int opset);

// The opset that brought the newest of the node's attributes or of their values.
int AttributesSince(const Node& node, const Operator& op);

// An error where the node is not of the canonical form: CheckAttributes in kCanonicalOpset, or in
// the opset of what no other form can say; and the numbers of inputs and outputs.
Status CheckCanonical(const Node& node, const Operator& op);

}  // namespace assay::onnx
