// Configurations that nobody writes in good faith: one sentence, soon, in little memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "harness/tune/config.h"

namespace assay::tune {
namespace {

using testing::HasSubstr;

constexpr size_t kMegabyte = 1 << 20;

std::string Repeated(const std::string& text, size_t count) {
  std::string repeated;
  for (size_t i = 0; i < count; ++i) repeated += text;
  return repeated;
}

std::string ErrorOf(const std::string& text) {
  const auto config = ParseConfig(text, "tune.yaml");
  EXPECT_FALSE(config.ok());
  EXPECT_LT(config.message().size(), 1000u);
  return config.message();
}

TEST(HostileConfig, DeepNesting) {
  for (const char* open : {"[", "{", "{a: ", "- ", "? ", "a:\n- "}) {
    EXPECT_THAT(ErrorOf("model: " + Repeated(open, kMegabyte / 8)), HasSubstr("tune.yaml:"));
  }
  std::string block = "model:\n";
  for (size_t depth = 1; depth < 1000; ++depth) block += std::string(depth, ' ') + "a:\n";
  EXPECT_THAT(ErrorOf(block), HasSubstr("tune.yaml:"));
}

// One long list, read for each of many aliases.
TEST(HostileConfig, AliasesThatMultiply) {
  const std::string list = "  x: &x {mean: &m [" + Repeated("0,", kMegabyte / 4) + "0]}\n";
  std::string text =
      "quantization:\n calibration:\n  dataloader:\n   dataset: {CIFAR10: {root: .}}\n"
      "   transform:\n" +
      list;
  for (int i = 0; i < 20000; ++i) text += "    a" + std::to_string(i) + ": *x\n";
  EXPECT_THAT(ErrorOf(text), HasSubstr("tune.yaml:"));
  std::string flat =
      "quantization:\n calibration:\n  dataloader:\n   dataset: {CIFAR10: {root: .}}\n"
      "   transform:\n    x: &x {mean: &m [" +
      Repeated("0,", 20000) + "0]}\n";
  for (int i = 0; i < 20000; ++i) flat += "    a" + std::to_string(i) + ": *x\n";
  EXPECT_THAT(ErrorOf(flat), HasSubstr("more than the 100000 values a configuration may have"));
}

// "a: &a [*z, *z], b: &b [*a, *a], ...": each level doubles what is below it.
TEST(HostileConfig, AliasesOfAliases) {
  std::string text = "a0: &a0 [x, x]\n";
  for (int i = 1; i < 60; ++i) {
    const std::string below = "*a" + std::to_string(i - 1);
    text +=
        "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + below + ", " + below + "]\n";
  }
  EXPECT_THAT(ErrorOf(text + "model: {name: *a59}"), HasSubstr("unknown key 'a"));
  EXPECT_THAT(ErrorOf("version: 1.0\nmodel: &m {name: *m}"), HasSubstr("tune.yaml:"));
}

TEST(HostileConfig, HugeScalars) {
  const std::string huge(kMegabyte / 2, 'x');
  for (const char* key :
       {"version: ", "threads: ", "tuning: {strategy: ", "tuning: {objective: ",
        "tuning: {exit_policy: {performance_only: ", "evaluation: {accuracy: {metric: ",
        "evaluation: {performance: {iteration: ", "model: ", ""}) {
    EXPECT_THAT(ErrorOf(key + huge), HasSubstr("tune.yaml")) << key;
  }
  const std::string key = "? " + huge + "\n  : 1";
  EXPECT_THAT(ErrorOf("tuning:\n  " + key), HasSubstr("unknown key 'xxx"));
  EXPECT_THAT(ErrorOf("evaluation:\n accuracy:\n  metric:\n  " + key), HasSubstr("tune.yaml"));
}

TEST(HostileConfig, BytesThatAreNoText) {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  for (size_t i = 0; i < bytes.size(); ++i) {
    const auto config = ParseConfig("model: {name: a" + bytes.substr(i, 2) + "}", "tune.yaml");
    EXPECT_TRUE(config.ok() || config.message().starts_with("tune.yaml")) << i;
  }
  EXPECT_THAT(ErrorOf(bytes), HasSubstr("tune.yaml"));
  EXPECT_THAT(ErrorOf(std::string(4096, '\0')), HasSubstr("tune.yaml"));
}

TEST(HostileConfig, ValuesOfTheWrongKind) {
  for (const char* key :
       {"version", "device", "threads", "model", "quantization", "evaluation", "tuning"}) {
    for (const char* value : {"[[1]]", "[{a: 1}]", "{a: {b: c}}", "{[1]: 2}", "{{a: b}: c}"}) {
      EXPECT_THAT(ErrorOf(std::string(key) + ": " + value), HasSubstr("tune.yaml:1")) << key;
    }
  }
}

}  // namespace
}  // namespace assay::tune
