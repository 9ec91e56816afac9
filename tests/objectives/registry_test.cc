#include "objectives/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace assay {
namespace {

using testing::HasSubstr;

// Counts from a number that it was constructed with.
class Counter : public Objective {
 public:
  Counter(std::string name, double next)
      : Objective({.name = std::move(name), .unit = "runs"}), next_(next) {}

 protected:
  double OnEnd(const Observation&, Series&) override { return next_++; }

 private:
  double next_;
};

TEST(Registry, KnowsTheBuiltinObjectives) {
  const std::vector<std::string> names = ObjectiveNames();
  ASSERT_GE(names.size(), 4u);
  EXPECT_EQ(std::vector<std::string>(names.begin(), names.begin() + 4),
            (std::vector<std::string>{"accuracy", "footprint", "modelsize", "performance"}));
  EXPECT_EQ(FindObjective("performance")->unit, "s");
  EXPECT_EQ(FindObjective("footprint")->unit, "bytes");
}

TEST(Registry, EachRunOfABuiltinObjectiveStartsFresh) {
  const auto one = MakeObjective("performance").value();
  const auto two = MakeObjective("performance").value();
  EXPECT_NE(one, two);
}

TEST(Registry, AnUnknownNameSuggestsTheNearest) {
  const auto missing = MakeObjective("perfomance");
  ASSERT_FALSE(missing.ok());
  EXPECT_THAT(missing.message(),
              HasSubstr("unknown objective 'perfomance'; did you mean 'performance'?"));
  EXPECT_THAT(missing.message(), HasSubstr("known: accuracy, footprint, modelsize, performance"));
  EXPECT_EQ(FindObjective("perfomance").message(), missing.message());
}

TEST(Registry, ANameIsTakenOnce) {
  ASSERT_TRUE(RegisterObjective(std::make_shared<Counter>("counter_once", 0)).ok());
  EXPECT_THAT(RegisterObjective(std::make_shared<Counter>("counter_once", 0)).message(),
              HasSubstr("'counter_once' cannot be registered twice"));
  EXPECT_THAT(RegisterObjective(std::make_shared<Counter>("accuracy", 0)).message(),
              HasSubstr("'accuracy' cannot be registered: it is a built-in one"));
  EXPECT_FALSE(RegisterObjective(std::make_shared<Counter>("", 0)).ok());
}

TEST(Registry, ARegisteredNameIsKnown) {
  ASSERT_TRUE(RegisterObjective(std::make_shared<Counter>("counter_known", 0)).ok());
  EXPECT_THAT(ObjectiveNames(), testing::Contains("counter_known"));
  EXPECT_EQ(FindObjective("counter_known")->unit, "runs");
  EXPECT_THAT(FindObjective("counter_knwn").message(), HasSubstr("did you mean 'counter_known'?"));
}

// INC constructed a registered class again, without arguments, and lost what it had been given.
TEST(IncDefect, CustomObjectiveKeepsTheStateItWasConstructedWith) {
  const auto counter = std::make_shared<Counter>("counter_with_state", 41);
  ASSERT_TRUE(RegisterObjective(counter).ok());
  const auto made = MakeObjective("counter_with_state").value();
  EXPECT_EQ(made, counter);
  made->Start({.name = "m"});
  made->End({});
  MakeObjective("counter_with_state").value()->Reset();  // Results go, state stays.
  made->Start({.name = "m"});
  made->End({});
  EXPECT_EQ(made->Value(), 42);
}

}  // namespace
}  // namespace assay
