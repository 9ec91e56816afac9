// Field: one place of a YAML file, read with a sentence for everything that can be wrong there. The
// first error sticks and later reads give defaults, so that a reader reads all and asks once.
#pragma once

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernels/base/status.h"

namespace assay::tune {

// Bounds of Field::Number that are none.
inline constexpr double kHuge = 1e18;

class Field {
 public:
  // The root of a text, which errors call `name`. `overrides` are "key.path=value" with a YAML
  // value, applied first; a path through a list or a scalar is an error.
  static Result<Field> Parse(const std::string& text, const std::string& name,
                             const std::vector<std::string>& overrides = {});

  // Of the whole file: the first error, and the warnings so far.
  const Status& status() const { return file_->status; }
  const std::vector<std::string>& warnings() const { return file_->warnings; }

  bool present() const { return node_.IsDefined() && !node_.IsNull(); }
  bool is_list() const { return present() && node_.IsSequence(); }
  bool is_map() const { return present() && node_.IsMap(); }
  bool is_scalar() const { return present() && node_.IsScalar(); }
  // "tune.yaml:12", or "--set" where an override put the value.
  std::string where() const;
  // "tuning.exit_policy.timeout".
  const std::string& path() const { return path_; }

  // The keys of a map: `known` to Assay; `ignored`, which INC 1.x has and Assay does not support,
  // give a warning; any other, or one given twice, an error with the nearest known key. An absent
  // map is fine.
  void Allow(std::initializer_list<std::string_view> known,
             std::initializer_list<std::string_view> ignored = {}) const;

  // The value of `key` in a map; absent when the map or the key is.
  Field operator[](std::string_view key) const;
  // Items of a list; a scalar or map is a list of one; nothing when absent. All lists and maps of a
  // file have at most 100,000 items and entries together, those of an alias counted each time.
  std::vector<Field> Items() const;
  // Entries of a map, in the file's order; an error for anything else, of what is expected.
  std::vector<std::pair<std::string, Field>> Entries(
      std::string_view expected = "a map of keys") const;

  // Typed scalars. Without a fallback the field is required.
  std::string String(std::optional<std::string> fallback = {}) const;
  std::string Choice(std::initializer_list<std::string_view> allowed,
                     std::optional<std::string> fallback = {}) const;
  bool Bool(std::optional<bool> fallback = {}) const;
  int64_t Int(int64_t lo, int64_t hi, std::optional<int64_t> fallback = {}) const;
  double Number(double lo, double hi, std::optional<double> fallback = {}) const;

  // Reports this place as wrong: "tune.yaml:12: tuning.objective: <reason>".
  void Reject(std::string_view reason) const;
  void Warn(std::string_view reason) const;

 private:
  struct File {
    std::string name;
    Status status;
    std::vector<std::string> warnings;
    std::vector<std::string> overridden;  // Paths.
    size_t values = 0;                    // That were read so far.
  };
  Field(YAML::Node node, std::string path, std::shared_ptr<File> file)
      : node_(std::move(node)), path_(std::move(path)), file_(std::move(file)) {}

  bool overridden() const;
  void RejectAt(const std::string& where, std::string_view reason) const;
  // An error where `count` more values are too many.
  bool Count(size_t count) const;
  // The text of a scalar; nullopt when absent with a fallback, or already reported.
  std::optional<std::string> Scalar(bool required, std::string_view expected) const;

  YAML::Node node_;
  std::string path_;
  std::shared_ptr<File> file_;
};

// The text of a configuration file, at most 1 MB.
Result<std::string> ReadConfigText(const std::filesystem::path& file);

}  // namespace assay::tune
