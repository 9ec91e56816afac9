#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <string>
#include <vector>

#include "harness/engine/loop_nest.h"
#include "harness/engine/lowering.h"
#include "harness/engine/with_type.h"

namespace assay::engine {
namespace {

constexpr size_t kMostOperands = 3;

// The letters of every operand and of the result. An ellipsis stands for letters of its own: '0',
// '1', ... from the last axis on.
struct Equation {
  std::vector<std::string> operands;
  std::string result;
  std::map<char, int64_t> extents;
};

std::string WithoutSpaces(std::string text) {
  std::erase(text, ' ');
  return text;
}

// "ab...c" for a value of `rank` axes; an ellipsis becomes digits.
Result<std::string> Letters(const Inference& inference, std::string term, int rank) {
  const size_t dots = term.find("...");
  if (dots != std::string::npos) {
    const int hidden = rank - static_cast<int>(term.size() - 3);
    std::string digits;
    for (int i = std::min(hidden, 10) - 1; i >= 0; --i) digits += static_cast<char>('0' + i);
    term.replace(dots, 3, digits);
  }
  const bool valid = std::ranges::all_of(term, [](unsigned char c) { return std::isalnum(c); });
  if (valid && static_cast<int>(term.size()) == rank) return term;
  return inference.Error("equation term '{}' does not fit {} axes", term, rank);
}

// Without "->": all letters that are there once, in order, behind those of an ellipsis.
std::string ImplicitResult(const std::vector<std::string>& operands) {
  std::map<char, int> counts;
  for (const std::string& operand : operands) {
    for (char c : operand) ++counts[c];
  }
  std::string hidden, once;
  for (const auto& [c, count] : counts) {
    if (std::isdigit(static_cast<unsigned char>(c))) {
      hidden.insert(hidden.begin(), c);
    } else if (count == 1) {
      once += c;
    }
  }
  return hidden + once;
}

Result<Equation> Parse(const Inference& inference) {
  const std::string text = WithoutSpaces(inference.node().String("equation", ""));
  const size_t arrow = text.find("->");
  std::string left = text.substr(0, arrow) + ",";
  Equation equation;
  for (size_t comma; (comma = left.find(',')) != std::string::npos; left.erase(0, comma + 1)) {
    const size_t i = equation.operands.size();
    if (i >= inference.node().inputs.size()) return inference.Error("more terms than inputs");
    ASSAY_ASSIGN_OR_RETURN(
        equation.operands.emplace_back(),
        Letters(inference, left.substr(0, comma), inference.shape(i).rank()));
    for (size_t axis = 0; axis < equation.operands[i].size(); ++axis) {
      const int64_t extent = inference.shape(i)[static_cast<int>(axis)];
      int64_t& known = equation.extents.emplace(equation.operands[i][axis], 1).first->second;
      if (extent != known && extent != 1 && known != 1) {
        return inference.Error("'{}' is both {} and {}", equation.operands[i][axis], known, extent);
      }
      if (extent != 1) known = extent;
    }
  }
  if (equation.operands.size() != inference.node().inputs.size()) {
    return inference.Error("fewer terms than inputs");
  }
  equation.result = ImplicitResult(equation.operands);
  if (arrow == std::string::npos) return equation;
  std::string hidden;
  for (char c : equation.result) {
    if (std::isdigit(static_cast<unsigned char>(c))) hidden += c;
  }
  std::string right = text.substr(arrow + 2);
  if (const size_t dots = right.find("..."); dots != std::string::npos) {
    right.replace(dots, 3, hidden);
  }
  for (char c : right) {
    if (!equation.extents.contains(c) || std::ranges::count(right, c) != 1) {
      return inference.Error("'{}' of the result is not once in the equation", c);
    }
  }
  equation.result = right;
  return equation;
}

Status Infer(Inference& inference) {
  const size_t count = inference.node().inputs.size();
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(count, kMostOperands));
  if (count == 0) return inference.Error("there are no inputs");
  for (size_t i = 0; i < count; ++i) {
    ASSAY_RETURN_IF_ERROR(inference.ExpectType(i, kReals));
    ASSAY_RETURN_IF_ERROR(inference.ExpectType(i, {inference.dtype(0)}));
  }
  ASSAY_ASSIGN_OR_RETURN(const Equation equation, Parse(inference));
  if (equation.extents.size() > static_cast<size_t>(kMaxRank)) {
    return inference.Error("{} letters, at most {} are supported", equation.extents.size(),
                           kMaxRank);
  }
  std::vector<int64_t> dims;
  for (char c : equation.result) dims.push_back(equation.extents.at(c));
  return inference.Set(0, inference.dtype(0), std::move(dims));
}

// Steps of an operand along each letter; a letter that is there twice walks the diagonal.
Strides StridesAlong(const std::string& letters, const Operand& operand,
                     const std::string& operand_letters) {
  Strides strides;
  for (char c : letters) {
    int64_t stride = 0;
    for (size_t axis = 0; axis < operand_letters.size(); ++axis) {
      const bool steps = operand.shape[static_cast<int>(axis)] != 1;
      if (operand_letters[axis] == c && steps) stride += operand.strides[axis];
    }
    strides.push_back(stride);
  }
  return strides;
}

// Every element of the result sums, over the other letters, the product of all operands.
template <typename T>
void AddSums(const Node& node, Lowerer& lowerer, const Equation& equation) {
  const Operand dst = lowerer.New(node.outputs[0], Order::kDense);
  std::string summed;
  std::vector<int64_t> result_dims, summed_dims;
  for (char c : equation.result) result_dims.push_back(equation.extents.at(c));
  for (const auto& [c, extent] : equation.extents) {
    if (equation.result.find(c) != std::string::npos) continue;
    summed += c;
    summed_dims.push_back(extent);
  }
  std::vector<Operand> operands;
  std::array<Strides, kMostOperands + 1> outer;
  std::array<Strides, kMostOperands> inner;
  outer[0] = dst.strides;
  for (size_t i = 0; i < kMostOperands; ++i) {
    outer[i + 1].assign(equation.result.size(), 0);
    inner[i].assign(summed.size(), 0);
    if (i >= node.inputs.size()) continue;
    operands.push_back(lowerer.Get(node.input(i)));
    outer[i + 1] = StridesAlong(equation.result, operands[i], equation.operands[i]);
    inner[i] = StridesAlong(summed, operands[i], equation.operands[i]);
  }
  const LoopNest<kMostOperands + 1> over{Shape(result_dims), outer};
  const LoopNest<kMostOperands> within{Shape(summed_dims), inner};
  auto added = lowerer.Add(node, operands, {dst}, [=](const Frame& frame) -> Status {
    const T* from[kMostOperands] = {};
    for (size_t i = 0; i < operands.size(); ++i) from[i] = frame.At<const T>(operands[i]);
    T* to = frame.At<T>(dst);
    over.Run(*frame.pool, [&](const auto& at) {
      for (int64_t i = 0; i < over.inner(); ++i) {
        double sum = 0;
        within.RunHere([&](const auto& start) {
          for (int64_t k = 0; k < within.inner(); ++k) {
            double product = 1;
            for (size_t o = 0; o < operands.size(); ++o) {
              product *= from[o][at[o + 1] + i * over.steps()[o + 1] + start[o] +
                                 k * within.steps()[o]];
            }
            sum += product;
          }
        });
        to[at[0] + i * over.steps()[0]] = static_cast<T>(sum);
      }
    });
    return {};
  });
  added.step.work = 1;
  for (const auto& [c, extent] : equation.extents) added.step.work *= static_cast<double>(extent);
}

Status Lower(const Node& node, Lowerer& lowerer) {
  ASSAY_ASSIGN_OR_RETURN(const Equation equation, Parse(lowerer.Operands(node)));
  WithReal(lowerer.type(node.input(0)).dtype,
           [&]<typename T>(T) { AddSums<T>(node, lowerer, equation); });
  return {};
}

}  // namespace

extern const Lowering einsum;
const Lowering einsum = {.op_type = "Einsum", .infer = Infer, .lower = Lower};

}  // namespace assay::engine
