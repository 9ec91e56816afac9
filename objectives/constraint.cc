#include "objectives/constraint.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <span>

namespace assay {
namespace {

struct Unit {
  const char* name;
  double factor;  // To the objective's unit.
};

constexpr Unit kSeconds[] = {{"s", 1}, {"ms", 1e-3}, {"us", 1e-6}, {"ns", 1e-9}};
constexpr Unit kBytes[] = {{"B", 1},      {"KB", 1e3},          {"MB", 1e6},        {"GB", 1e9},
                           {"KiB", 1024}, {"MiB", 1024 * 1024}, {"GiB", 1073741824}};
constexpr Unit kPlain[] = {{"%", 1e-2}};

std::span<const Unit> UnitsOf(const ObjectiveInfo& info) {
  if (info.unit == "s") return kSeconds;
  if (info.unit == "bytes") return kBytes;
  if (info.unit.empty()) return kPlain;
  return {};
}

std::string_view Trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::optional<double> FactorOf(const ObjectiveInfo& info, std::string_view unit) {
  if (unit.empty() || unit == info.unit) return 1;
  for (const Unit& known : UnitsOf(info)) {
    if (unit == known.name) return known.factor;
  }
  return std::nullopt;
}

// "'<= 1.5 MB'", and the units that would do.
std::string Allowed(const ObjectiveInfo& info) {
  const std::string comparison = info.higher_is_better ? ">=" : "<=";
  std::string units;
  for (const Unit& unit : UnitsOf(info))
    units += std::string(units.empty() ? "" : ", ") + unit.name;
  if (units.empty()) units = info.unit;
  return "'" + comparison + " NUMBER', or with a unit (" + units + ")";
}

}  // namespace

Result<Constraint> Constraint::Parse(const ObjectiveInfo& info, std::string_view text) {
  const auto wrong = [&](const std::string& why) {
    return Error("found '" + std::string(text) + "'" + why + ", expected " + Allowed(info));
  };
  const std::string_view trimmed = Trimmed(text);
  if (!trimmed.starts_with("<=") && !trimmed.starts_with(">=")) return wrong("");
  Constraint constraint{
      .objective = info.name, .at_most = trimmed[0] == '<', .text = std::string(trimmed)};
  if (constraint.at_most == info.higher_is_better) {
    return wrong(std::string(", but ") + (info.higher_is_better ? "more" : "less") + " " +
                 info.name + " is better");
  }
  const std::string_view number = Trimmed(trimmed.substr(2));
  const auto [end, error] =
      std::from_chars(number.data(), number.data() + number.size(), constraint.limit);
  if (error != std::errc() || !std::isfinite(constraint.limit)) return wrong("");
  const std::string_view rest = number.substr(static_cast<size_t>(end - number.data()));
  const auto factor = FactorOf(info, Trimmed(rest));
  if (!factor) return wrong("");
  constraint.limit *= *factor;
  return constraint;
}

bool Constraint::Met(double value) const {
  return IsAvailable(value) && (at_most ? value <= limit : value >= limit);
}

double Constraint::Excess(double value) const {
  if (!IsAvailable(value)) return std::numeric_limits<double>::infinity();
  if (Met(value)) return 0;
  return std::abs(value - limit) / (limit != 0 ? std::abs(limit) : 1);
}

}  // namespace assay
