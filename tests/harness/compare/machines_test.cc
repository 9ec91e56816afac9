#include "harness/compare/machines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/harness/compare/rows.h"

namespace assay::compare {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

Identity Of(const std::string& context) { return IdentityOf(Parse(Record({}, context))); }

constexpr const char* kOurs =
    R"({"host_name": "x", "num_cpus": 2, "machine_fingerprint": "f1", "machine_cpu_model": "17"})";

TEST(Differences, FingerprintsDecideAndFieldsExplain) {
  const Identity same_elsewhere =
      Of(R"({"host_name": "y", "num_cpus": 2, "machine_fingerprint": "f1"})");
  EXPECT_THAT(Differences(Of(kOurs), same_elsewhere), IsEmpty());
  const Identity other = Of(
      R"({"host_name": "y", "num_cpus": 8, "machine_fingerprint": "f2", "machine_cpu_model": "18"})");
  EXPECT_THAT(Differences(Of(kOurs), other),
              UnorderedElementsAre("cpu_model: 17 and 18", "num_cpus: 2 and 8"));
  EXPECT_EQ(other.ToString(), "f2");
  const Identity hidden = Of(R"({"num_cpus": 2, "machine_fingerprint": "f3"})");
  EXPECT_THAT(Differences(Of(kOurs), hidden), ElementsAre("fingerprint: f1 and f3"));
}

TEST(Differences, OtherProgramsAreToldByHostCpusAndCaches) {
  const Identity a = Of(R"({"host_name": "x", "num_cpus": 2, "mhz_per_cpu": 2000})");
  EXPECT_THAT(Differences(a, Of(R"({"host_name": "x", "num_cpus": 2, "mhz_per_cpu": 3000})")),
              IsEmpty());
  EXPECT_THAT(Differences(a, Of(R"({"host_name": "z", "num_cpus": 2})")),
              ElementsAre("host_name: x and z"));
  EXPECT_THAT(Differences(a, Of(kOurs)), IsEmpty());
  EXPECT_EQ(a.ToString(), "host x, 2 CPUs");
}

TEST(Differences, AnUnknownMachineIsNoOther) {
  EXPECT_FALSE(Of("{}").known());
  EXPECT_EQ(Of("{}").ToString(), "unknown");
  EXPECT_THAT(Differences(Of(kOurs), Of("{}")), IsEmpty());
  EXPECT_THAT(Differences(Of("{}"), Of(kOurs)), IsEmpty());
}

TEST(Doubts, DebugBuildsAndClockScaling) {
  const auto doubts = Doubts(Parse(
      Record({}, R"({"library_build_type": "debug", "cpu_scaling_enabled": true})"), "d.json"));
  EXPECT_EQ(doubts.size(), 2u);
  EXPECT_THAT(Doubts(Parse(Record({}, R"({"library_build_type": "release"})"))), IsEmpty());
}

}  // namespace
}  // namespace assay::compare
