#include "harness/tune/measured_variants.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "kernels/catalog.h"
#include "tests/temporary_folder.h"

namespace assay::tune {
namespace {

using measure::TunedShape;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kGemm = "gemm:u8s8u8:40x48x64";
constexpr const char* kConv = "conv:f32:1x14x14x32:32x3x3:s1:p1:g1";

VariantChoice Picked(const std::string& shape) {
  for (const VariantChoice& choice : catalog::Explain(*catalog::ParseShape(shape))) {
    if (choice.picked) return choice;
  }
  return {};
}

// A variant that runs here and that dispatch does not pick.
std::string Another(const std::string& shape) {
  for (const VariantChoice& choice : catalog::Explain(*catalog::ParseShape(shape))) {
    if (choice.available && choice.affordable && !choice.picked) return choice.name;
  }
  return "";
}

class MeasuredVariantsTest : public testing::Test {
 protected:
  // A contest that another than dispatch's pick wins.
  VariantContest Fake() {
    return [this](const TunedFor& what) -> Result<std::optional<TunedShape>> {
      contested_.push_back(what);
      return std::optional(TunedShape{.shape = what.shape,
                                      .threads = what.threads,
                                      .variant = Another(what.shape),
                                      .dispatch = Picked(what.shape).name,
                                      .ratio = 1.25,
                                      .lo = 1.2,
                                      .hi = 1.3,
                                      .processes = 10});
    };
  }
  MeasuredVariants Make() { return MeasuredVariants(cache_, Fake()); }
  void Write(const std::string& text) { folder_.Write("new/tuned.json", text); }
  std::string Text() const { return TemporaryFolder::Read(cache_); }

  TemporaryFolder folder_;
  std::filesystem::path cache_ = folder_ / "new/tuned.json";
  std::vector<TunedFor> contested_;
};

TEST_F(MeasuredVariantsTest, PlansFollowTheWinners) {
  MeasuredVariants variants = Make();
  std::set<TunedFor> asked;
  {
    const TuningLog log;
    ASSERT_TRUE(catalog::Run::Make(*catalog::ParseShape(kConv)).ok());
    asked = log.asked();
  }
  ASSERT_TRUE(variants.Settle(asked).ok());
  EXPECT_THAT(contested_, ElementsAre(TunedFor{kConv, 1}));
  const std::string dispatch = Picked(kConv).name, other = Another(kConv);
  {
    const TuningScope follow(variants.tuning());
    EXPECT_EQ(catalog::Run::Make(*catalog::ParseShape(kConv))->variant(), other);
    EXPECT_EQ(Picked(kConv).reason, "tuned by measurement");
  }
  EXPECT_EQ(catalog::Run::Make(*catalog::ParseShape(kConv))->variant(), dispatch);
  const auto told = variants.Of({{kConv, 1}, {kGemm, 1}});
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].variant, other);
  EXPECT_EQ(told[0].dispatch, dispatch);
}

TEST_F(MeasuredVariantsTest, NothingIsContestedTwice) {
  MeasuredVariants first = Make();
  ASSERT_TRUE(first.Settle({{kGemm, 1}}).ok());
  ASSERT_TRUE(first.Settle({{kGemm, 1}, {kConv, 1}}).ok());
  EXPECT_THAT(contested_, ElementsAre(TunedFor{kGemm, 1}, TunedFor{kConv, 1}));
  MeasuredVariants again = Make();
  EXPECT_THAT(again.warnings(), IsEmpty());
  ASSERT_TRUE(again.Settle({{kGemm, 1}, {kConv, 1}}).ok());
  EXPECT_EQ(contested_.size(), 2u);
  const auto told = again.Of({{kGemm, 1}});
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].variant, Another(kGemm));
  EXPECT_EQ(told[0].ratio, 1.25);
  EXPECT_EQ(told[0].processes, 10);
}

TEST_F(MeasuredVariantsTest, AnotherThreadCountIsContestedAnew) {
  ASSERT_TRUE(Make().Settle({{kGemm, 1}}).ok());
  MeasuredVariants again = Make();
  ASSERT_TRUE(again.Settle({{kGemm, 1}, {kGemm, 2}}).ok());
  EXPECT_THAT(contested_, ElementsAre(TunedFor{kGemm, 1}, TunedFor{kGemm, 2}));
  EXPECT_EQ(measure::ReadTunedShapes(cache_.string())->size(), 2u);
}

TEST_F(MeasuredVariantsTest, WhatTwoSearchesFindIsKept) {
  MeasuredVariants one = Make(), other = Make();
  ASSERT_TRUE(one.Settle({{kGemm, 1}}).ok());
  ASSERT_TRUE(other.Settle({{kConv, 1}}).ok());
  EXPECT_EQ(measure::ReadTunedShapes(cache_.string())->size(), 2u);
}

TEST_F(MeasuredVariantsTest, ACacheThatIsNoneOrOfElsewhereIsBegunAnewWithAWord) {
  ASSERT_TRUE(Make().Settle({{kGemm, 1}}).ok());
  const std::string good = Text();
  const auto with = [&](const std::string& what, const std::string& instead) {
    std::string text = good;
    const size_t at = text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    return text.replace(at, what.size(), instead);
  };
  size_t contests = 1;
  for (const auto& [text, sentence] :
       {std::pair<std::string, std::string>{"{", "not written by assay autotune"},
        {"", "not written by assay autotune"},
        {with("\"machine\": \"", "\"machine\": \"0"), "tuned on machine 0"},
        {with("\"assay\": \"", "\"assay\": \"9"), "tuned by version 9"},
        {with("\"variant\": \"", "\"variant\": \"no_"), "there is no variant 'no_"}}) {
    Write(text);
    MeasuredVariants variants = Make();
    EXPECT_THAT(variants.warnings(), ElementsAre(HasSubstr(sentence)));
    EXPECT_THAT(variants.warnings()[0], testing::StartsWith("begun anew: "));
    ASSERT_TRUE(variants.Settle({{kGemm, 1}}).ok());
    EXPECT_EQ(contested_.size(), ++contests);
    EXPECT_EQ(Text(), good);
  }
}

TEST_F(MeasuredVariantsTest, WhatTheRunUsedBeforeGoesBeforeTheCache) {
  ASSERT_TRUE(Make().Settle({{kGemm, 1}}).ok());
  MeasuredVariants variants = Make();
  variants.Restore({{.shape = kGemm, .variant = Picked(kGemm).name, .dispatch = ""}});
  ASSERT_TRUE(variants.Settle({{kGemm, 1}}).ok());
  EXPECT_EQ(variants.Of({{kGemm, 1}})[0].variant, Picked(kGemm).name);
  EXPECT_EQ(contested_.size(), 1u);
}

TEST_F(MeasuredVariantsTest, WhatHasNoChoiceIsAskedForOnce) {
  int asked = 0;
  MeasuredVariants variants(cache_, [&](const TunedFor&) {
    ++asked;
    return Result<std::optional<TunedShape>>(std::optional<TunedShape>());
  });
  ASSERT_TRUE(variants.Settle({{kGemm, 1}}).ok());
  ASSERT_TRUE(variants.Settle({{kGemm, 1}}).ok());
  EXPECT_EQ(asked, 1);
  EXPECT_THAT(variants.Of({{kGemm, 1}}), IsEmpty());
}

TEST_F(MeasuredVariantsTest, AContestSeesDispatchItself) {
  Tuning tuning("elsewhere");
  tuning.Add({kGemm, 1}, Another(kGemm));
  const std::string dispatch = Picked(kGemm).name;
  const TuningScope follow(tuning);
  ASSERT_TRUE(Make().Settle({{kGemm, 1}}).ok());
  EXPECT_EQ(Make().Of({{kGemm, 1}})[0].dispatch, dispatch);
}

TEST_F(MeasuredVariantsTest, TheErrorOfAContestEndsIt) {
  MeasuredVariants variants(cache_, [](const TunedFor&) {
    return Result<std::optional<TunedShape>>(Error("interrupted"));
  });
  EXPECT_EQ(variants.Settle({{kGemm, 1}}).message(), "interrupted");
  EXPECT_FALSE(std::filesystem::exists(cache_));
}

TEST_F(MeasuredVariantsTest, ACacheThatCannotBeWrittenIsSaidOnce) {
  folder_.Write("new", "a file where the folder should be");
  MeasuredVariants variants = Make();
  ASSERT_TRUE(variants.Settle({{kGemm, 1}, {kConv, 1}}).ok());
  EXPECT_THAT(variants.warnings(), ElementsAre(HasSubstr("winners are not kept")));
  EXPECT_EQ(variants.Of({{kGemm, 1}, {kConv, 1}}).size(), 2u);
}

}  // namespace
}  // namespace assay::tune
