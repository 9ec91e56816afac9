#include <gtest/gtest.h>

#include "harness/measure/child.h"
#include "tests/harness/measure/children.h"

int main(int argc, char** argv) {
  assay::measure::RegisterTestChildren();
  assay::measure::RegisterTestFootprint();
  if (const std::optional<int> code = assay::measure::MaybeRunChild(argc, argv)) return *code;
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
