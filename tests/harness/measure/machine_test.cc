#include "harness/measure/machine.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "kernels/cpu/isa.h"

namespace assay::measure {
namespace {

using nlohmann::json;
using testing::AnyOf;
using testing::MatchesRegex;
using testing::StartsWith;

TEST(MachineTest, SaysWhatTheCpuIs) {
  const Machine& machine = ThisMachine();
  EXPECT_EQ(machine.cpu_vendor.size(), 12u);
  EXPECT_GT(machine.cpu_family, 0);
  EXPECT_EQ(machine.isas, UsableIsas().ToString());
  EXPECT_GE(machine.vcpus, 1);
  EXPECT_LE(machine.cores, machine.vcpus);
  EXPECT_LE(machine.sockets, machine.cores);
  EXPECT_GE(machine.memory_gib, 1);
  for (const Cache& cache : machine.caches) {
    EXPECT_THAT(cache.type, AnyOf("Data", "Instruction", "Unified"));
    EXPECT_GT(cache.size_bytes, 1024);
    EXPECT_GE(cache.level, 1);
    EXPECT_GE(cache.num_sharing, 1);
  }
}

TEST(MachineTest, SaysWhatTheBuildIs) {
  const Machine& machine = ThisMachine();
  EXPECT_THAT(machine.kernel, MatchesRegex("Linux [0-9]+"));
  EXPECT_THAT(machine.libc, StartsWith("glibc 2."));
  EXPECT_THAT(machine.compiler, AnyOf(StartsWith("clang 1"), StartsWith("gcc 1")));
  EXPECT_FALSE(machine.flags.empty());
}

TEST(MachineTest, TheFingerprintIsStable) {
  const Machine copy = ThisMachine();
  EXPECT_THAT(copy.fingerprint(), MatchesRegex("[0-9a-f]+"));
  EXPECT_EQ(copy.fingerprint().size(), 16u);
  EXPECT_EQ(copy.fingerprint(), ThisMachine().fingerprint());
  // A record made by another build of this program must be found again.
  EXPECT_EQ(Machine{}.fingerprint(), "642051ae9b5b0caa");
}

TEST(MachineTest, EveryFieldChangesTheFingerprint) {
  const std::string before = Machine{}.fingerprint();
  const auto changed = [](auto change) {
    Machine machine;
    change(machine);
    return machine.fingerprint();
  };
  const std::vector<std::string> after = {
      changed([](Machine& m) { m.cpu_vendor = "x"; }),
      changed([](Machine& m) { m.cpu_brand = "x"; }),
      changed([](Machine& m) { m.cpu_family = 1; }),
      changed([](Machine& m) { m.cpu_model = 1; }),
      changed([](Machine& m) { m.cpu_stepping = 1; }),
      changed([](Machine& m) { m.isas = "x"; }),
      changed([](Machine& m) { m.vcpus = 1; }),
      changed([](Machine& m) { m.sockets = 1; }),
      changed([](Machine& m) { m.cores = 1; }),
      changed([](Machine& m) { m.caches.push_back({}); }),
      changed([](Machine& m) { m.caches = {Cache{}}, m.caches[0].level = 1; }),
      changed([](Machine& m) { m.hypervisor = "x"; }),
      changed([](Machine& m) { m.kernel = "x"; }),
      changed([](Machine& m) { m.libc = "x"; }),
      changed([](Machine& m) { m.compiler = "x"; }),
      changed([](Machine& m) { m.flags = "x"; }),
      changed([](Machine& m) { m.governor = "x"; }),
      changed([](Machine& m) { m.memory_gib = 1; }),
      before,
  };
  EXPECT_EQ(std::set<std::string>(after.begin(), after.end()).size(), after.size());
}

TEST(MachineTest, JsonHoldsEveryFieldAndTheFingerprint) {
  const json fields = ToJson(ThisMachine());
  for (const char* key : {"cpu_vendor", "cpu_brand", "cpu_family", "cpu_model", "cpu_stepping",
                          "isas", "vcpus", "sockets", "cores", "caches", "hypervisor", "kernel",
                          "libc", "compiler", "flags", "governor", "memory_gib", "fingerprint"}) {
    EXPECT_TRUE(fields.contains(key)) << key;
  }
  EXPECT_EQ(fields.size(), 18u);
  EXPECT_EQ(fields["vcpus"], ThisMachine().vcpus);
  EXPECT_EQ(fields["caches"].size(), ThisMachine().caches.size());
  EXPECT_EQ(fields["fingerprint"], ThisMachine().fingerprint());
}

}  // namespace
}  // namespace assay::measure
