// The memory of whole plans: close to the least possible, and no value is overwritten too early.
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/harness/engine/run_graph.h"

namespace assay::engine {
namespace {

using Ints = std::vector<int64_t>;

// Images of the same height and width and of any channels, made from a few earlier ones each.
class RandomNet {
 public:
  explicit RandomNet(unsigned seed) : random_(seed) {
    builder_.Input("v0", DType::kF32, {1, 8, 6, 6});
    channels_ = {8};
  }

  Graph Make(int nodes) {
    for (int i = 0; i < nodes; ++i) Add();
    builder_.Output(Name(channels_.size() - 1)).Output(Name(Recent()));
    return builder_.graph;
  }

 private:
  static std::string Name(size_t value) { return "v" + std::to_string(value); }

  size_t Recent() {
    const size_t back = 1 + random_() % (random_() % 4 == 0 ? 12 : 3);
    return channels_.size() - std::min(back, channels_.size());
  }

  void Add() {
    const size_t a = Recent(), b = Recent();
    const std::string y = Name(channels_.size());
    int64_t channels = channels_[a];
    switch (random_() % 6) {
      case 0:
        builder_.Op("Concat", {Name(a), Name(b)}, y, {{"axis", int64_t{1}}});
        channels += channels_[b];
        break;
      case 1:
        builder_.Op("Tanh", {Name(a)}, y);
        break;
      case 2:
        if (channels_[b] == channels) {
          builder_.Op("Add", {Name(a), Name(b)}, y);
          break;
        }
        [[fallthrough]];
      case 3:
        builder_.Op("MaxPool", {Name(a)}, y,
                    {{"kernel_shape", Ints{3, 3}}, {"pads", Ints{1, 1, 1, 1}}});
        break;
      default: {
        const int64_t made = 4 * (1 + static_cast<int64_t>(random_() % 4));
        const float scale = 0.5f / static_cast<float>(channels);
        builder_.Init(y + "_w", {made, channels, 3, 3},
                      RandomFloats(made * channels * 9, static_cast<unsigned>(random_()), scale));
        builder_.Op("Conv", {Name(a), y + "_w"}, y, {{"pads", Ints{1, 1, 1, 1}}});
        channels = made;
      }
    }
    channels_.push_back(channels);
  }

  std::mt19937 random_;
  GraphBuilder builder_;
  std::vector<int64_t> channels_;  // By value.
};

TEST(Memory, OfRandomNetsIsCloseToTheBoundAndNothingIsLost) {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    const Graph graph = RandomNet(seed).Make(4 + static_cast<int>(seed) / 2);
    const auto fused = BuildPlan(graph), literal = BuildPlan(graph, {.fuse = false});
    ASSERT_TRUE(fused != nullptr && literal != nullptr);
    for (const auto& plan : {fused, literal}) {
      EXPECT_LE(static_cast<double>(plan->arena_bytes()),
                1.05 * static_cast<double>(plan->arena_lower_bound()))
          << seed;
    }
    // The same with memory for every value.
    PlanOptions keep;
    for (const Node& node : graph.nodes) keep.keep.insert(node.outputs[0]);
    const auto apart = BuildPlan(graph, keep);
    ASSERT_NE(apart, nullptr);
    EXPECT_GE(apart->arena_bytes(), fused->arena_bytes());
    const Tensor x = RandomTensor(fused->inputs()[0].shape, seed);
    const std::vector<Tensor> ours = RunPlan(fused, {x}), theirs = RunPlan(apart, {x}),
                              plain = RunPlan(literal, {x});
    for (size_t i = 0; i < 2; ++i) {
      const auto values = theirs[i].as<float>();
      const float largest = std::abs(
          *std::ranges::max_element(values, {}, [](float value) { return std::abs(value); }));
      ExpectNear(ours[i], theirs[i], 1e-4f * std::max(1.0f, largest));
      ExpectNear(plain[i], theirs[i], 1e-4f * std::max(1.0f, largest));
    }
  }
}

}  // namespace
}  // namespace assay::engine
