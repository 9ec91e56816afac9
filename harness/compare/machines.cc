#include "harness/compare/machines.h"

#include <fmt/format.h>

#include <array>

namespace assay::compare {
namespace {

constexpr std::string_view kPrefix = "machine_";
constexpr const char* kFingerprint = "machine_fingerprint";
constexpr std::array<const char*, 3> kGoogles = {"host_name", "num_cpus", "caches"};

std::string Field(const std::map<std::string, std::string>& fields, const std::string& key) {
  const auto found = fields.find(key);
  return found == fields.end() ? "" : found->second;
}

std::string Shown(const std::string& value) { return value.empty() ? "unknown" : value; }

}  // namespace

std::string Identity::ToString() const {
  if (!fingerprint.empty()) return fingerprint;
  if (!known()) return "unknown";
  return fmt::format("host {}, {} CPUs", Shown(Field(fields, "host_name")),
                     Shown(Field(fields, "num_cpus")));
}

Identity IdentityOf(const BenchmarkFile& file) {
  Identity identity;
  identity.fingerprint = Field(file.context, kFingerprint);
  for (const auto& [key, value] : file.context) {
    if (key != kFingerprint && key.starts_with(kPrefix)) {
      identity.fields[key.substr(kPrefix.size())] = value;
    }
  }
  if (identity.fingerprint.empty()) identity.fields.clear();
  for (const char* key : kGoogles) {
    if (const auto found = file.context.find(key); found != file.context.end()) {
      identity.fields[key] = found->second;
    }
  }
  return identity;
}

std::vector<std::string> Differences(const Identity& a, const Identity& b) {
  const bool fingerprints = !a.fingerprint.empty() && !b.fingerprint.empty();
  if (fingerprints && a.fingerprint == b.fingerprint) return {};
  std::vector<std::string> differences;
  for (const auto& [key, value] : a.fields) {
    if (fingerprints && key == "host_name") continue;  // A name is not a machine.
    const auto other = b.fields.find(key);
    if (other == b.fields.end() || other->second == value) continue;
    differences.push_back(fmt::format("{}: {} and {}", key, Shown(value), Shown(other->second)));
  }
  if (fingerprints && differences.empty()) {
    differences.push_back(fmt::format("fingerprint: {} and {}", a.fingerprint, b.fingerprint));
  }
  return differences;
}

std::vector<std::string> Doubts(const BenchmarkFile& file) {
  std::vector<std::string> doubts;
  if (Field(file.context, "library_build_type") == "debug") {
    doubts.push_back(file.path + ": the benchmark library was a debug build");
  }
  if (Field(file.context, "cpu_scaling_enabled") == "true") {
    doubts.push_back(file.path + ": the clock rate of the CPU was free to change");
  }
  return doubts;
}

}  // namespace assay::compare
