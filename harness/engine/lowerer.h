// Lowerer: what an operator is given to turn a node into views and steps.
#pragma once

#include <functional>
#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "harness/engine/inference.h"
#include "harness/engine/operand.h"
#include "harness/engine/plan.h"
#include "harness/engine/program.h"
#include "harness/graph/graph.h"
#include "kernels/base/compute.h"

namespace assay::engine {

// How a new value is laid out.
enum class Order {
  kDense,  // Row-major, as in the model.
  kImage,  // [n, c, h, w] as [n][h][w][c].
};

class Lowerer {
 public:
  // `types`: of one of `parts` equal parts of the batch (batch_parts.h). `packed_bytes`: the most
  // that packed weights and tables may take.
  Lowerer(Graph& graph, const Types& types, const PlanOptions& options, int64_t packed_bytes,
          int64_t parts = 1);
  // Lowers all nodes and the borders of the graph. Initializers are let go behind the last node
  // that reads them.
  Result<Program> Run() &&;

  const ValueType& type(const std::string& value) const { return types_.at(value); }
  const Shape& shape(const std::string& value) const { return types_.at(value).shape; }
  const Tensor* constant(const std::string& value) const { return graph_.Initializer(value); }
  // What inference saw of the node, to derive the same parameters from it again.
  Inference Operands(const Node& node) const { return Inference(node, graph_, types_); }
  KernelOptions kernel_options() const;
  IsaSet usable() const { return options_.usable; }
  // That share a step.
  int threads() const { return parts() > 1 ? 1 : options_.threads; }
  int64_t parts() const { return program_.parts; }
  // Some reader takes the value as an image.
  bool WantsImage(const std::string& value) const;

  // The value as it lies: any strides.
  const Operand& Get(const std::string& value);
  // The value in that order; a conversion step is added where it lies otherwise. An image may have
  // a pixel stride.
  Operand Dense(const std::string& value);
  Operand Image(const std::string& value);
  // Operand in that order.
  Operand In(Order order, const std::string& value);

  // Memory for an output of the node at hand. An image may come with a pixel stride, where it is a
  // part of a concatenation; dense memory is dense.
  Operand New(const std::string& value, Order order);
  // The output is a view of something that exists.
  void Define(const std::string& value, Operand view) { values_[value] = std::move(view); }
  // Memory alive during the steps that name it.
  Operand Scratch(DType dtype, Shape shape);
  Operand ScratchImage(DType dtype, const Shape& shape);
  // A constant of the program.
  Operand Constant(Tensor tensor);
  // Before the Add of the step that reads them.
  void CountPackedBytes(size_t bytes) { packed_bytes_ += bytes; }
  // Error: packed bytes in all, with so many that are yet to be made, go beyond what is allowed.
  Status ExpectPackedFits(const Node& node, int64_t bytes) const;

  // Appends a step of `node`. What it reads and writes is alive at least here. The result is for
  // filling in more than the name, and valid until the next Add.
  struct Added {
    Step& step;
    StepInfo& info;
    // writes[0] may be computed in place of `operand`, which is one of reads. The first that can
    // be is.
    void MayOverwrite(const Operand& result, const Operand& operand, const Lowerer& lowerer);
  };
  Added Add(const Node& node, const std::vector<Operand>& reads, const std::vector<Operand>& writes,
            StepBody run);
  // dst = src, element by element, whatever the strides.
  void Copy(const Node& node, std::string op, const Operand& src, const Operand& dst);

  bool Whole(const Operand& operand) const;  // All of its buffer.

 private:
  // A value that is to be written into a part of a concatenation.
  struct Slot {
    std::string parent;
    int axis;
    int64_t start;
  };

  Status Lower(const Node& node);
  void FindSlots();
  void LetGo(int index);
  Operand NewBuffer(DType dtype, const Shape& shape, Order order);
  int64_t BytesOf(const std::vector<Operand>& operands) const;
  Shape OfAllParts(Shape shape) const;
  Operand Converted(const std::string& value, Order order);
  void AddInputs();
  void AddOutputs();
  void AddOutput(const std::string& name);
  void AddKept(const std::string& name);
  bool Owned(const Operand& value) const;

  Graph& graph_;
  const Types& types_;
  const PlanOptions& options_;
  std::map<std::string, std::vector<int>> consumers_;
  std::set<std::string, std::less<>> outputs_;
  Program program_;
  std::map<std::string, Operand> values_;
  std::map<std::pair<std::string, Order>, Operand> converted_;
  std::map<std::string, Slot> slots_;
  const Node* current_ = nullptr;
  size_t packed_bytes_ = 0;  // Of the step to come.
  const int64_t packed_limit_;
};

}  // namespace assay::engine
