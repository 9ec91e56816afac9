#include "harness/data/options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "kernels/base/nearest_name.h"

namespace assay::data {
namespace {

// The whole of `text` as a number, or nothing.
template <typename T>
std::optional<T> Parse(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// YAML 1.1's words, since Python's True is what people write in INC's files.
std::optional<bool> ParseBool(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  if (text == "true" || text == "yes" || text == "on") return true;
  if (text == "false" || text == "no" || text == "off") return false;
  return std::nullopt;
}

}  // namespace

Option::Option(double value) : items_{fmt::format("{}", value)} {}

Option::Option(std::initializer_list<double> numbers) : is_list_(true) {
  for (double number : numbers) items_.push_back(fmt::format("{}", number));
}

Option Option::List(std::vector<std::string> items) {
  Option option("");
  option.items_ = std::move(items);
  option.is_list_ = true;
  return option;
}

std::string Option::ToString() const {
  return is_list_ ? fmt::format("[{}]", fmt::join(items_, ", ")) : items_.front();
}

std::string Options::ToString() const {
  std::string text;
  for (const auto& [key, option] : values) {
    text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", key, option.ToString());
  }
  return "{" + text + "}";
}

Status ErrorAt(std::string_view where, std::string_view message) {
  return Error(where.empty() ? std::string(message) : fmt::format("{}: {}", where, message));
}

Status CheckKeys(std::string_view subject, const Options& options,
                 std::span<const OptionKey> keys) {
  std::vector<std::string_view> names;
  for (const OptionKey& key : keys) names.push_back(key.name);
  for (const auto& [key, option] : options.values) {
    if (std::ranges::find(names, key) != names.end()) continue;
    const std::string& where = option.where.empty() ? options.where : option.where;
    if (names.empty()) {
      return ErrorAt(where, fmt::format("{} takes no keys, found '{}'", subject, key));
    }
    return ErrorAt(where, fmt::format("{}: {}", subject, UnknownName("key", key, names)));
  }
  return {};
}

std::string OptionReader::String(std::string_view key, std::optional<std::string> fallback) {
  const std::string* text = Scalar(key, !fallback);
  return text ? *text : fallback.value_or("");
}

std::vector<std::string> OptionReader::Strings(std::string_view key) {
  const Option* option = Find(key, /*required=*/true);
  return option ? option->items() : std::vector<std::string>();
}

std::string OptionReader::Choice(std::string_view key,
                                 std::initializer_list<std::string_view> allowed,
                                 std::optional<std::string> fallback) {
  const std::string* text = Scalar(key, !fallback);
  if (!text) return fallback.value_or("");
  if (std::ranges::find(allowed, *text) == allowed.end()) {
    Reject(key, fmt::format("must be one of {}", fmt::join(allowed, ", ")));
  }
  return *text;
}

std::filesystem::path OptionReader::Path(std::string_view key,
                                         std::optional<std::filesystem::path> fallback) {
  const std::string* text = Scalar(key, !fallback);
  if (!text) return fallback.value_or("");
  if (text->empty()) Reject(key, "must not be empty");
  return options_.base_dir / *text;  // An absolute path replaces base_dir.
}

bool OptionReader::Bool(std::string_view key, std::optional<bool> fallback) {
  const std::string* text = Scalar(key, !fallback);
  if (!text) return fallback.value_or(false);
  const std::optional<bool> value = ParseBool(*text);
  if (!value) Reject(key, "must be true or false");
  return value.value_or(false);
}

int64_t OptionReader::Int(std::string_view key, int64_t lo, int64_t hi,
                          std::optional<int64_t> fallback) {
  if (!Scalar(key, !fallback)) return fallback.value_or(lo);
  return Ints(key, lo, hi).front();
}

double OptionReader::Number(std::string_view key, std::optional<double> fallback) {
  if (!Scalar(key, !fallback)) return fallback.value_or(0.0);
  return Numbers(key).front();
}

std::vector<double> OptionReader::Numbers(std::string_view key,
                                          std::optional<std::vector<double>> fallback) {
  const Option* option = Find(key, !fallback);
  if (!option) return fallback.value_or(std::vector<double>{0.0});
  std::vector<double> numbers;
  for (const std::string& item : option->items()) {
    const std::optional<double> number = Parse<double>(item);
    const bool good = number && std::isfinite(*number);
    if (!good) Reject(key, "must be a finite number");
    numbers.push_back(good ? *number : 0.0);
  }
  if (numbers.empty()) Reject(key, "must not be empty");
  return numbers.empty() ? std::vector<double>{0.0} : numbers;
}

std::vector<int64_t> OptionReader::Ints(std::string_view key, int64_t lo, int64_t hi,
                                        std::optional<std::vector<int64_t>> fallback) {
  const Option* option = Find(key, !fallback);
  if (!option) return fallback.value_or(std::vector<int64_t>{lo});
  std::vector<int64_t> numbers;
  for (const std::string& item : option->items()) {
    const std::optional<int64_t> number = Parse<int64_t>(item);
    const bool good = number && *number >= lo && *number <= hi;
    if (!good) Reject(key, fmt::format("must be an integer from {} to {}", lo, hi));
    numbers.push_back(good ? *number : lo);
  }
  if (numbers.empty()) Reject(key, "must not be empty");
  return numbers.empty() ? std::vector<int64_t>{lo} : numbers;
}

void OptionReader::Reject(std::string_view key, std::string_view reason) {
  const auto found = options_.values.find(key);
  if (found == options_.values.end()) {
    Fail(options_.where, fmt::format("'{}' {}", key, reason));
  } else {
    const Option& option = found->second;
    Fail(option.where.empty() ? options_.where : option.where,
         fmt::format("'{}' {}, found '{}'", key, reason, option.ToString()));
  }
}

const Option* OptionReader::Find(std::string_view key, bool required) {
  const auto found = options_.values.find(key);
  if (found != options_.values.end()) return &found->second;
  if (required) Fail(options_.where, fmt::format("'{}' is missing", key));
  return nullptr;
}

const std::string* OptionReader::Scalar(std::string_view key, bool required) {
  const Option* option = Find(key, required);
  if (!option) return nullptr;
  if (option->is_list()) {
    Reject(key, "must be a single value");
    return nullptr;
  }
  return &option->items().front();
}

void OptionReader::Fail(std::string_view where, std::string_view message) {
  if (status_.ok()) status_ = ErrorAt(where, fmt::format("{}: {}", subject_, message));
}

}  // namespace assay::data
