#include "harness/tune/run_key.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "harness/data/fingerprint.h"
#include "harness/measure/machine.h"

namespace assay::tune {
namespace {

using nlohmann::json;

std::string Hash(std::string_view text) {
  data::Fingerprint hash;
  hash.Add(text);
  return hash.hex();
}

Result<std::string> HashModel(const std::filesystem::path& file, const Graph& graph) {
  std::ifstream stream(file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
  if (!stream.is_open() || stream.bad()) {
    return Error(fmt::format("{}: cannot be read", file.string()));
  }
  data::Fingerprint hash;
  hash.Add(bytes);
  for (const auto& [name, tensor] : graph.initializers) {  // External ones are in other files.
    hash.Add(name);
    hash.Add(std::span(static_cast<const uint8_t*>(tensor.data()), tensor.bytes()));
  }
  return hash.hex();
}

}  // namespace

Result<RunKey> MakeRunKey(const TuneConfig& config, const Graph& model, const std::string& data) {
  const measure::Machine& machine = measure::ThisMachine();
  RunKey key;
  ASSAY_ASSIGN_OR_RETURN(key.model, HashModel(config.model_path, model));
  key.data = Hash(data);
  key.configuration = Hash(config.identity);
  key.seed = config.random_seed;
  key.version = ASSAY_VERSION;
  key.machine = fmt::format("{}, {}", machine.cpu_brand, machine.isas);
  return key;
}

json ToJson(const RunKey& key) {
  return {{"model", key.model},     {"data", key.data},
          {"seed", key.seed},       {"configuration", key.configuration},
          {"version", key.version}, {"machine", key.machine}};
}

Result<RunKey> ParseRunKey(const json& text) try {
  RunKey key;
  key.model = text.at("model").get<std::string>();
  key.data = text.at("data").get<std::string>();
  key.configuration = text.at("configuration").get<std::string>();
  key.seed = text.at("seed").get<uint64_t>();
  key.version = text.at("version").get<std::string>();
  key.machine = text.at("machine").get<std::string>();
  return key;
} catch (const json::exception&) {
  return Error("its key 'run' is missing or cut");
}

std::string Differences(const RunKey& found, const RunKey& wanted) {
  std::string text;
  const auto compare = [&](bool same, std::string what) {
    if (!same) text += (text.empty() ? "" : ", ") + what;
  };
  compare(found.model == wanted.model, "another model");
  compare(found.data == wanted.data, "other data");
  compare(found.configuration == wanted.configuration, "another configuration");
  compare(found.seed == wanted.seed, fmt::format("random_seed {}", found.seed));
  compare(found.version == wanted.version, fmt::format("version {} of Assay", found.version));
  compare(found.machine == wanted.machine, fmt::format("another machine ({})", found.machine));
  return text;
}

}  // namespace assay::tune
