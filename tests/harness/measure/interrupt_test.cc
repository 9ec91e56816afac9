#include "harness/measure/interrupt.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>

namespace assay::measure {
namespace {

TEST(InterruptTest, TheFirstSignalSetsTheFlag) {
  for (const int signal : {SIGINT, SIGTERM}) {
    ResetInterrupts();
    EXPECT_FALSE(Interrupted());
    raise(signal);
    EXPECT_TRUE(Interrupted());
  }
  ResetInterrupts();
  EXPECT_FALSE(Interrupted());
}

TEST(InterruptDeathTest, TheSecondEndsAtOnce) {
  const auto twice = [](int first, int second) {
    ResetInterrupts();
    raise(first);
    if (!Interrupted()) _Exit(1);
    raise(second);
    _Exit(2);
  };
  EXPECT_EXIT(twice(SIGINT, SIGINT), testing::KilledBySignal(SIGINT), "");
  EXPECT_EXIT(twice(SIGINT, SIGTERM), testing::KilledBySignal(SIGTERM), "");
  EXPECT_EXIT(twice(SIGTERM, SIGINT), testing::KilledBySignal(SIGINT), "");
}

}  // namespace
}  // namespace assay::measure
