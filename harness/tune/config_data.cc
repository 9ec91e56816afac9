#include "harness/tune/config_data.h"

#include <fmt/format.h>

namespace assay::tune {

namespace fs = std::filesystem;

data::Option ReadOption(const Field& field) {
  data::Option option("");
  if (field.is_list()) {
    std::vector<std::string> items;
    for (const Field& item : field.Items()) items.push_back(item.String());
    option = data::Option::List(std::move(items));
  } else {
    option = data::Option(field.String());
  }
  option.where = fmt::format("{}: {}", field.where(), field.path());
  return option;
}

data::Options ReadOptions(const Field& field, const fs::path& base_dir) {
  data::Options options;
  options.where = fmt::format("{}: {}", field.where(), field.path());
  options.base_dir = base_dir;
  for (const auto& [key, value] : field.Entries()) options.values.emplace(key, ReadOption(value));
  return options;
}

DataConfig ReadData(const Field& field, const fs::path& base_dir) {
  field.Allow({"batch_size", "dataset", "transform"},
              {"last_batch", "filter", "shuffle", "distributed", "sampler", "batch_sampler",
               "num_workers", "pin_memory", "collate_fn"});
  DataConfig config;
  config.batch_size = field["batch_size"].Int(1, 4096, 32);
  const auto datasets =
      field["dataset"].Entries("one dataset with its options, such as {CIFAR10: {root: ...}}");
  if (datasets.size() != 1) {
    field["dataset"].Reject("expected one dataset, such as {CIFAR10: {root: ...}}");
    return config;
  }
  config.dataset = datasets[0].first;
  config.options = ReadOptions(datasets[0].second, base_dir);
  for (const auto& [name, options] : field["transform"].Entries()) {
    config.pipeline.transforms.push_back({name, ReadOptions(options, base_dir)});
  }
  return config;
}

}  // namespace assay::tune
