#include "harness/gate/record.h"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "harness/file/write_whole.h"
#include "harness/gate/file_hash.h"
#include "harness/measure/machine.h"

namespace assay::gate {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Stream, forward, reversed, base_s, candidate_s)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Cell, case_name, work, truth, steps, observed)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Observations, cells, null, sentinel)

namespace {

using Json = nlohmann::json;

// Of measuring: what was observed otherwise is not continued. 2: who comes first takes turns.
constexpr int kMethod = 2;
constexpr Condition kConditions[] = {Condition::kQuiet, Condition::kBusy, Condition::kMemory};

Status Read(const std::string& file, std::ifstream& in, Record& record) {
  const Json json = Json::parse(in, nullptr, false);
  const auto fail = [&] { return Error(fmt::format("{}: no record of a selftest", file)); };
  if (json.is_discarded()) return fail();
  try {
    if (json.at("library") != record.library || json.at("machine") != record.machine) {
      return Error(fmt::format("{}: recorded with another library or on another machine", file));
    }
    if (json.value("method", 1) != kMethod) {
      return Error(fmt::format("{}: recorded by another version of the selftest", file));
    }
    json.at("iterations").get_to(record.iterations);
    record.cases = json.value("cases", record.iterations.size());
    for (const Condition condition : kConditions) {
      const auto found = json.at("conditions").find(Name(condition));
      if (found == json.at("conditions").end()) continue;
      found->at("observed").get_to(record.selftest.observed[condition]);
      found->at("processes").get_to(record.selftest.processes[condition]);
    }
  } catch (const Json::exception&) {
    return fail();
  }
  return {};
}

}  // namespace

Result<Record> Record::Open(const std::string& file, const std::string& library) {
  Record record;
  ASSAY_ASSIGN_OR_RETURN(record.library, HashOf(library));
  record.machine = measure::ThisMachine().fingerprint();
  std::ifstream in(file);
  if (file.empty() || !in) return record;
  ASSAY_RETURN_IF_ERROR(Read(file, in, record));
  return record;
}

Status Record::Write(const std::string& file) const {
  Json conditions = Json::object();
  for (const auto& [condition, observed] : selftest.observed) {
    conditions[Name(condition)] = {{"observed", observed},
                                   {"processes", selftest.processes.at(condition)}};
  }
  const Json json = {{"method", kMethod},        {"library", library}, {"machine", machine},
                     {"iterations", iterations}, {"cases", cases},     {"conditions", conditions}};
  return WriteWhole(file, json.dump() + "\n");
}

}  // namespace assay::gate
