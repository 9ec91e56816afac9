// Building small graphs and running them, for tests of the engine.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "harness/engine/session.h"

namespace assay::engine {

struct GraphBuilder {
  Graph graph;

  GraphBuilder& Input(const std::string& name, DType dtype, std::vector<int64_t> dims) {
    ValueInfo info{.name = name, .dtype = dtype, .dims = {}, .rank_known = true};
    for (int64_t dim : dims) info.dims.push_back({.value = dim, .symbol = dim < 0 ? "N" : ""});
    graph.inputs.push_back(info);
    return *this;
  }
  template <typename T>
  GraphBuilder& Init(const std::string& name, Shape shape, std::vector<T> values) {
    graph.initializers.insert_or_assign(name, Tensor::Of<T>(std::move(shape), values));
    return *this;
  }
  GraphBuilder& Op(const std::string& op_type, std::vector<std::string> inputs,
                   const std::string& output, std::map<std::string, Attribute> attributes = {}) {
    Node node;
    node.name = output + "_" + op_type;
    node.op_type = op_type;
    node.inputs = std::move(inputs);
    node.outputs = {output};
    node.attributes = std::move(attributes);
    graph.nodes.push_back(std::move(node));
    return *this;
  }
  GraphBuilder& Output(const std::string& name, DType dtype = DType::kF32) {
    graph.outputs.push_back({.name = name, .dtype = dtype, .dims = {}, .rank_known = false});
    return *this;
  }
};

inline std::shared_ptr<const Plan> BuildPlan(const Graph& graph, const PlanOptions& options = {}) {
  Result<Plan> plan = Plan::Build(graph, options);
  EXPECT_TRUE(plan.ok()) << plan.message();
  return plan.ok() ? std::make_shared<const Plan>(*std::move(plan)) : nullptr;
}

inline std::vector<Tensor> RunPlan(const std::shared_ptr<const Plan>& plan,
                                   std::vector<Tensor> inputs, int threads = 1) {
  std::vector<Tensor> outputs;
  for (const Port& port : plan->outputs()) {
    outputs.emplace_back(port.dtype, port.shape);
    if (outputs.back().bytes() > 0) {
      std::memset(outputs.back().data(), 0xA5, outputs.back().bytes());
    }
  }
  std::vector<TensorView> in, out;
  for (Tensor& tensor : inputs) in.push_back(tensor.view());
  for (Tensor& tensor : outputs) out.push_back(tensor.view());
  Session session(plan, threads);
  const Status status = session.Run(in, out);
  EXPECT_TRUE(status.ok()) << status.message();
  return outputs;
}

inline std::vector<Tensor> RunGraph(const Graph& graph, std::vector<Tensor> inputs,
                                    const PlanOptions& options = {}) {
  const auto plan = BuildPlan(graph, options);
  return plan == nullptr ? std::vector<Tensor>() : RunPlan(plan, std::move(inputs));
}

inline std::string BuildError(const Graph& graph, const PlanOptions& options = {}) {
  const Result<Plan> plan = Plan::Build(graph, options);
  return plan.ok() ? "" : plan.message();
}

template <typename T>
std::vector<T> Values(const Tensor& tensor) {
  return {tensor.as<T>().begin(), tensor.as<T>().end()};
}

inline std::vector<float> RandomFloats(int64_t count, unsigned seed, float scale = 1.0f) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0.0f, scale);
  std::vector<float> values(static_cast<size_t>(count));
  for (float& value : values) value = normal(random);
  return values;
}

template <typename T>
std::vector<T> RandomIntegers(int64_t count, int low, int high, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_int_distribution<int> uniform(low, high);
  std::vector<T> values(static_cast<size_t>(count));
  for (T& value : values) value = static_cast<T>(uniform(random));
  return values;
}

inline Tensor RandomTensor(const Shape& shape, unsigned seed, float scale = 1.0f) {
  return Tensor::Of<float>(shape, RandomFloats(shape.elements(), seed, scale));
}

// Ops of the plan's steps, in order.
inline std::vector<std::string> StepOps(const Plan& plan) {
  std::vector<std::string> ops;
  for (const StepInfo& step : plan.steps()) ops.push_back(step.op);
  return ops;
}

inline void ExpectNear(const Tensor& actual, const Tensor& expected, float tolerance) {
  ASSERT_EQ(actual.shape(), expected.shape());
  for (size_t i = 0; i < static_cast<size_t>(actual.elements()); ++i) {
    ASSERT_NEAR(actual.as<float>()[i], expected.as<float>()[i], tolerance) << "at " << i;
  }
}

}  // namespace assay::engine
