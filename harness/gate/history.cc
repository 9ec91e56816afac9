#include "harness/gate/history.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "harness/file/write_whole.h"
#include "harness/measure/machine.h"

namespace assay::gate {
namespace {

using Json = nlohmann::json;

constexpr int kSchema = 1;

Json ToJson(const HistoryRun& run) {
  Json cases = Json::array();
  for (const HistoryCase& c : run.cases) {
    const Estimate at = c.log_ratio.At(0.95);
    cases.push_back({{"name", c.name},
                     {"log_ratio", c.log_ratio.value},
                     {"standard_error", c.log_ratio.standard_error},
                     {"degrees_of_freedom", c.log_ratio.degrees_of_freedom},
                     {"slowdown", std::expm1(at.value)},
                     {"lo", std::expm1(at.interval.lo)},
                     {"hi", std::expm1(at.interval.hi)}});
  }
  return {{"schema", kSchema},        {"unix_time", run.unix_time}, {"machine", run.machine},
          {"base", run.base},         {"base_id", run.base_id},     {"revision", run.revision},
          {"cases", std::move(cases)}};
}

// A number that an estimate may have. JSON has neither NaN nor infinity, but overflow.
double Finite(const Json& json, const char* key, double least) {
  const double value = json.at(key).get<double>();
  if (!std::isfinite(value) || value < least) {
    throw std::out_of_range(fmt::format("'{}' is {}", key, json.at(key).dump()));
  }
  return value;
}

HistoryCase CaseOf(const Json& json) {
  HistoryCase c;
  json.at("name").get_to(c.name);
  c.log_ratio.value = Finite(json, "log_ratio", -1e3);
  c.log_ratio.standard_error = Finite(json, "standard_error", 0);
  c.log_ratio.degrees_of_freedom = Finite(json, "degrees_of_freedom", 0);
  return c;
}

// Throws a std::exception that says what is wrong.
HistoryRun RunOf(const std::string& line) {
  const Json json = Json::parse(line, nullptr, false);
  if (json.is_discarded()) throw std::invalid_argument("no JSON, or cut off");
  if (json.at("schema") != kSchema) {
    throw std::out_of_range(
        fmt::format("schema {}, {} is expected", json.at("schema").dump(), kSchema));
  }
  HistoryRun run;
  json.at("unix_time").get_to(run.unix_time);
  json.at("machine").get_to(run.machine);
  json.at("base").get_to(run.base);
  json.at("base_id").get_to(run.base_id);
  json.at("revision").get_to(run.revision);
  std::set<std::string> names;
  for (const Json& c : json.at("cases")) {
    run.cases.push_back(CaseOf(c));
    const std::string& name = run.cases.back().name;
    if (!names.insert(name).second) {
      throw std::invalid_argument(fmt::format("case '{}' comes twice", name));
    }
  }
  return run;
}

bool EndsInNewline(int descriptor) {
  const off_t size = lseek(descriptor, 0, SEEK_END);
  char last = '\n';
  return size <= 0 || (pread(descriptor, &last, 1, size - 1) == 1 && last == '\n');
}

}  // namespace

HistoryRun ToHistory(const GateReport& report, std::string base, std::string base_id,
                     std::string revision) {
  HistoryRun run{.unix_time = std::time(nullptr),
                 .machine = measure::ThisMachine().fingerprint(),
                 .base = std::move(base),
                 .base_id = std::move(base_id),
                 .revision = std::move(revision)};
  for (const CaseReport& c : report.cases) {
    if (c.looks.empty() || !c.looks.back().log_ratio.known()) continue;
    run.cases.push_back({c.name, c.looks.back().log_ratio});
  }
  return run;
}

Result<std::vector<HistoryRun>> ReadHistory(const std::string& file) {
  std::ifstream in(file);
  if (!in) return Error(fmt::format("{}: cannot be read", file));
  std::vector<HistoryRun> history;
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    try {
      history.push_back(RunOf(line));
    } catch (const std::exception& wrong) {
      return Error(fmt::format("{}:{}: no run of a gate: {}", file, number, wrong.what()));
    }
  }
  if (in.bad()) return Error(fmt::format("{}: cannot be read", file));
  return history;
}

Status AppendHistory(const std::string& file, const HistoryRun& run) {
  const int descriptor = open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (descriptor < 0) return WriteError(file);
  Status status;
  if (!EndsInNewline(descriptor)) {
    status = Error(fmt::format("{}: its last line is cut off; nothing was appended", file));
  }
  if (status.ok()) status = WriteAll(descriptor, ToJson(run).dump() + "\n", file);
  if (status.ok() && fsync(descriptor) != 0) status = WriteError(file);
  close(descriptor);
  return status;
}

Drift FindDrift(const std::vector<HistoryRun>& history, double runs_per_alarm) {
  Drift drift;
  std::map<std::tuple<std::string, std::string, std::string>, size_t> known;
  for (const HistoryRun& run : history) {
    for (const HistoryCase& c : run.cases) {
      const auto [at, added] =
          known.try_emplace({run.machine, run.base_id, c.name}, drift.series.size());
      if (added) drift.series.push_back({run.machine, run.base, c.name, {}, {}, {}});
      drift.series[at->second].runs.push_back(&run);
      drift.series[at->second].log_ratios.push_back(c.log_ratio);
    }
  }
  std::erase_if(drift.series, [](const Series& series) { return series.runs.size() < 2; });
  const double series = static_cast<double>(std::max<size_t>(drift.series.size(), 1));
  drift.rules.threshold = CusumThreshold(runs_per_alarm * series, drift.rules.slack);
  for (Series& s : drift.series) s.chart = Cusum(s.log_ratios, drift.rules);
  return drift;
}

}  // namespace assay::gate
