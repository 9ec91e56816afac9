// Plan: a graph made ready to run. Everything is decided here: shapes, constant folding, fusion,
// layouts, kernel variants, packed weights, and where every intermediate lives in one arena.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "harness/graph/graph.h"
#include "kernels/base/compute.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor.h"
#include "kernels/cpu/isa.h"

namespace assay::engine {

struct Program;

// 16 GiB, or what the machine has, or what the control group of the process may use, whichever is
// least.
int64_t MemoryLimit();

struct PlanOptions {
  // What extents of inputs that the model leaves open become: the shape given for the input by
  // name; otherwise, for an open first extent, `batch`. Equal symbols must come out equal.
  std::map<std::string, Shape> input_shapes = {};
  int64_t batch = 1;

  int threads = 1;  // The most that a session of this plan will run with.
  // Where a model treats the images of its batch alone: how many a thread takes through the whole
  // program at a time, instead of all threads sharing each step (batch_parts.h). kAsPays: by cost.
  // What does not divide the batch, or is more than it: all at once. Results are the same.
  static constexpr int64_t kAsPays = 0, kAllAtOnce = std::numeric_limits<int64_t>::max();
  int64_t images_at_once = kAsPays;
  IsaSet usable = UsableIsas();
  // KernelOptions::winograd_bytes, of each convolution; 0 switches Winograd off.
  int64_t winograd_bytes = KernelOptions().winograd_bytes;
  // Off: every node is executed as ONNX defines it, QuantizeLinear and DequantizeLinear in float.
  bool fuse = true;
  // Values of the graph that must exist under their own names, so that Session::Value can show
  // them: they are not fused away, and live until the end of the run.
  std::set<std::string> keep = {};
  // A plan whose inputs, outputs and intermediate values take more is refused.
  int64_t max_bytes = MemoryLimit();
  // What constants that are computed while the plan is built may take together, besides 16 times
  // the bytes of the model's own.
  int64_t constant_bytes = int64_t{256} << 20;
};

// An input or output, shape and element order as in the ONNX model.
struct Port {
  std::string name;
  DType dtype = DType::kF32;
  Shape shape;
};

// What one step does, for people and tests. A step is one kernel call; several nodes may be fused
// into it, and a layout conversion belongs to the node that asked for it.
struct StepInfo {
  std::string node;
  std::string op;                  // "Conv", "QConv", "Layout".
  std::string variant;             // Of the kernel family; "" where there is no choice.
  int64_t macs = 0;                // Nominal multiply-adds, padding included.
  int64_t bytes = 0;               // Of operands, results and packed weights, each once.
  bool int8 = false;               // The arithmetic is on integers.
  std::vector<std::string> fused;  // Names of the other nodes that this step does.
  Shape shape;                     // Of the result, as in the model.
};

class Plan {
 public:
  // Errors: an input whose shape stays open or contradicts the model; every unsupported node,
  // all listed; a node whose operands do not fit its definition, by name; a `keep` that names
  // nothing; more memory or work than PlanOptions and the size of the model allow.
  // A graph that is moved here is let go piece by piece as its weights are packed.
  static Result<Plan> Build(Graph graph, const PlanOptions& options = {});

  Plan(Plan&&) noexcept;
  Plan& operator=(Plan&&) noexcept;
  ~Plan();

  std::span<const Port> inputs() const;
  std::span<const Port> outputs() const;
  int threads() const;

  // The parts of the batch that threads take alone; 1: all steps are shared by all threads.
  int64_t parts() const;
  // Intermediates and scratch memory of a session; inputs and outputs are the caller's.
  size_t arena_bytes() const;
  // The largest sum of buffers alive at once: no placement can do with less.
  size_t arena_lower_bound() const;
  // Packed weights, tables and constants.
  size_t weight_bytes() const;
  std::span<const StepInfo> steps() const;
  int64_t macs() const;       // Of all steps.
  int64_t int8_macs() const;  // Of those on integers.

  const Program& program() const { return *program_; }

 private:
  explicit Plan(std::unique_ptr<Program> program);
  std::unique_ptr<Program> program_;
};

// Nodes of operators that the engine does not run: "node 'a': Foo (domain com.example)".
std::vector<std::string> UnsupportedNodes(const Graph& graph);

}  // namespace assay::engine
