#include "harness/compare/json_numbers.h"

#include <gtest/gtest.h>

namespace assay::compare {
namespace {

TEST(NonFiniteAsNull, OutsideStringsOnly) {
  EXPECT_EQ(NonFiniteAsNull(R"({"a": NaN, "b": -NaN, "c": Infinity, "d": -Infinity})"),
            R"({"a": null, "b": null, "c": null, "d": null})");
  EXPECT_EQ(NonFiniteAsNull("[nan,-nan,inf,-inf]"), "[null,null,null,null]");
  EXPECT_EQ(NonFiniteAsNull(R"({"NaN": "inf \" NaN", "x": [true, null, 1e5, -2E-3]})"),
            R"({"NaN": "inf \" NaN", "x": [true, null, 1e5, -2E-3]})");
}

TEST(NonFiniteAsNull, KeepsOtherWordsAndTornTexts) {
  for (const char* text : {"", "\"", "\"a\\", "nanny", "infinitely", "[fals", "-", "\"NaN"}) {
    EXPECT_EQ(NonFiniteAsNull(text), text);
  }
}

}  // namespace
}  // namespace assay::compare
