#include "harness/gate/neighbors.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>

namespace assay::gate {
namespace {

TEST(Neighbors, AreOnePerCpuAndGoneAfterwards) {
  for (const Condition condition : {Condition::kBusy, Condition::kMemory}) {
    std::vector<pid_t> pids;
    {
      const auto neighbors = Neighbors::Start(condition);
      ASSERT_TRUE(neighbors.ok()) << neighbors.message();
      pids = neighbors->pids();
      EXPECT_EQ(static_cast<int64_t>(pids.size()), sysconf(_SC_NPROCESSORS_ONLN));
      for (const pid_t pid : pids) EXPECT_EQ(kill(pid, 0), 0);
    }
    for (const pid_t pid : pids) {
      EXPECT_EQ(kill(pid, 0), -1);
      EXPECT_EQ(errno, ESRCH);
    }
  }
}

TEST(Neighbors, OfAQuietMachineThereIsNone) {
  EXPECT_TRUE(Neighbors::Start(Condition::kQuiet)->pids().empty());
}

}  // namespace
}  // namespace assay::gate
