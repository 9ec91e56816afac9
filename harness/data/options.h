// Options: the settings of one dataset, transform or metric, neutral of the file format they were
// written in. Scalars stay text until somebody who knows the wanted type reads them, because a YAML
// scalar has no type either: `data_path: 2012` is a path, `size: 2012` a number.
#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/base/status.h"

namespace assay::data {

// One value: a scalar or a flat list of scalars.
class Option {
 public:
  Option(const char* text) : items_{text} {}                // NOLINT: implicit
  Option(std::string text) : items_{std::move(text)} {}     // NOLINT: implicit
  Option(bool value) : items_{value ? "true" : "false"} {}  // NOLINT: implicit
  Option(int value) : items_{std::to_string(value)} {}      // NOLINT: implicit
  Option(int64_t value) : items_{std::to_string(value)} {}  // NOLINT: implicit
  Option(double value);                                     // NOLINT: implicit
  Option(std::initializer_list<double> numbers);            // NOLINT: implicit
  static Option List(std::vector<std::string> items);

  bool is_list() const { return is_list_; }
  // A scalar has exactly one item.
  const std::vector<std::string>& items() const { return items_; }
  // As YAML would have it: `224`, `[0.5, 0.5]`.
  std::string ToString() const;

  // Where the value stands ("config.yaml:12"), for errors; may be empty.
  std::string where;

 private:
  std::vector<std::string> items_;
  bool is_list_ = false;
};

struct Options {
  std::map<std::string, Option, std::less<>> values;
  // Where the settings begin ("config.yaml:10"), for errors about an absent key; may be empty.
  std::string where = {};
  // Relative paths are resolved against it; empty: the working directory.
  std::filesystem::path base_dir = {};

  // "{count: 100, root: data}", keys sorted: the same settings give the same text.
  std::string ToString() const;
};

// A key that a dataset, transform or metric knows.
struct OptionKey {
  std::string_view name;
  std::string_view help;  // "side length, or [height, width]"
};

// "config.yaml:12: message"; just the message where the place is not known.
Status ErrorAt(std::string_view where, std::string_view message);

// Error for the first key of `options` that is not in `keys`: names `subject`, the key, the nearest
// known key and all known ones.
Status CheckKeys(std::string_view subject, const Options& options, std::span<const OptionKey> keys);

// Reads typed values. The first error sticks and later reads give defaults, so that a factory reads
// everything and asks status() once. Without a fallback the key is required.
class OptionReader {
 public:
  // `subject` opens every error: "dataset CIFAR10".
  OptionReader(std::string_view subject, const Options& options)
      : subject_(subject), options_(options) {}

  const Status& status() const { return status_; }
  bool Has(std::string_view key) const { return options_.values.contains(key); }

  std::string String(std::string_view key, std::optional<std::string> fallback = {});
  // A scalar is a list of one.
  std::vector<std::string> Strings(std::string_view key);
  // One of `allowed`.
  std::string Choice(std::string_view key, std::initializer_list<std::string_view> allowed,
                     std::optional<std::string> fallback = {});
  std::filesystem::path Path(std::string_view key,
                             std::optional<std::filesystem::path> fallback = {});
  bool Bool(std::string_view key, std::optional<bool> fallback = {});
  // An integer in [lo, hi].
  int64_t Int(std::string_view key, int64_t lo, int64_t hi, std::optional<int64_t> fallback = {});
  // A finite number.
  double Number(std::string_view key, std::optional<double> fallback = {});
  // Finite numbers; a scalar is a list of one.
  std::vector<double> Numbers(std::string_view key,
                              std::optional<std::vector<double>> fallback = {});
  // Integers in [lo, hi]; a scalar is a list of one.
  std::vector<int64_t> Ints(std::string_view key, int64_t lo, int64_t hi,
                            std::optional<std::vector<int64_t>> fallback = {});
  // Reports a value of `key` that is well formed and still wrong; keeps an earlier error.
  void Reject(std::string_view key, std::string_view reason);

 private:
  const Option* Find(std::string_view key, bool required);
  // The text of a scalar; nullptr when absent or already reported.
  const std::string* Scalar(std::string_view key, bool required);
  void Fail(std::string_view where, std::string_view message);

  std::string subject_;
  const Options& options_;
  Status status_;
};

}  // namespace assay::data
