// A run allocates nothing, on any thread: not only on the caller's, which the engine's own test
// watches.
#include <gtest/gtest.h>

#include <memory>

#include "harness/engine/session.h"
#include "harness/engine/tensors.h"
#include "harness/measure/allocation.h"
#include "harness/onnx/import.h"

namespace assay {
namespace {

TEST(RunAllocation, NoneOnTwoThreads) {
  const auto graph = onnx::Import(ASSAY_SOURCE_DIR "/harness/demo/fashion_mobile.onnx");
  ASSERT_TRUE(graph.ok()) << graph.message();
  auto plan = engine::Plan::Build(*graph, {.batch = 16, .threads = 2});
  ASSERT_TRUE(plan.ok()) << plan.message();
  engine::Session session(std::make_shared<const engine::Plan>(*std::move(plan)), 2);
  std::vector<Tensor> inputs = engine::Noise(session.plan().inputs(), 1);
  std::vector<Tensor> outputs = engine::Allocate(session.plan().outputs());
  const auto in = engine::Views(inputs), out = engine::Views(outputs);
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(session.Run(in, out).ok());
  auto tracker = measure::AllocationTracker::Start();
  if (!tracker.ok()) GTEST_SKIP() << tracker.message();
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(session.Run(in, out).ok());
  EXPECT_EQ(tracker->Stop().peak_bytes, 0);
}

}  // namespace
}  // namespace assay
