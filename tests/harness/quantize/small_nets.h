// Small networks with random weights, and samples for them: for tests of what needs data.
#pragma once

#include <random>
#include <string>
#include <utility>
#include <vector>

#include "harness/engine/session.h"
#include "harness/engine/tensors.h"
#include "harness/graph/graph.h"
#include "harness/quantize/calibrate.h"
#include "kernels/base/check.h"

namespace assay::quantize {

inline Node MakeNode(std::string name, std::string op_type, std::vector<std::string> inputs,
                     std::string output) {
  Node node;
  node.name = std::move(name);
  node.op_type = std::move(op_type);
  node.inputs = std::move(inputs);
  node.outputs = {std::move(output)};
  return node;
}

inline Tensor RandomTensor(Shape shape, float spread, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, spread);
  Tensor tensor(DType::kF32, std::move(shape));
  for (float& x : tensor.as<float>()) x = normal(random);
  return tensor;
}

// image [N, 3, 8, 8] -> conv 3x3, pad 1 -> Clip(0, 6) -> depthwise 3x3, stride 2 -> Clip(0, 6)
// -> conv 1x1 -> scores [N, 4, 3, 3]. Channels of the first differ in size by up to 64.
inline Graph SmallMobileNet() {
  Graph graph;
  graph.inputs = {{"image", DType::kF32, {{-1, "N"}, {3, ""}, {8, ""}, {8, ""}}}};
  graph.outputs = {{"scores", DType::kF32, {{-1, "N"}, {4, ""}, {3, ""}, {3, ""}}}};
  graph.nodes = {MakeNode("first", "Conv", {"image", "w1", "b1"}, "c1"),
                 MakeNode("clip1", "Clip", {"c1", "zero", "six"}, "a1"),
                 MakeNode("depthwise", "Conv", {"a1", "w2", "b2"}, "c2"),
                 MakeNode("clip2", "Clip", {"c2", "zero", "six"}, "a2"),
                 MakeNode("last", "Conv", {"a2", "w3", "b3"}, "scores")};
  graph.nodes[0].attributes["pads"] = std::vector<int64_t>{1, 1, 1, 1};
  graph.nodes[2].attributes["strides"] = std::vector<int64_t>{2, 2};
  graph.nodes[2].attributes["group"] = int64_t{8};
  graph.initializers.emplace("zero", Tensor::Scalar(0.0f));
  graph.initializers.emplace("six", Tensor::Scalar(6.0f));
  Tensor first = RandomTensor({8, 3, 3, 3}, 0.3f, 1);
  for (size_t i = 0; i < 8 * 27; ++i) {
    first.as<float>()[i] *= i / 27 == 0 ? 20.0f : 1.0f / static_cast<float>(1 << (i / 27) / 2);
  }
  graph.initializers.emplace("w1", std::move(first));
  graph.initializers.emplace("b1", RandomTensor({8}, 0.1f, 2));
  graph.initializers.emplace("w2", RandomTensor({8, 1, 3, 3}, 0.4f, 3));
  graph.initializers.emplace("b2", RandomTensor({8}, 0.1f, 4));
  graph.initializers.emplace("w3", RandomTensor({4, 8, 1, 1}, 0.5f, 5));
  graph.initializers.emplace("b3", RandomTensor({4}, 0.1f, 6));
  return graph;
}

// Sample i of every input is the same in every batch.
inline Status FillWithNoise(int64_t first, std::span<const TensorView> inputs) {
  for (const TensorView& input : inputs) {
    const int64_t size = input.elements() / input.shape[0];
    for (int64_t i = 0; i < input.shape[0]; ++i) {
      std::mt19937 random(static_cast<uint32_t>(first + i + 100));
      std::normal_distribution<float> normal(0.3f, 1.0f);
      for (float& x :
           input.as<float>().subspan(static_cast<size_t>(i * size), static_cast<size_t>(size))) {
        x = normal(random);
      }
    }
  }
  return {};
}

inline CalibrationOptions SomeSamples(int64_t samples = 48) {
  CalibrationOptions options;
  options.samples = samples;
  options.batch_size = 20;
  return options;
}

// The first output for samples [first, first + n).
inline std::vector<float> RunNet(const Graph& graph, int64_t first, int64_t n) {
  engine::PlanOptions options;
  options.batch = n;
  auto plan = engine::Plan::Build(graph, options);
  ASSAY_CHECK(plan.ok());
  engine::Session session(std::make_shared<const engine::Plan>(*std::move(plan)));
  auto inputs = engine::Allocate(session.plan().inputs());
  auto outputs = engine::Allocate(session.plan().outputs());
  const auto views = engine::Views(inputs);
  ASSAY_CHECK(FillWithNoise(first, views).ok());
  ASSAY_CHECK(session.Run(views, engine::Views(outputs)).ok());
  const auto values = outputs[0].as<float>();
  return {values.begin(), values.end()};
}

}  // namespace assay::quantize
