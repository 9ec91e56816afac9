#include "harness/compare/benchmark_json.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "harness/compare/json_numbers.h"
#include "harness/data/file.h"

namespace assay::compare {
namespace {

using nlohmann::json;

constexpr const char* kExpected = "expected what a program writes under --benchmark_format=json";

// What is wrong with a row, without the file.
Status RowError(size_t index, const std::string& what) {
  return Error(fmt::format("row {} of 'benchmarks': {}", index + 1, what));
}

std::string Text(const json& row, const char* key) {
  const auto field = row.find(key);
  return field != row.end() && field->is_string() ? field->get<std::string>() : "";
}

int64_t Number(const json& row, const char* key, int64_t otherwise) {
  const auto field = row.find(key);
  return field != row.end() && field->is_number_integer() ? field->get<int64_t>() : otherwise;
}

bool Flag(const json& row, const char* key) {
  const auto field = row.find(key);
  return field != row.end() && field->is_boolean() && field->get<bool>();
}

// NaN where it is null, which stands for a number that JSON does not have, or not there.
Result<double> Time(const json& row, const char* key) {
  const auto field = row.find(key);
  if (field == row.end() || field->is_null()) return std::nan("");
  if (!field->is_number()) return Error(fmt::format("'{}' is {}", key, field->dump()));
  return field->get<double>();
}

std::optional<double> UnitSeconds(const std::string& unit) {
  if (unit == "ns" || unit.empty()) return 1e-9;
  if (unit == "us") return 1e-6;
  if (unit == "ms") return 1e-3;
  if (unit == "s") return 1;
  return std::nullopt;
}

// "skipped" came with 1.8; before, it was an error all the same.
std::string Failure(const json& row) {
  if (Flag(row, "error_occurred")) return "error: " + Text(row, "error_message");
  if (Flag(row, "skipped")) return "skipped: " + Text(row, "skip_message");
  return "";
}

// Without run_name a statistic is a suffix of the name.
std::string RunName(const json& row, const std::string& statistic) {
  if (const std::string name = Text(row, "run_name"); !name.empty()) return name;
  std::string name = Text(row, "name");
  if (!statistic.empty() && name.ends_with("_" + statistic)) {
    name.resize(name.size() - statistic.size() - 1);
  }
  return name;
}

Status ReadTimes(const json& fields, BenchmarkRow& row) {
  const std::string unit = Text(fields, "time_unit");
  const auto seconds = UnitSeconds(unit);
  if (!seconds) return Error(fmt::format("time_unit '{}'; expected ns, us, ms or s", unit));
  ASSAY_ASSIGN_OR_RETURN(const double real, Time(fields, "real_time"));
  ASSAY_ASSIGN_OR_RETURN(const double cpu, Time(fields, "cpu_time"));
  row.real_s = real * *seconds;
  row.cpu_s = cpu * *seconds;
  return {};
}

// nullopt: a row that says nothing of a time.
Result<std::optional<BenchmarkRow>> ReadRow(const json& fields, size_t index) {
  if (!fields.is_object()) return RowError(index, "it is no object");
  BenchmarkRow row;
  const bool aggregate = Text(fields, "run_type") == "aggregate";
  if (aggregate) {
    row.statistic = Text(fields, "aggregate_name");
    constexpr std::array<std::string_view, 3> kKnown = {"mean", "median", "stddev"};
    if (std::ranges::find(kKnown, row.statistic) == kKnown.end())
      return std::optional<BenchmarkRow>();
  }
  row.name = RunName(fields, row.statistic);
  if (row.name.empty()) return RowError(index, "it has no name");
  row.family = Number(fields, "family_index", -1);
  row.instance = Number(fields, "per_family_instance_index", -1);
  row.threads = Number(fields, "threads", 1);
  row.repetitions = Number(fields, "repetitions", 1);
  row.failure = Failure(fields);
  if (row.failure.empty()) {
    if (Status status = ReadTimes(fields, row); !status.ok()) {
      return RowError(index, fmt::format("'{}': {}", row.name, status.message()));
    }
  }
  return std::optional(std::move(row));
}

}  // namespace

Result<BenchmarkFile> ParseBenchmarkJson(std::string_view text, const std::string& path) {
  const json record = json::parse(NonFiniteAsNull(text), nullptr, false);
  if (record.is_discarded()) return Error(fmt::format("{}: it is no JSON; {}", path, kExpected));
  const auto rows = record.is_object() ? record.find("benchmarks") : record.end();
  if (!record.is_object() || rows == record.end() || !rows->is_array()) {
    return Error(fmt::format("{}: there is no list 'benchmarks'; {}", path, kExpected));
  }
  BenchmarkFile file{.path = path, .context = {}, .rows = {}};
  if (const auto context = record.find("context");
      context != record.end() && context->is_object()) {
    for (const auto& [key, value] : context->items()) {
      file.context[key] = value.is_string() ? value.get<std::string>() : value.dump();
    }
  }
  for (size_t i = 0; i < rows->size(); ++i) {
    auto row = ReadRow((*rows)[i], i);
    if (!row.ok()) return Error(fmt::format("{}: {}", path, row.message()));
    if (*row) file.rows.push_back(**std::move(row));
  }
  return file;
}

Result<BenchmarkFile> ReadBenchmarkFile(const std::filesystem::path& file) {
  ASSAY_ASSIGN_OR_RETURN(const std::vector<uint8_t> bytes, data::ReadFile(file));
  return ParseBenchmarkJson({reinterpret_cast<const char*>(bytes.data()), bytes.size()},
                            file.string());
}

}  // namespace assay::compare
