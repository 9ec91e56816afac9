// What every objective keeps to, built-in or custom.
#pragma once

#include <gtest/gtest.h>

#include "objectives/objective.h"

namespace assay {

// Everything that any pass can observe, at once.
struct FullObservation {
  std::vector<float> logits = {0.1f, 0.9f, 0.8f, 0.2f};
  std::vector<TensorView> outputs = {{logits.data(), DType::kF32, Shape{2, 2}}};
  std::vector<int64_t> labels = {1, 1};
  std::vector<double> scores = {1, 0};

  Observation At(double duration_s) const {
    return {.duration_s = duration_s,
            .samples = 2,
            .outputs = outputs,
            .labels = labels,
            .metric = 0.5,
            .sample_scores = scores,
            .peak_live_bytes = 4096,
            .arena_bytes = 1024,
            .peak_rss_bytes = 1 << 20,
            .artifact_bytes = 2048};
  }
};

inline void Observe(Objective& objective, const std::string& subject,
                    const Observation& observation) {
  objective.Start({.name = subject, .batch_size = 2});
  objective.End(observation);
}

// Checks an objective that has no results yet, and leaves it so.
inline void ExpectContract(Objective& objective) {
  SCOPED_TRACE(objective.name());
  const FullObservation full;
  EXPECT_FALSE(objective.name().empty());
  EXPECT_FALSE(objective.representation().empty());
  EXPECT_TRUE(objective.result_list().empty());
  EXPECT_FALSE(IsAvailable(objective.Value("nobody")));
  EXPECT_FALSE(IsAvailable(objective.Result()));

  // Each End appends one value; the results of two interleaved models stay apart.
  for (int round = 0; round < 3; ++round) {
    Observe(objective, "fp32", full.At(2e-3));
    Observe(objective, "int8", full.At(1e-3));
  }
  EXPECT_EQ(objective.results("fp32").values.size(), 3u);
  EXPECT_EQ(objective.results("int8").values.size(), 3u);
  EXPECT_EQ(objective.result_list(), objective.results("int8").values);  // Started last.
  for (double value : objective.result_list()) EXPECT_TRUE(IsAvailable(value));

  // The same values in the slice, in the value and in the report.
  EXPECT_EQ(objective.Result(1, 2), objective.result_list()[1]);
  EXPECT_FALSE(IsAvailable(objective.Result(3)));
  EXPECT_TRUE(IsAvailable(objective.Value("fp32")));
  const Summary summary = objective.Report("fp32");
  EXPECT_EQ(summary.value, objective.Value("fp32"));
  if (summary.interval) {
    EXPECT_TRUE(summary.interval->Contains(summary.value));
  }
  for (const NamedValue& extra : summary.extras) EXPECT_FALSE(extra.name.empty());

  // Nothing differs from itself.
  const auto change = objective.Compare("fp32", "fp32");
  if (change) {
    EXPECT_EQ(change->Sign(), 0);
  }

  // Resetting one model leaves the other.
  objective.Reset("fp32");
  EXPECT_TRUE(objective.results("fp32").values.empty());
  EXPECT_EQ(objective.results("int8").values.size(), 3u);
  objective.Reset();
  EXPECT_TRUE(objective.results("int8").values.empty());
}

}  // namespace assay
