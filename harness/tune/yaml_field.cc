#include "harness/tune/yaml_field.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <set>
#include <sstream>

#include "kernels/base/nearest_name.h"

namespace assay::tune {
namespace {

constexpr size_t kMaxBytes = 1 << 20;
constexpr size_t kMaxValues = 100'000;

// A found value as errors show it: a hostile one may be a megabyte.
std::string Shown(const std::string& text) {
  constexpr size_t kMost = 80;
  return text.size() <= kMost ? text : text.substr(0, kMost) + "...";
}

// Sets root.a.b = value for "a.b=value", making maps on the way.
Status Override(YAML::Node root, const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    return Error(fmt::format("--set '{}': expected key.path=value", text));
  }
  YAML::Node node;
  node.reset(root);
  std::istringstream path(text.substr(0, equals));
  for (std::string key; std::getline(path, key, '.');) {
    if (node.IsDefined() && !node.IsNull() && !node.IsMap()) {
      return Error(fmt::format("--set '{}': what stands before '{}' is not a map", text, key));
    }
    node.reset(node[key]);
  }
  try {
    node = YAML::Load(text.substr(equals + 1));
  } catch (const YAML::Exception& error) {
    return Error(fmt::format("--set '{}': {}", text, error.msg));
  }
  return {};
}

template <typename T>
std::optional<T> ParseNumber(const std::string& text) {
  T value{};
  const char* begin = text.data() + (text.starts_with('+') ? 1 : 0);
  const auto [end, error] = std::from_chars(begin, text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

Result<Field> Field::Parse(const std::string& text, const std::string& name,
                           const std::vector<std::string>& overrides) {
  auto file = std::make_shared<File>();
  file->name = name;
  YAML::Node root;
  try {
    root = YAML::Load(text);
  } catch (const YAML::Exception& error) {
    return Error(fmt::format("{}:{}: {}", name, error.mark.line + 1, error.msg));
  }
  if (!root.IsMap()) return Error(fmt::format("{}: is not a map of keys", name));
  for (const std::string& override : overrides) {
    ASSAY_RETURN_IF_ERROR(Override(root, override));
    file->overridden.push_back(override.substr(0, override.find('=')));
  }
  return Field(root, "", file);
}

bool Field::overridden() const {
  return std::ranges::any_of(file_->overridden, [&](const std::string& set) {
    return path_.starts_with(set) &&
           (path_.size() == set.size() || path_[set.size()] == '.' || path_[set.size()] == '[');
  });
}

std::string Field::where() const {
  if (overridden()) return "--set";
  const int line = node_.IsDefined() ? node_.Mark().line : -1;
  return line < 0 ? file_->name : fmt::format("{}:{}", file_->name, line + 1);
}

void Field::RejectAt(const std::string& where, std::string_view reason) const {
  if (!file_->status.ok()) return;
  file_->status = Error(path_.empty() ? fmt::format("{}: {}", where, reason)
                                      : fmt::format("{}: {}: {}", where, path_, reason));
}

void Field::Reject(std::string_view reason) const { RejectAt(where(), reason); }

void Field::Warn(std::string_view reason) const {
  file_->warnings.push_back(fmt::format("{}: {}: {}", where(), path_, reason));
}

void Field::Allow(std::initializer_list<std::string_view> known,
                  std::initializer_list<std::string_view> ignored) const {
  const auto in = [](const auto& list, const std::string& key) {
    return std::ranges::find(list, key) != list.end();
  };
  std::set<std::string> seen;
  for (const auto& [key, field] : Entries()) {
    if (!seen.insert(key).second) {
      field.Reject("is given twice");
    } else if (in(ignored, key)) {
      field.Warn("is not supported by Assay and is ignored");
    } else if (!in(known, key)) {
      const std::vector<std::string_view> names(known);
      RejectAt(field.overridden() ? field.where() : where(), UnknownName("key", key, names));
    }
  }
}

Field Field::operator[](std::string_view key) const {
  std::string path = path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
  if (!is_map()) return Field(YAML::Node(YAML::NodeType::Undefined), std::move(path), file_);
  const YAML::Node child = std::as_const(node_)[std::string(key)];
  return Field(child.IsDefined() ? child : YAML::Node(YAML::NodeType::Undefined), std::move(path),
               file_);
}

std::vector<Field> Field::Items() const {
  std::vector<Field> items;
  if (!present()) return items;
  if (!is_list()) return {*this};
  if (!Count(node_.size())) return items;
  for (const YAML::Node& item : node_) {
    items.push_back(Field(item, fmt::format("{}[{}]", path_, items.size()), file_));
  }
  return items;
}

std::vector<std::pair<std::string, Field>> Field::Entries(std::string_view expected) const {
  std::vector<std::pair<std::string, Field>> entries;
  if (!present()) return entries;
  if (!is_map()) {
    const std::string found = is_list() ? "a list" : fmt::format("'{}'", Shown(node_.Scalar()));
    Reject(fmt::format("found {}, expected {}", found, expected));
    return entries;
  }
  if (!Count(node_.size())) return entries;
  for (const auto& entry : node_) {
    if (!entry.first.IsScalar()) {
      Reject("has a key that is not text");
      continue;
    }
    const std::string key = entry.first.Scalar();
    entries.emplace_back(
        key, Field(entry.second,
                   path_.empty() ? Shown(key) : fmt::format("{}.{}", path_, Shown(key)), file_));
  }
  return entries;
}

bool Field::Count(size_t count) const {
  file_->values += std::min(count, kMaxValues + 1);
  if (file_->values <= kMaxValues) return true;
  Reject(fmt::format("has more than the {} values a configuration may have", kMaxValues));
  return false;
}

std::optional<std::string> Field::Scalar(bool required, std::string_view expected) const {
  if (!present()) {
    if (required) Reject(fmt::format("is missing; expected {}", expected));
    return std::nullopt;
  }
  if (!is_scalar()) {
    Reject(fmt::format("found a {}, expected {}", is_list() ? "list" : "map", expected));
    return std::nullopt;
  }
  return node_.Scalar();
}

std::string Field::String(std::optional<std::string> fallback) const {
  const auto text = Scalar(!fallback, "text");
  return text ? *text : fallback.value_or("");
}

std::string Field::Choice(std::initializer_list<std::string_view> allowed,
                          std::optional<std::string> fallback) const {
  const std::string expected = fmt::format("one of {}", fmt::join(allowed, ", "));
  const auto text = Scalar(!fallback, expected);
  if (!text) return fallback.value_or("");
  if (std::ranges::find(allowed, *text) == allowed.end()) {
    Reject(fmt::format("found '{}', expected {}", Shown(*text), expected));
  }
  return *text;
}

bool Field::Bool(std::optional<bool> fallback) const {
  const auto text = Scalar(!fallback, "True or False");
  if (!text) return fallback.value_or(false);
  bool value = false;
  if (!YAML::convert<bool>::decode(node_, value)) {
    Reject(fmt::format("found '{}', expected True or False", Shown(*text)));
  }
  return value;
}

int64_t Field::Int(int64_t lo, int64_t hi, std::optional<int64_t> fallback) const {
  const std::string expected = fmt::format("a whole number from {} to {}", lo, hi);
  const auto text = Scalar(!fallback, expected);
  if (!text) return fallback.value_or(lo);
  const auto value = ParseNumber<int64_t>(*text);
  if (value && lo <= *value && *value <= hi) return *value;
  Reject(fmt::format("found '{}', expected {}", Shown(*text), expected));
  return lo;
}

double Field::Number(double lo, double hi, std::optional<double> fallback) const {
  const std::string expected = hi < kHuge     ? fmt::format("a number from {} to {}", lo, hi)
                               : lo <= -kHuge ? "a number"
                                              : fmt::format("a number of at least {}", lo);
  const auto text = Scalar(!fallback, expected);
  if (!text) return fallback.value_or(lo);
  const auto value = ParseNumber<double>(*text);
  if (value && lo <= *value && *value <= hi) return *value;
  Reject(fmt::format("found '{}', expected {}", Shown(*text), expected));
  return lo;
}

Result<std::string> ReadConfigText(const std::filesystem::path& file) {
  std::error_code code;
  if (std::filesystem::is_directory(file, code)) {
    return Error(fmt::format("{}: is a folder, not a YAML file", file.string()));
  }
  std::ifstream stream(file, std::ios::binary);
  if (!std::filesystem::exists(file, code)) {
    return Error(fmt::format("{}: there is no such file", file.string()));
  }
  if (!stream) return Error(fmt::format("{}: cannot be opened", file.string()));
  std::string text(kMaxBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(stream.gcount()));
  if (text.find('\0') != std::string::npos) {
    return Error(
        fmt::format("{}: is not text, expected a YAML configuration; `assay init "
                    "MODEL.onnx` writes one",
                    file.string()));
  }
  if (text.size() > kMaxBytes) {
    return Error(
        fmt::format("{}: is larger than the 1 MB a configuration may have", file.string()));
  }
  return text;
}

}  // namespace assay::tune
