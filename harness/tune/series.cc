#include "harness/tune/series.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace assay::tune {
namespace {

using nlohmann::json;

constexpr std::string_view kHexDigits = "0123456789abcdef";

json NumberToJson(double value) {
  if (std::isnan(value)) return nullptr;
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return value;
}

// Throws json::exception where it is no number.
double NumberFromJson(const json& number) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (number.is_null()) return kUnavailable;
  if (number == "inf") return kInfinity;
  return number == "-inf" ? -kInfinity : number.get<double>();
}

json NumbersToJson(std::span<const double> values) {
  json list = json::array();
  for (double value : values) list.push_back(NumberToJson(value));
  return list;
}

std::vector<double> NumbersFromJson(const json& list) {
  std::vector<double> values;
  for (const json& number : list.get_ref<const json::array_t&>()) {
    values.push_back(NumberFromJson(number));
  }
  return values;
}

json OutcomesToJson(std::span<const double> outcomes) {
  const bool binary = std::ranges::all_of(
      outcomes, [](double x) { return (x == 0 && !std::signbit(x)) || x == 1; });
  if (!binary) return NumbersToJson(outcomes);
  std::string digits((outcomes.size() + 3) / 4, '0');
  for (size_t i = 0; i < digits.size(); ++i) {
    size_t digit = 0;
    for (size_t k = 0; k < 4; ++k) {
      digit = 2 * digit + (4 * i + k < outcomes.size() && outcomes[4 * i + k] == 1 ? 1 : 0);
    }
    digits[i] = kHexDigits[digit];
  }
  return {{"count", outcomes.size()}, {"bits", std::move(digits)}};
}

std::vector<double> OutcomesFromJson(const json& outcomes) {
  if (outcomes.is_array()) return NumbersFromJson(outcomes);
  const auto& digits = outcomes.at("bits").get_ref<const std::string&>();
  const auto count = outcomes.at("count").get<size_t>();
  if (count > 4 * digits.size()) return {};
  std::vector<double> values;
  for (size_t i = 0; i < count; ++i) {
    const size_t digit = kHexDigits.find(digits[i / 4]);
    values.push_back(static_cast<double>(digit >> (3 - i % 4) & 1));
  }
  return values;
}

json ToJson(const Series& series) {
  json result = {{"values", NumbersToJson(series.values)}, {"samples", series.samples}};
  if (!series.outcomes.empty()) result["outcomes"] = OutcomesToJson(series.outcomes);
  if (!series.complete) result["complete"] = false;
  for (const NamedValue& detail : series.details) {
    result["details"].push_back({detail.name, detail.unit, NumberToJson(detail.value)});
  }
  for (const MetricResult& metric : series.metrics) {
    result["metrics"].push_back({{"name", metric.name},
                                 {"unit", metric.unit},
                                 {"higher_is_better", metric.higher_is_better},
                                 {"value", NumberToJson(metric.value)},
                                 {"outcomes", OutcomesToJson(metric.outcomes)}});
  }
  return result;
}

Series SeriesFromJson(const json& text) {
  Series series;
  series.values = NumbersFromJson(text.at("values"));
  series.samples = text.at("samples").get<int64_t>();
  if (text.contains("outcomes")) series.outcomes = OutcomesFromJson(text.at("outcomes"));
  series.complete = text.value("complete", true);
  for (const json& detail : text.value("details", json::array())) {
    series.details.push_back({detail.at(0).get<std::string>(), detail.at(1).get<std::string>(),
                              NumberFromJson(detail.at(2))});
  }
  for (const json& metric : text.value("metrics", json::array())) {
    series.metrics.push_back({.name = metric.at("name"),
                              .unit = metric.at("unit"),
                              .higher_is_better = metric.at("higher_is_better"),
                              .value = NumberFromJson(metric.at("value")),
                              .outcomes = OutcomesFromJson(metric.at("outcomes"))});
  }
  return series;
}

}  // namespace

json SeriesToJson(const Objectives& objectives, std::span<const std::string> subjects) {
  json result = json::object();
  for (const std::string& subject : subjects) {
    for (const auto& objective : objectives) {
      const Series& series = objective->results(subject);
      if (!series.values.empty()) result[subject][objective->name()] = ToJson(series);
    }
  }
  return result;
}

Status RestoreSeries(const json& text, const Objectives& objectives) try {
  for (const auto& [subject, by_objective] : text.get_ref<const json::object_t&>()) {
    for (const auto& objective : objectives) {
      const auto found = by_objective.find(objective->name());
      if (found != by_objective.end()) objective->Restore(subject, SeriesFromJson(*found));
    }
  }
  return {};
} catch (const json::exception& error) {
  return Error(fmt::format("its series cannot be read: {}", error.what()));
}

}  // namespace assay::tune
