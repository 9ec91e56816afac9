#include "harness/tune/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace assay::tune {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kMission = R"(model: {name: demo, framework: onnxrt_qdq, path: demo.onnx}
quantization:
  calibration:
    sampling_size: 64
    dataloader:
      dataset: {FashionMNIST: {root: data, train: True, count: 64}}
      transform: {Rescale: {}, Normalize: {mean: [0.286], std: [0.353]}}
evaluation:
  accuracy:
    metric: {topk: 1}
    dataloader:
      batch_size: 100
      dataset: {FashionMNIST: {root: data, train: True, start: 55000}}
tuning:
  accuracy_criterion: {relative: 0.01}
  multi_objectives:
    objective: [accuracy, performance]
    higher_is_better: [True, False]
    weight: [0.8, 0.2]
)";

Result<TuneConfig> Parse(const std::string& text, std::vector<std::string> overrides = {}) {
  return ParseConfig(text, "conf/tune.yaml", overrides);
}

std::string ErrorOf(const std::string& text, std::vector<std::string> overrides = {}) {
  const auto config = Parse(text, std::move(overrides));
  return config.ok() ? "" : config.message();
}

TEST(Config, ReadsTheWordsOfIncOneX) {
  const auto config = Parse(kMission);
  ASSERT_TRUE(config.ok()) << config.message();
  EXPECT_EQ(config->model_path, "conf/demo.onnx");
  EXPECT_EQ(config->calibration->sampling_size, 64);
  EXPECT_EQ(config->calibration->data.dataset, "FashionMNIST");
  EXPECT_EQ(config->calibration->data.pipeline.transforms[1].name, "Normalize");
  EXPECT_EQ(config->accuracy->data.batch_size, 100);
  EXPECT_EQ(config->accuracy->metrics[0].name, "topk");
  EXPECT_TRUE(config->objectives.multi);
  EXPECT_THAT(config->objectives.names, ElementsAre("accuracy", "performance"));
  EXPECT_THAT(config->objectives.higher_is_better, ElementsAre(true, false));
  EXPECT_THAT(config->objectives.weights, ElementsAre(0.8, 0.2));
  EXPECT_TRUE(config->criterion.relative);
  EXPECT_EQ(config->strategy, "basic");
  EXPECT_THAT(config->warnings, testing::IsEmpty());
}

TEST(Config, ReadsConstraintsInTheObjectivesUnits) {
  const auto config = Parse(
      std::string(kMission) +
      "  constraints: {modelsize: '<= 1.5 MB', performance: '<= 2 ms', accuracy: '>= 90 %'}\n");
  ASSERT_TRUE(config.ok()) << config.message();
  ASSERT_EQ(config->constraints.size(), 3u);
  EXPECT_EQ(config->constraints[0].objective, "modelsize");
  EXPECT_DOUBLE_EQ(config->constraints[0].limit, 1.5e6);
  EXPECT_DOUBLE_EQ(config->constraints[1].limit, 2e-3);
  EXPECT_FALSE(config->constraints[2].at_most);
  const auto other = Parse(std::string(kMission) + "  constraints: {modelsize: '<= 1.6 MB'}\n");
  EXPECT_NE(other->identity, config->identity);
}

// kMission with other metrics.
std::string Judged(const std::string& metrics) {
  std::string text = kMission;
  const std::string at = "metric: {topk: 1}";
  return text.replace(text.find(at), at.size(), metrics);
}

TEST(Config, TheMetricSaysWhatIsBetter) {
  const auto mse = Parse(Judged("metric: {MSE: {compare_label: False}}"));
  ASSERT_TRUE(mse.ok()) << mse.message();
  EXPECT_FALSE(mse->criterion.higher_is_better);
  const ObjectiveInfo info = AccuracyInfo(*mse->accuracy);
  EXPECT_EQ(info.unit, "MSE");
  EXPECT_FALSE(info.higher_is_better);
  EXPECT_EQ(AccuracyInfo(*Parse(kMission)->accuracy).representation, "accuracy");
  const auto budget = Parse(Judged("metric: {MAE: True}") + "  constraints: {accuracy: '<= 3'}\n");
  ASSERT_TRUE(budget.ok()) << budget.message();
  EXPECT_THAT(ErrorOf(Judged("metrics: {MAE: True}") + "  constraints: {accuracy: 30}\n"),
              HasSubstr("evaluation.accuracy"));
  EXPECT_THAT(ErrorOf(Judged("metric: {MAE: True}"),
                      {"tuning.accuracy_criterion={absolute: 1, higher_is_better: True}"}),
              HasSubstr("--set: tuning.accuracy_criterion.higher_is_better: found true, but MAE is "
                        "better when lower"));
}

TEST(Config, ReadsSeveralMetrics) {
  const auto each = Parse(Judged("multi_metrics: {topk: 5, F1: macro}"));
  ASSERT_TRUE(each.ok()) << each.message();
  ASSERT_EQ(each->accuracy->metrics.size(), 2u);
  EXPECT_EQ(each->accuracy->metrics[1].name, "F1");
  EXPECT_TRUE(each->accuracy->several());
  const auto mean = Parse(
      Judged("multi_metrics: {topk: 1, fidelity: sqnr, weight: [1, 3], higher_is_better: True}"));
  ASSERT_TRUE(mean.ok()) << mean.message();
  EXPECT_THAT(mean->accuracy->weights, ElementsAre(0.25, 0.75));
  EXPECT_FALSE(mean->accuracy->several());
  EXPECT_EQ(AccuracyInfo(*mean->accuracy).representation, "topk + fidelity");
}

TEST(Config, RefusesMetricsThatDoNotGoTogether) {
  const std::pair<const char*, const char*> cases[] = {
      {"metric: {topk: 1}\n    multi_metrics: {topk: 1}",
       "conf/tune.yaml:11: evaluation.accuracy.multi_metrics: found beside 'metric'"},
      {"multi_metrics: {}", "multi_metrics: expected metrics"},
      {"multi_metrics: {topk: 1, weight: [1, 2]}",
       "multi_metrics.weight: found 2 weights that sum to 3, expected 1"},
      {"multi_metrics: {topk: 1, F1: macro, weight: 0}", "expected 2, one per metric"},
      {"multi_metrics: {topk: 1, F1: macro, weight: [-1, 2]}", "weight[0]: found '-1'"},
      {"multi_metrics: {topk: 1, MSE: True, weight: [1, 1]}", "expected no weights"},
      {"multi_metrics: {topk: 1, MSE: True, higher_is_better: True}",
       "multi_metrics.higher_is_better: found [true, true], expected [true, false]"},
      {"multi_metrics: {topk: 1, F2: macro}", "multi_metrics.F2: unknown metric 'F2'"},
      {"multi_metrics: {topk: 0}", "integer from 1"},
  };
  for (const auto& [metrics, expected] : cases) {
    EXPECT_THAT(ErrorOf(Judged(metrics)), HasSubstr(expected)) << metrics;
  }
}

std::string With(const std::string& quantization) {
  std::string text = kMission;
  const std::string at = "quantization:\n";
  return text.insert(text.find(at) + at.size(), quantization);
}

TEST(Config, ReadsHowActivationsAndWeightsAreQuantized) {
  const auto config = Parse(With(R"(
  model_wise:
    activation: {algorithm: [minmax, kl], dtype: uint8, scheme: asym, granularity: per_tensor}
    weight: {granularity: per_channel, algorithm: [minmax, mse], dtype: [int8, fp32]}
  optype_wise:
    Conv: {activation: {algorithm: percentile}}
  op_wise:
    "block?/conv": {activation: {dtype: fp32}, weight: {dtype: fp32}}
)"));
  ASSERT_TRUE(config.ok()) << config.message();
  const QuantizationConfig& quantization = config->quantization;
  EXPECT_THAT(quantization.algorithms, ElementsAre("minmax", "kl"));
  ASSERT_EQ(quantization.rules.size(), 3u);
  const OperatorRule& model = quantization.rules[0];
  EXPECT_TRUE(model.int8 && !model.fp32);  // Activations have no fp32.
  EXPECT_TRUE(model.per_channel && !model.per_tensor);
  EXPECT_EQ(quantization.rules[1].scope, OperatorRule::Scope::kType);
  EXPECT_THAT(quantization.rules[1].algorithms, ElementsAre("percentile"));
  EXPECT_EQ(quantization.rules[2].name, "block?/conv");
  EXPECT_TRUE(quantization.rules[2].fp32 && !quantization.rules[2].int8);
  ASSERT_EQ(quantization.recipes.size(), 2u);  // The weights' algorithms.
  EXPECT_FALSE(quantization.recipes[0].weight_clipping);
  EXPECT_TRUE(quantization.recipes[1].weight_clipping);
}

TEST(Config, ReadsRecipes) {
  const auto config = Parse(With(R"(
  recipes:
    bias_correction: True
    adaptive_rounding: [False, True]
    first_conv_or_matmul_quantization: False
)"));
  ASSERT_TRUE(config.ok()) << config.message();
  const QuantizationConfig& quantization = config->quantization;
  ASSERT_EQ(quantization.recipes.size(), 2u);
  EXPECT_EQ(ToString(quantization.recipes[0]), "bias_correction");
  EXPECT_EQ(ToString(quantization.recipes[1]), "adaptive_rounding + bias_correction");
  EXPECT_TRUE(quantization.rescue.empty());  // What was asked for is all.
  EXPECT_FALSE(quantization.first_quantized);
  EXPECT_TRUE(quantization.last_quantized);
}

TEST(Config, SilentAboutRecipesTheyComeToTheRescue) {
  const auto config = Parse(kMission);
  ASSERT_TRUE(config.ok());
  EXPECT_THAT(config->quantization.recipes, ElementsAre(quantize::Recipes()));
  ASSERT_EQ(config->quantization.rescue.size(), 2u);
  EXPECT_TRUE(config->quantization.rescue[0].bias_correction);
}

TEST(Config, ErrorsOfQuantizationSayWhatIsAllowed) {
  EXPECT_THAT(ErrorOf(With("  model_wise: {activation: {algorithm: percentil}}\n")),
              HasSubstr("did you mean 'percentile'"));
  EXPECT_THAT(ErrorOf(With("  recipes: {bias_corection: True}\n")), HasSubstr("bias_correction"));
  EXPECT_THAT(ErrorOf(With("  recipes: {bias_correction: []}\n")), HasSubstr("True, False"));
  EXPECT_THAT(ErrorOf(With("  model_wise: {activation: {scheme: sym}}\n")), HasSubstr("asym"));
  EXPECT_THAT(
      ErrorOf(With("  op_wise: {a: {activation: {dtype: uint8}, weight: {dtype: fp32}}}\n")),
      HasSubstr("no dtype in common"));
  EXPECT_THAT(ErrorOf(With("  op_wise: {a: {weight: {algorithm: mse}}}\n")),
              HasSubstr("model_wise alone"));
}

TEST(Config, ThreadCountsAreADimensionWhereTheyAreListed) {
  EXPECT_TRUE(Parse("version: 1.0")->thread_counts.empty());
  EXPECT_THAT(Parse("tuning: {space: {threads: [1, 2]}}")->thread_counts, ElementsAre(1, 2));
  EXPECT_THAT(ErrorOf("tuning: {space: {threads: [2, 2]}}"),
              HasSubstr("tuning.space.threads[1]: found 2 twice"));
  EXPECT_THAT(ErrorOf("tuning: {space: {thread: 2}}"), HasSubstr("did you mean 'threads'"));
}

TEST(Config, VariantsAreADimensionWhereTheyAreListed) {
  EXPECT_TRUE(Parse("version: 1.0")->variants.empty());
  const auto one = Parse("tuning: {space: {variants: measured, contest: 0.5}}");
  EXPECT_THAT(one->variants, ElementsAre("measured"));
  EXPECT_EQ(one->contest_s, 0.5);
  EXPECT_THAT(Parse("tuning: {space: {variants: [dispatch, measured]}}")->variants,
              ElementsAre("dispatch", "measured"));
  EXPECT_THAT(ErrorOf("tuning: {space: {variants: [measured, measured]}}"),
              HasSubstr("tuning.space.variants[1]: found measured twice"));
  EXPECT_THAT(ErrorOf("tuning: {space: {variants: fastest}}"),
              HasSubstr("tuning.space.variants: found 'fastest', expected one of dispatch"));
  EXPECT_THAT(ErrorOf("tuning: {space: {contest: 0}}"), HasSubstr("tuning.space.contest"));
}

TEST(Config, DefaultsAreIncs) {
  const auto config = Parse("version: 1.0");
  ASSERT_TRUE(config.ok()) << config.message();
  EXPECT_THAT(config->objectives.names, ElementsAre("performance"));
  EXPECT_EQ(config->criterion.limit, 0.01);
  EXPECT_EQ(config->exit_policy.max_trials, 100);
  EXPECT_EQ(config->exit_policy.timeout_s, 0);
  EXPECT_EQ(config->random_seed, 9527u);
}

TEST(Config, WinogradCanBeSwitchedOff) {
  EXPECT_EQ(Parse("version: 1.0")->winograd_bytes, KernelOptions().winograd_bytes);
  EXPECT_EQ(Parse("winograd_budget: 0")->winograd_bytes, 0);
  EXPECT_EQ(Parse("version: 1.0", {"winograd_budget=4096"})->winograd_bytes, 4096);
  EXPECT_THAT(ErrorOf("winograd_budget: -1"), HasSubstr("winograd_budget: found '-1', expected"));
}

TEST(Config, CertaintyIsConfirmedOnAShareUnlessItIsSaid) {
  EXPECT_FALSE(Parse(kMission)->criterion.confidence.has_value());
  EXPECT_EQ(Parse(kMission)->confirmation.share, 0);
  const std::string certain = "tuning.accuracy_criterion.confidence=0.95";
  EXPECT_EQ(Parse(kMission, {certain})->criterion.confidence, 0.95);
  EXPECT_EQ(Parse(kMission, {certain})->confirmation.share, 0.3);
  EXPECT_EQ(Parse(kMission, {certain, "evaluation.confirmation.share=0"})->confirmation.share, 0);
  const std::string own = "evaluation.confirmation.dataloader={dataset: {MNIST: {root: x}}}";
  EXPECT_EQ(Parse(kMission, {certain, own})->confirmation.share, 0);
  EXPECT_EQ(Parse(kMission, {certain, own})->confirmation.data->dataset, "MNIST");
}

// What the key of a journal is made of: what changes a trial, and nothing else.
TEST(Config, TheIdentityIsWhatChangesATrial) {
  const std::string identity = Parse(kMission)->identity;
  for (const char* same :
       {"tuning.exit_policy={max_trials: 7, timeout: 5}", "tuning.workspace={resume: True}",
        "threads=3", "tuning.random_seed=4", "model.path=elsewhere/demo.onnx",
        "evaluation.accuracy.dataloader.dataset.FashionMNIST.root=elsewhere"}) {
    EXPECT_EQ(Parse(kMission, {same})->identity, identity) << same;
  }
  for (const char* other :
       {"tuning.accuracy_criterion.relative=0.02", "evaluation.performance.iteration=7",
        "tuning.multi_objectives.weight=[0.7, 0.3]", "evaluation.accuracy.metric={topk: 2}",
        "quantization.calibration.sampling_size=32", "evaluation.confirmation.share=0.2",
        "tuning.exit_policy.performance_only=True", "winograd_budget=0"}) {
    EXPECT_NE(Parse(kMission, {other})->identity, identity) << other;
  }
  EXPECT_EQ(Parse("version: 1.0\ndevice: cpu\nmodel: {name: x}")->identity,
            Parse("model: {name: y}\ndevice: cpu")->identity);
}

TEST(Config, OverridesComeFirst) {
  const auto config =
      Parse(kMission, {"tuning.accuracy_criterion.relative=0.02", "tuning.exit_policy.max_trials=7",
                       "evaluation.accuracy.dataloader.batch_size=5"});
  ASSERT_TRUE(config.ok()) << config.message();
  EXPECT_EQ(config->criterion.limit, 0.02);
  EXPECT_EQ(config->exit_policy.max_trials, 7);
  EXPECT_EQ(config->accuracy->data.batch_size, 5);
  EXPECT_THAT(ErrorOf(kMission, {"tuning"}), HasSubstr("expected key.path=value"));
  EXPECT_THAT(ErrorOf(kMission, {"model.name.x=1"}), HasSubstr("is not a map"));
}

TEST(Config, AnOverrideIsNamedAsSuch) {
  EXPECT_THAT(ErrorOf(kMission, {"tuning.exit_policy.max_trials=0"}),
              HasSubstr("--set: tuning.exit_policy.max_trials: found '0'"));
  EXPECT_THAT(ErrorOf(kMission, {"tuning.exit_policy={max_trials: 0}"}),
              HasSubstr("--set: tuning.exit_policy.max_trials: found '0'"));
}

TEST(Config, KnownToIncOnlyIsAWarningThatNamesIt) {
  const auto config = Parse("tuning:\n  tensorboard: True\npruning: {}\n");
  ASSERT_TRUE(config.ok()) << config.message();
  EXPECT_THAT(config->warnings,
              ElementsAre("conf/tune.yaml:3: pruning: is not supported by Assay and is ignored",
                          "conf/tune.yaml:2: tuning.tensorboard: is not supported by Assay and is "
                          "ignored"));
}

// Every error names file, line, key, what was found and what is allowed: none is like another.
TEST(Config, ErrorsNameTheirPlace) {
  const std::pair<const char*, const char*> cases[] = {
      {"tuning:\n  accuracy_criterion: {relativ: 0.1}",
       "conf/tune.yaml:2: tuning.accuracy_criterion: unknown key 'relativ'; did you mean "
       "'relative'?"},
      {"tuning:\n  accuracy_criterion:\n    relative: soon",
       "conf/tune.yaml:3: tuning.accuracy_criterion.relative: found 'soon', expected a number"},
      {"tuning:\n  accuracy_criterion: {relative: 0.1, absolute: 0.1}",
       "found both 'relative' and 'absolute', expected exactly one"},
      {"tuning:\n  exit_policy:\n    max_trials: 0",
       "conf/tune.yaml:3: tuning.exit_policy.max_trials: found '0', expected a whole number from "
       "1"},
      {"tuning:\n  exit_policy: 5",
       "conf/tune.yaml:2: tuning.exit_policy: found '5', expected a map of keys"},
      {"tuning:\n  objective: accuracy\n  multi_objectives: {objective: [accuracy]}",
       "tuning.multi_objectives: found beside 'objective'"},
      {"tuning:\n  plugins: [a.so]",
       "conf/tune.yaml:2: tuning.plugins[0]: conf/a.so: No such file"},
      {"tuning:\n  constraints: {modelsiz: 5}", "conf/tune.yaml:2: tuning.constraints.modelsiz: "},
      {"tuning:\n  constraints:\n    modelsize: 1.5 MB",
       "conf/tune.yaml:3: tuning.constraints.modelsize: found '1.5 MB', expected '<= NUMBER', or "
       "with a unit (B, KB, MB, GB, KiB, MiB, GiB)"},
      {"tuning:\n  constraints: {performance: \">= 2 ms\"}",
       "tuning.constraints.performance: found '>= 2 ms', but less performance is better"},
      {"tuning:\n  constraints: {accuracy: \">= 90 %\"}",
       "tuning.constraints.accuracy: found without evaluation.accuracy"},
      {"tuning:\n  constraints: [modelsize]",
       "tuning.constraints: found a list, expected a map of keys"},
      {"tuning:\n  exit_policy: {timeout: 5m}",
       "tuning.exit_policy.timeout: found '5m', expected a number of at least 0"},
      {"tuning:\n  accuracy_criterion: {absolute: few}", "found 'few', expected a number"},
      {"evaluation:\n  accuracy:\n    metric: top1",
       "conf/tune.yaml:3: evaluation.accuracy.metric: found 'top1', expected a metric with its "
       "argument, such as {topk: 1}"},
      {"tuning:\n  constraints: {modelsize: [1, 2]}", "tuning.constraints.modelsize: "},
      {"tuning:\n  accuracy_criterion: {confidence: 95}",
       "conf/tune.yaml:2: tuning.accuracy_criterion.confidence: found '95', expected a number from "
       "0 to 1"},
      {"tuning:\n  accuracy_criterion: {confidence: 0.5}",
       "confidence: found 0.5, expected a number above 0.5 and below 1"},
      {"evaluation:\n  confirmation: {share: 1}",
       "conf/tune.yaml:2: evaluation.confirmation.share: found '1', expected a number from 0 to "
       "0.9"},
      {"evaluation:\n  confirmation: {share: 0.1, dataloader: {}}",
       "evaluation.confirmation: expected either 'share'"},
      {"tuning:\n  workspace: {resume: saved/history.snapshot}",
       "conf/tune.yaml:2: tuning.workspace.resume: found 'saved/history.snapshot', expected True "
       "or False"},
      {"quantization:\n  approach: dynamic",
       "found 'dynamic', expected one of post_training_static"},
      {"evaluation:\n  accuracy:\n    metric: {topk: [1]}\n    dataloader: {}",
       "dataset: expected one dataset"},
      {"evaluation:\n  accuracy:\n    metric: {topq: 1}", "unknown metric 'topq'"},
      {"model:\n  name: a\n  name: b", "conf/tune.yaml:3: model.name: is given twice"},
      {"tuning:\n  multi_objectives:\n    objective: [accuracy, acuracy]",
       "conf/tune.yaml:3: tuning.multi_objectives.objective[1]: unknown objective 'acuracy'; did "
       "you "
       "mean 'accuracy'?"},
      {"tuning:\n  objective: speed",
       "conf/tune.yaml:2: tuning.objective: unknown objective 'speed'"},
      {"tuning:\n  strategy: {name: basik}",
       "conf/tune.yaml:2: tuning.strategy.name: unknown strategy 'basik'; did you mean 'basic'?"},
      {"tuning:\n  strategy: hawq_v2",
       "conf/tune.yaml:2: tuning.strategy: strategy 'hawq_v2' is not "
       "available in this version"},
      {"tuning:\n  accuracy_criterion: {relative: 1}",
       "conf/tune.yaml:2: tuning.accuracy_criterion.relative: found 1, expected a number between"},
      {"version: 2.0", "conf/tune.yaml:1: version: found '2.0', expected one of 1, 1.0"},
      {"model: [1", "conf/tune.yaml:"},
      {"just text", "conf/tune.yaml: is not a map of keys"},
      {"", "conf/tune.yaml: is not a map of keys"},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_THAT(ErrorOf(text), HasSubstr(expected)) << text;
  }
}

TEST(Config, AnUnknownKeyIsWhereItWasSaid) {
  EXPECT_THAT(ErrorOf(kMission, {"tuning.max_trials=3"}),
              HasSubstr("--set: tuning: unknown key 'max_trials'"));
}

TEST(Config, AModelIsNoConfiguration) {
  const auto file = std::filesystem::path(testing::TempDir()) / "config_test_model.onnx";
  std::ofstream(file, std::ios::binary) << std::string("\x08\0\x12\0", 4);
  EXPECT_THAT(LoadConfig(file).message(), HasSubstr("is not text, expected a YAML configuration"));
  std::filesystem::remove(file);
}

TEST(Config, MissingFileAndFolder) {
  EXPECT_THAT(LoadConfig("no/such.yaml").message(),
              HasSubstr("no/such.yaml: there is no such file"));
  EXPECT_THAT(LoadConfig(testing::TempDir()).message(), HasSubstr("is a folder"));
}

}  // namespace
}  // namespace assay::tune
