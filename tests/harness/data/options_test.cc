#include "harness/data/options.h"

#include <gmock/gmock.h>

namespace assay::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Options, ReadsTypedValues) {
  const Options options{{{"name", "2012"},
                         {"size", 224},
                         {"scale", 0.5},
                         {"train", Option::List({"x"})},
                         {"flag", true},
                         {"mean", {0.485, 0.456}}}};
  OptionReader reader("test", options);
  EXPECT_EQ(reader.String("name"), "2012");
  EXPECT_EQ(reader.Int("name", 0, 3000), 2012);  // A scalar has no type before it is read.
  EXPECT_EQ(reader.Int("size", 1, 1000), 224);
  EXPECT_EQ(reader.Number("scale"), 0.5);
  EXPECT_EQ(reader.Number("size"), 224.0);
  EXPECT_TRUE(reader.Bool("flag"));
  EXPECT_THAT(reader.Numbers("mean"), ElementsAre(0.485, 0.456));
  EXPECT_THAT(reader.Ints("size", 0, 300), ElementsAre(224));
  EXPECT_EQ(reader.Int("absent", 0, 10, 7), 7);
  EXPECT_EQ(reader.String("absent", "text"), "text");
  EXPECT_TRUE(reader.status().ok()) << reader.status().message();
}

TEST(Options, BooleansAreYamlWords) {
  const Options options{{{"a", "True"}, {"b", "no"}, {"c", "1"}}};
  OptionReader reader("test", options);
  EXPECT_TRUE(reader.Bool("a"));
  EXPECT_FALSE(reader.Bool("b"));
  EXPECT_TRUE(reader.status().ok());
  reader.Bool("c");
  EXPECT_EQ(reader.status().message(), "test: 'c' must be true or false, found '1'");
}

TEST(Options, FirstErrorSticksAndNamesThePlace) {
  Options options{{{"size", "12x"}, {"count", "5"}}};
  options.where = "c.yaml:3";
  options.values.at("size").where = "c.yaml:4";
  OptionReader reader("transform Resize", options);
  EXPECT_EQ(reader.Int("size", 1, 100), 1);
  EXPECT_EQ(reader.Int("count", 6, 10), 6);
  EXPECT_EQ(reader.status().message(),
            "c.yaml:4: transform Resize: 'size' must be an integer from 1 to 100, found '12x'");

  OptionReader missing("transform Resize", options);
  missing.Int("width", 1, 100);
  EXPECT_EQ(missing.status().message(), "c.yaml:3: transform Resize: 'width' is missing");
}

TEST(Options, RefusesWrongValues) {
  const Options options{{{"nan", "nan"},
                         {"inf", "1e999"},
                         {"big", "9223372036854775808"},
                         {"list", Option::List({"1", "2"})},
                         {"none", Option::List({})},
                         {"text", "bilinaer"},
                         {"path", ""}}};
  const auto error = [&](auto read) {
    OptionReader reader("t", options);
    read(reader);
    return reader.status().message();
  };
  EXPECT_THAT(error([](auto& r) { r.Number("nan"); }), HasSubstr("finite number"));
  EXPECT_THAT(error([](auto& r) { r.Number("inf"); }), HasSubstr("finite number"));
  EXPECT_THAT(error([](auto& r) { r.Int("big", 0, 10); }), HasSubstr("integer from 0 to 10"));
  EXPECT_THAT(error([](auto& r) { r.Int("list", 0, 10); }),
              HasSubstr("single value, found '[1, 2]'"));
  EXPECT_THAT(error([](auto& r) { r.Numbers("none"); }), HasSubstr("must not be empty"));
  EXPECT_THAT(error([](auto& r) { r.Ints("none", 0, 1); }), HasSubstr("must not be empty"));
  EXPECT_THAT(error([](auto& r) { r.Path("path"); }), HasSubstr("must not be empty"));
  EXPECT_THAT(error([](auto& r) {
                r.Choice("text", {"nearest", "bilinear"});
              }),
              HasSubstr("one of nearest, bilinear, found 'bilinaer'"));
}

TEST(Options, PathsAreRelativeToTheBase) {
  Options options{{{"a", "images"}, {"b", "/images"}}};
  options.base_dir = "/configs";
  OptionReader reader("t", options);
  EXPECT_EQ(reader.Path("a"), "/configs/images");
  EXPECT_EQ(reader.Path("b"), "/images");
}

TEST(Options, UnknownKeySuggestsTheNearest) {
  Options options{{{"sise", 3}}};
  options.values.at("sise").where = "c.yaml:7";
  constexpr OptionKey kKeys[] = {{"size", ""}, {"interpolation", ""}};
  EXPECT_THAT(
      CheckKeys("transform Resize", options, kKeys).message(),
      testing::AllOf(HasSubstr("c.yaml:7: transform Resize: unknown key 'sise'"),
                     HasSubstr("did you mean 'size'?"), HasSubstr("known: size, interpolation")));
  EXPECT_TRUE(CheckKeys("transform Resize", {}, kKeys).ok());
}

TEST(Options, TextIsTheSameForTheSameSettings) {
  EXPECT_EQ((Options{{{"b", {1.0, 0.25}}, {"a", "x"}}}).ToString(), "{a: x, b: [1, 0.25]}");
}

}  // namespace
}  // namespace assay::data
