#include "harness/engine/session.h"

#include <gmock/gmock.h>

#include <numeric>

#include "tests/harness/engine/qdq_builder.h"
#include "tests/harness/engine/run_graph.h"

// jemalloc's, where the test is linked to it (not under the sanitizers).
extern "C" int mallctl(const char* name, void* old, size_t* old_size, void* value, size_t size)
    __attribute__((weak));

namespace assay::engine {
namespace {

using testing::HasSubstr;
using Ints = std::vector<int64_t>;

// Bytes that this thread has allocated so far.
uint64_t AllocatedBytes() {
  uint64_t bytes = 0;
  size_t size = sizeof(bytes);
  EXPECT_EQ(mallctl("thread.allocated", &bytes, &size, nullptr, 0), 0);
  return bytes;
}

// Float and integer operators, conversions, views and a concatenation.
Graph MixedGraph() {
  QdqBuilder b;
  b.Image("x").Quantize("x", 0.0625f, 120).Weights("w", {8, 8, 3, 3}, 0.03125f);
  b.Op("Conv", {"x_dq", "w_dq"}, "c", {{"pads", Ints{1, 1, 1, 1}}}).Quantize("c", 0.25f, 128);
  b.Op("Relu", {"c_dq"}, "r").Op("Concat", {"r", "x"}, "cat", {{"axis", int64_t{1}}});
  b.Init("v", {6, 16, 3, 3}, RandomFloats(6 * 16 * 9, 3)).Op("Conv", {"cat", "v"}, "d");
  b.Init<int64_t>("starts", {1}, {1}).Init<int64_t>("ends", {1}, {99});
  b.Init<int64_t>("axes", {1}, {1}).Op("Slice", {"d", "starts", "ends", "axes"}, "s");
  b.Op("Softmax", {"s"}, "m", {{"axis", int64_t{1}}});
  b.Op("ReduceMean", {"m"}, "y", {{"axes", Ints{1, 2}}}).Output("y");
  b.Output("d");
  return b.graph;
}

// A session of it, with its inputs and outputs.
struct MixedRun {
  PlanOptions options;
  std::shared_ptr<const Plan> plan = BuildPlan(MixedGraph(), options);
  Session session{plan};
  Tensor x = RandomTensor(plan->inputs()[0].shape, 1);
  Tensor y{DType::kF32, plan->outputs()[0].shape}, d{DType::kF32, plan->outputs()[1].shape};
  std::vector<TensorView> in = {x.view()}, out = {y.view(), d.view()};
};

// By this thread, after the first run.
void ExpectNoAllocation(MixedRun& mixed) {
  ASSERT_TRUE(mixed.session.Run(mixed.in, mixed.out).ok());
  const uint64_t before = AllocatedBytes();
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(mixed.session.Run(mixed.in, mixed.out).ok());
  EXPECT_EQ(AllocatedBytes(), before);
}

TEST(Session, AllocatesNothingPerRun) {
  if (mallctl == nullptr) GTEST_SKIP() << "not linked to jemalloc";
  MixedRun mixed;
  ExpectNoAllocation(mixed);
}

TEST(Session, AllocatesNothingPerRunOfParts) {
  if (mallctl == nullptr) GTEST_SKIP() << "not linked to jemalloc";
  MixedRun mixed{{.images_at_once = 1}};
  ASSERT_EQ(mixed.plan->parts(), 2);
  ExpectNoAllocation(mixed);
}

TEST(Session, TellsOfEveryStepInOrder) {
  MixedRun mixed;
  std::vector<size_t> told, steps(mixed.plan->steps().size());
  std::iota(steps.begin(), steps.end(), size_t{0});
  ASSERT_TRUE(
      mixed.session.Run(mixed.in, mixed.out, [&](size_t step) { told.push_back(step); }).ok());
  EXPECT_EQ(told, steps);
}

TEST(Session, ThreadsAndRepetitionsAgree) {
  const auto plan = BuildPlan(MixedGraph(), {.threads = 2});
  ASSERT_NE(plan, nullptr);
  const Tensor x = RandomTensor(plan->inputs()[0].shape, 1);
  const Tensor one = RunPlan(plan, {x}, 1)[1], two = RunPlan(plan, {x}, 2)[1];
  EXPECT_EQ(Values<float>(one), Values<float>(two));
}

// One plan, two sessions: runs of one leave the other's results alone.
TEST(Session, SessionsAreIndependent) {
  PlanOptions options;
  options.keep = {"d"};
  const auto plan = BuildPlan(MixedGraph(), options);
  ASSERT_NE(plan, nullptr);
  Session a(plan), b(plan);
  Tensor x = RandomTensor(plan->inputs()[0].shape, 1), z = RandomTensor(x.shape(), 2);
  Tensor y(DType::kF32, plan->outputs()[0].shape), d(DType::kF32, plan->outputs()[1].shape);
  const std::vector<TensorView> out = {y.view(), d.view()};
  ASSERT_TRUE(a.Run(std::vector{x.view()}, out).ok());
  const auto first = Values<float>(d);
  ASSERT_TRUE(b.Run(std::vector{z.view()}, out).ok());
  const auto kept = a.Value("d").as<float>();
  EXPECT_EQ(std::vector<float>(kept.begin(), kept.end()), first);
  EXPECT_NE(Values<float>(d), first);
}

TEST(Session, RefusesViewsThatDoNotFit) {
  const auto plan = BuildPlan(MixedGraph());
  Session session(plan);
  Tensor x = RandomTensor({1, 8, 6, 7}, 1);
  Tensor y(DType::kF32, plan->outputs()[0].shape), d(DType::kF32, plan->outputs()[1].shape);
  const std::vector<TensorView> out = {y.view(), d.view()};
  EXPECT_THAT(session.Run(std::vector{x.view()}, out).message(),
              HasSubstr("input 'x' is float[1, 8, 6, 7]"));
  EXPECT_THAT(session.Run({}, out).message(), HasSubstr("0 inputs are given"));
}

// What is kept is what the literal execution computes, under the names and in the element order of
// the graph, however the plan would fuse it.
TEST(Session, KeepsIntermediateValues) {
  GraphBuilder builder;
  builder.Input("x", DType::kF32, {2, 8, 6, 5}).Init("w", {8, 8, 3, 3}, RandomFloats(576, 1));
  builder.Init("s", {8}, RandomFloats(8, 4)).Init("o", {8}, RandomFloats(8, 5));
  builder.Init("m", {8}, RandomFloats(8, 6)).Init("v", {8}, std::vector<float>(8, 0.7f));
  builder.Op("Conv", {"x", "w"}, "c", {{"pads", Ints{1, 1, 1, 1}}});
  builder.Op("BatchNormalization", {"c", "s", "o", "m", "v"}, "n").Op("Add", {"n", "x"}, "a");
  builder.Op("Relu", {"a"}, "r").Op("Concat", {"r", "x"}, "k", {{"axis", int64_t{1}}});
  builder.Op("GlobalAveragePool", {"k"}, "g").Op("Flatten", {"g"}, "y").Output("y");
  const Tensor x = RandomTensor({2, 8, 6, 5}, 3);

  GraphBuilder all = builder;
  all.graph.outputs.clear();
  PlanOptions options;
  for (const char* name : {"x", "c", "n", "a", "r", "k", "g", "y", "w"}) {
    all.Output(name);
    options.keep.insert(name);
  }
  const std::vector<Tensor> expected = RunGraph(all.graph, {x}, {.fuse = false});

  const auto plan = BuildPlan(builder.graph, options);
  ASSERT_NE(plan, nullptr);
  EXPECT_EQ(plan->outputs().size(), 1u);
  Session session(plan);
  Tensor input = x, y(DType::kF32, plan->outputs()[0].shape);
  ASSERT_TRUE(session.Run(std::vector{input.view()}, std::vector{y.view()}).ok());
  for (size_t i = 0; i < expected.size(); ++i) {
    const TensorView kept = session.Value(all.graph.outputs[i].name);
    ASSERT_EQ(kept.shape, expected[i].shape());
    for (size_t k = 0; k < kept.as<float>().size(); ++k) {
      ASSERT_NEAR(kept.as<float>()[k], expected[i].as<float>()[k], 1e-4)
          << all.graph.outputs[i].name << " at " << k;
    }
  }
}

TEST(Session, KeepOfNothingIsAnError) {
  PlanOptions options;
  options.keep = {"nothing"};
  EXPECT_THAT(BuildError(MixedGraph(), options), HasSubstr("'nothing'"));
}

// A value combined with a slice of itself must not be overwritten while the slice is still read.
TEST(Session, ViewsOfABufferThatIsReadArentOverwritten) {
  for (const char* op : {"Add", "Sub", "Mul", "Div"}) {
    GraphBuilder builder;
    builder.Input("x", DType::kF32, {2, 4, 3, 3});
    builder.Init<int64_t>("from", {1}, {0}).Init<int64_t>("to", {1}, {1});
    builder.Init<int64_t>("axis", {1}, {1}).Op("Relu", {"x"}, "r");
    builder.Op("Slice", {"r", "from", "to", "axis"}, "s").Op(op, {"r", "s"}, "z");
    builder.Op("Relu", {"z"}, "y").Output("y");
    const Tensor x = RandomTensor({2, 4, 3, 3}, 3, 2.0f);
    const Tensor y = RunGraph(builder.graph, {x}).at(0);
    const auto at = [&](size_t i) { return std::max(x.as<float>()[i], 0.0f); };
    for (size_t i = 0; i < 72; ++i) {
      const float a = at(i), b = at(i / 36 * 36 + i % 9);
      const float z = op[0] == 'A' ? a + b : op[0] == 'S' ? a - b : op[0] == 'M' ? a * b : a / b;
      if (!std::isfinite(z)) continue;  // 0 / 0: what a maximum makes of NaN is not asked here.
      ASSERT_EQ(y.as<float>()[i], std::max(z, 0.0f)) << op << " at " << i;
    }
  }
}

}  // namespace
}  // namespace assay::engine
