// The models of the shared data: fused and literal execution agree, for several batches.
#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>

#include "harness/onnx/import.h"
#include "tests/harness/engine/run_graph.h"

namespace assay::engine {
namespace {

struct Model {
  const char* name;
  const char* path;
  bool open_batch;
};

void PrintTo(const Model& model, std::ostream* os) { *os << model.path; }

class Models : public testing::TestWithParam<Model> {
 protected:
  void SetUp() override {
    const std::filesystem::path path = std::filesystem::path(ASSAY_SHARED_DATA) / GetParam().path;
    if (!std::filesystem::exists(path)) GTEST_SKIP() << "there is no " << path;
    Result<Graph> graph = onnx::Import(path);
    ASSERT_TRUE(graph.ok()) << graph.message();
    graph_ = *std::move(graph);
  }

  Graph graph_;
};

TEST_P(Models, FusedAgreesWithLiteral) {
  for (int64_t batch : {1, 2, 5}) {
    if (batch > 1 && !GetParam().open_batch) break;
    const auto fused = BuildPlan(graph_, {.batch = batch, .threads = 2});
    const auto literal = BuildPlan(graph_, {.batch = batch, .fuse = false});
    ASSERT_TRUE(fused != nullptr && literal != nullptr);
    EXPECT_LT(fused->steps().size(), literal->steps().size());
    const Tensor x = RandomTensor(fused->inputs()[0].shape, 1);
    const std::vector<Tensor> ours = RunPlan(fused, {x}, 2), theirs = RunPlan(literal, {x});
    for (size_t i = 0; i < ours.size(); ++i) {
      float largest = 0;
      for (float value : theirs[i].as<float>()) {
        ASSERT_TRUE(std::isfinite(value));
        largest = std::max(largest, std::abs(value));
      }
      ExpectNear(ours[i], theirs[i], 1e-4f * largest);
    }
  }
}

// A batch in parts gives the bits of the batch at once.
TEST_P(Models, PartsGiveTheSameBits) {
  if (!GetParam().open_batch) GTEST_SKIP() << "the model is for one image";
  const auto whole =
      BuildPlan(graph_, {.batch = 4, .threads = 2, .images_at_once = PlanOptions::kAllAtOnce});
  ASSERT_NE(whole, nullptr);
  const Tensor x = RandomTensor(whole->inputs()[0].shape, 1);
  const std::vector<Tensor> expected = RunPlan(whole, {x}, 2);
  for (const int64_t images : {1, 2}) {
    const auto parts = BuildPlan(graph_, {.batch = 4, .threads = 2, .images_at_once = images});
    ASSERT_NE(parts, nullptr);
    EXPECT_EQ(parts->parts(), 4 / images);
    const std::vector<Tensor> outputs = RunPlan(parts, {x}, 2);
    for (size_t i = 0; i < outputs.size(); ++i) {
      EXPECT_EQ(std::memcmp(outputs[i].data(), expected[i].data(), outputs[i].bytes()), 0)
          << images << " images, output " << i;
    }
  }
}

// Memory is planned close to the least possible.
TEST_P(Models, TheArenaIsCloseToTheBound) {
  for (const bool fuse : {true, false}) {
    for (int64_t batch : {1, 2, 16}) {
      if (batch > 1 && !GetParam().open_batch) break;
      for (int threads : {1, 2}) {
        const auto plan = BuildPlan(graph_, {.batch = batch, .threads = threads, .fuse = fuse});
        ASSERT_NE(plan, nullptr);
        EXPECT_LE(static_cast<double>(plan->arena_bytes()),
                  1.05 * static_cast<double>(plan->arena_lower_bound()))
            << "batch " << batch << ", " << threads << " threads, fused: " << fuse;
      }
    }
  }
}

// Nothing is left of shape arithmetic.
TEST_P(Models, HasOnlyStepsOfTheNetwork) {
  const auto plan = BuildPlan(graph_);
  ASSERT_NE(plan, nullptr);
  for (const StepInfo& step : plan->steps()) {
    EXPECT_THAT(step.op,
                testing::AnyOf("Conv", "Gemm", "MaxPool", "AveragePool", "GlobalAveragePool", "Add",
                               "Relu", "Softmax", "Layout", "Concat", "Pad", "Exp", "Mul", "Sub",
                               "Div", "Output", "ReduceMean"));
  }
}

INSTANTIATE_TEST_SUITE_P(Shared, Models,
                         testing::Values(Model{"resnet8", "cifar10/resnet8.onnx", true},
                                         Model{"resnet20", "cifar10/resnet20.onnx", true},
                                         Model{"mobilenetv1", "imagenet/mobilenetv1_025.onnx",
                                               true},
                                         Model{"squeezenet1", "imagenet/squeezenet1.1.onnx", true},
                                         Model{"ultraface", "face/ultraface_rfb320.onnx", false}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace assay::engine
