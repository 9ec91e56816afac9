// Configurations: YAML of any shape, with overrides of the command line.
#include <string>
#include <vector>

#include "harness/tune/config.h"
#include "tests/fuzz/fuzz_folder.h"

namespace assay::fuzz {
namespace {

// Lines at the end that begin with "--set " are overrides.
std::vector<std::string> TakeOverrides(std::string& text) {
  constexpr std::string_view kMark = "\n--set ";
  std::vector<std::string> overrides;
  for (size_t at; (at = text.rfind(kMark)) != std::string::npos;) {
    overrides.push_back(text.substr(at + kMark.size()));
    text.resize(at);
  }
  return overrides;
}

void Parse(std::string text) {
  const std::vector<std::string> overrides = TakeOverrides(text);
  const std::filesystem::path file = "tune.yaml";
  const auto config = tune::ParseConfig(text, file, overrides);
  if (config.ok()) return;
  const std::string& message = config.message();
  ASSAY_CHECK(message.starts_with("tune.yaml:") || message.starts_with("--set"));
}

}  // namespace
}  // namespace assay::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  assay::fuzz::Parse(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
