#include "kernels/cpu/isa.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace assay {
namespace {

TEST(Isa, CapsAreSetsNotALadder) {
  EXPECT_FALSE(IsaCap("avx512")->has(Isa::kAvxVnni));
  EXPECT_FALSE(IsaCap("avx512")->has(Isa::kAvx512Vnni));
  EXPECT_FALSE(IsaCap("avx512")->has(Isa::kAvx512Vbmi));
  EXPECT_FALSE(IsaCap("avx512vnni")->has(Isa::kAvx512Vbmi));
  EXPECT_FALSE(IsaCap("avx512vbmi")->has(Isa::kAvx512Vnni));
  EXPECT_TRUE(IsaCap("avxvnni")->has(Isa::kAvx2));
  EXPECT_FALSE(IsaCap("avxvnni")->has(Isa::kAvx512));
  EXPECT_TRUE(IsaCap("scalar")->has(Isa::kScalar));
}

TEST(Isa, UnknownCapNamesTheAllowedOnes) {
  EXPECT_EQ(IsaCap("sse4").message(),
            "unknown instruction set 'sse4'; allowed are scalar, avx2, avxvnni, avx512, avx512vbmi, "
            "avx512vnni");
}

// The suite runs under several values of ASSAY_ISA: whichever this is, it took effect.
TEST(Isa, EnvironmentCapTookEffect) {
  const char* cap = std::getenv("ASSAY_ISA");
  if (cap == nullptr) GTEST_SKIP() << "ASSAY_ISA is not set";
  EXPECT_EQ(UsableIsas(), DetectedIsas() & *IsaCap(cap));
}

TEST(IsaDeathTest, AnInvalidCapEndsTheProcess) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  setenv("ASSAY_ISA", "mmx", 1);
  EXPECT_EXIT(UsableIsas(), testing::ExitedWithCode(2), "ASSAY_ISA: unknown instruction set 'mmx'");
  unsetenv("ASSAY_ISA");
}

}  // namespace
}  // namespace assay
