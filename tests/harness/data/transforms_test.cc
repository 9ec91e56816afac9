#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "harness/data/transform.h"

namespace assay::data {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::FloatEq;
using testing::FloatNear;
using testing::HasSubstr;
using testing::Pointwise;

template <typename T>
Sample Make(const Shape& shape, const std::vector<T>& values, Layout layout = Layout::kHwc) {
  return {Tensor::Of<T>(shape, values), 0, layout};
}

Status Apply(std::string_view name, const Options& options, Sample& sample) {
  ASSAY_ASSIGN_OR_RETURN(const auto transform, MakeTransform(name, options));
  return transform->Apply(sample);
}

std::vector<float> Floats(const Sample& sample) {
  const auto values = sample.image.as<float>();
  return {values.begin(), values.end()};
}

std::string MakeError(std::string_view name, const Options& options) {
  return MakeTransform(name, options).message();
}

TEST(Transforms, TableIsWhole) {
  std::vector<std::string_view> names;
  for (const TransformEntry* entry : AllTransforms()) names.push_back(entry->name);
  EXPECT_THAT(names,
              testing::UnorderedElementsAre("Cast", "CenterCrop", "ChannelOrder", "Normalize",
                                            "Rescale", "Resize", "Scale", "Transpose"));
  EXPECT_THAT(MakeError("Resise", {}), HasSubstr("did you mean 'Resize'?"));
  EXPECT_THAT(MakeError("Rescale", {{{"x", 1}}}), HasSubstr("takes no keys"));
}

// By hand: centers at (i + 0.5) * 2 / 4 - 0.5 = -0.25, 0.25, 0.75, 1.25.
TEST(Resize, BilinearHasHalfPixelCenters) {
  Sample sample = Make<float>({1, 2, 1}, {0, 8});
  ASSERT_TRUE(Apply("Resize", {{{"size", {1.0, 4.0}}}}, sample).ok());
  EXPECT_EQ(sample.image.shape(), (Shape{1, 4, 1}));
  EXPECT_THAT(sample.image.as<float>(), ElementsAre(0, 2, 6, 8));

  Sample columns = Make<float>({2, 1, 2}, {0, 10, 8, 18});
  ASSERT_TRUE(Apply("Resize", {{{"size", {4.0, 1.0}}}}, columns).ok());
  EXPECT_THAT(columns.image.as<float>(), ElementsAre(0, 10, 2, 12, 6, 16, 8, 18));
}

// 4 -> 2: plain bilinear looks at the middle two pixels of each half only; Pillow's triangle of
// twice the width gives pixels 0..3 the weights 3 3 1 0 and 0 1 3 3 (of 7).
TEST(Resize, AntialiasWidensTheFilter) {
  const std::vector<float> row = {70, 0, 0, 7};
  Sample plain = Make<float>({1, 4, 1}, row);
  ASSERT_TRUE(Apply("Resize", {{{"size", {1.0, 2.0}}}}, plain).ok());
  EXPECT_THAT(plain.image.as<float>(), ElementsAre(35, 3.5));
  Sample smooth = Make<float>({1, 4, 1}, row);
  ASSERT_TRUE(Apply("Resize", {{{"size", {1.0, 2.0}}, {"antialias", true}}}, smooth).ok());
  EXPECT_THAT(smooth.image.as<float>(), ElementsAre(FloatEq(30), FloatEq(3)));
  // Enlarging, there is nothing to smooth.
  Sample larger = Make<float>({1, 2, 1}, {0, 8});
  ASSERT_TRUE(Apply("Resize", {{{"size", {1.0, 4.0}}, {"antialias", true}}}, larger).ok());
  EXPECT_THAT(larger.image.as<float>(), ElementsAre(0, 2, 6, 8));
}

TEST(Resize, BytesAreRounded) {
  Sample sample = Make<uint8_t>({1, 2, 1}, {0, 6});
  ASSERT_TRUE(Apply("Resize", {{{"size", {1.0, 4.0}}}}, sample).ok());
  EXPECT_THAT(sample.image.as<uint8_t>(), ElementsAre(0, 2, 5, 6));  // 1.5 and 4.5 go up.
}

// Cubic weights (a = -0.75) at distance 1.25, 0.25, 0.75, 1.75: -0.10546875, 0.87890625,
// 0.26171875, -0.03515625.
TEST(Resize, BicubicMayOvershootAndBytesSaturate) {
  const Options options{{{"size", {1.0, 8.0}}, {"interpolation", "bicubic"}}};
  Sample sample = Make<float>({1, 4, 1}, {0, 0, 1, 0});
  ASSERT_TRUE(Apply("Resize", options, sample).ok());
  EXPECT_THAT(sample.image.as<float>()[4], FloatNear(0.87890625f, 1e-6f));
  EXPECT_THAT(sample.image.as<float>()[2], FloatNear(-0.10546875f, 1e-6f));
  Sample bytes = Make<uint8_t>({1, 4, 1}, {0, 0, 255, 255});
  ASSERT_TRUE(Apply("Resize", options, bytes).ok());
  EXPECT_EQ(bytes.image.as<uint8_t>()[1], 0);
  EXPECT_EQ(bytes.image.as<uint8_t>()[6], 255);
}

TEST(Resize, NearestRepeatsPixels) {
  Sample sample = Make<uint8_t>({1, 2, 3}, {1, 2, 3, 4, 5, 6});
  ASSERT_TRUE(Apply("Resize", {{{"size", {2.0, 3.0}}, {"interpolation", "nearest"}}}, sample).ok());
  EXPECT_THAT(sample.image.as<uint8_t>(),
              ElementsAre(1, 2, 3, 1, 2, 3, 4, 5, 6, 1, 2, 3, 1, 2, 3, 4, 5, 6));
}

TEST(Resize, KeepsTheAspect) {
  Sample wide = Make<uint8_t>({2, 5, 1}, std::vector<uint8_t>(10, 7));
  ASSERT_TRUE(Apply("Resize", {{{"size", 4}, {"keep_aspect", true}}}, wide).ok());
  EXPECT_EQ(wide.image.shape(), (Shape{4, 10, 1}));
  EXPECT_THAT(wide.image.as<uint8_t>(), testing::Each(7));
  Sample line = Make<uint8_t>({1, 5, 1}, std::vector<uint8_t>(5, 7));
  EXPECT_THAT(Apply("Resize", {{{"size", 16384}, {"keep_aspect", true}}}, line).message(),
              HasSubstr("16384 x 81920, above 16384"));
}

TEST(Resize, RefusesBadOptions) {
  EXPECT_THAT(MakeError("Resize", {}), HasSubstr("'size' is missing"));
  EXPECT_THAT(MakeError("Resize", {{{"size", 0}}}), HasSubstr("integer from 1 to 16384"));
  EXPECT_THAT(MakeError("Resize", {{{"size", {1.0, 2.0, 3.0}}}}), HasSubstr("[height, width]"));
  EXPECT_THAT(MakeError("Resize", {{{"size", 2}, {"interpolation", "cubic"}}}),
              HasSubstr("one of bilinear, nearest, bicubic"));
  EXPECT_THAT(MakeError("Resize", {{{"size", {1.0, 2.0}}, {"keep_aspect", true}}}),
              HasSubstr("one extent with keep_aspect"));
  EXPECT_THAT(
      MakeError("Resize", {{{"size", 2}, {"interpolation", "nearest"}, {"antialias", true}}}),
      HasSubstr("'antialias' must be false"));
  Sample turned = Make<float>({1, 2, 2}, {1, 2, 3, 4}, Layout::kChw);
  EXPECT_THAT(Apply("Resize", {{{"size", 3}}}, turned).message(), HasSubstr("before Transpose"));
}

TEST(CenterCrop, KeepsTheMiddle) {
  Sample sample = Make<uint8_t>({3, 4, 1}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
  ASSERT_TRUE(Apply("CenterCrop", {{{"size", {1.0, 2.0}}}}, sample).ok());
  EXPECT_EQ(sample.image.shape(), (Shape{1, 2, 1}));
  EXPECT_THAT(sample.image.as<uint8_t>(), ElementsAre(5, 6));
  EXPECT_THAT(Apply("CenterCrop", {{{"size", 2}}}, sample).message(),
              HasSubstr("CenterCrop to 2 x 2 of an image of 1 x 2"));
}

TEST(Normalize, WorksPerChannelInBothLayouts) {
  const Options options{{{"mean", {1.0, 2.0}}, {"std", {2.0, 4.0}}}};
  Sample hwc = Make<uint8_t>({1, 2, 2}, {3, 6, 5, 10});
  ASSERT_TRUE(Apply("Normalize", options, hwc).ok());
  EXPECT_THAT(hwc.image.as<float>(), ElementsAre(1, 1, 2, 2));
  Sample chw = Make<float>({2, 1, 2}, {3, 5, 6, 10}, Layout::kChw);
  ASSERT_TRUE(Apply("Normalize", options, chw).ok());
  EXPECT_THAT(chw.image.as<float>(), ElementsAre(1, 2, 1, 2));
  Sample one = Make<float>({1, 1, 3}, {1, 2, 3});
  ASSERT_TRUE(Apply("Normalize", {{{"mean", 1}}}, one).ok());
  EXPECT_THAT(one.image.as<float>(), ElementsAre(0, 1, 2));
  EXPECT_THAT(Apply("Normalize", options, one).message(), HasSubstr("2 means and 2 deviations"));
  EXPECT_THAT(MakeError("Normalize", {{{"std", {1.0, 0.0}}}}), HasSubstr("above 0"));
  EXPECT_THAT(MakeError("Normalize", {{{"std", 1e-60}}}), HasSubstr("above 0"));
}

TEST(Scale, AndRescale) {
  Sample sample = Make<uint8_t>({1, 2, 1}, {0, 255});
  ASSERT_TRUE(Apply("Rescale", {}, sample).ok());
  EXPECT_THAT(sample.image.as<float>(), ElementsAre(0, 1));
  ASSERT_TRUE(Apply("Scale", {{{"scale", 2}, {"shift", -1.5}}}, sample).ok());
  EXPECT_THAT(sample.image.as<float>(), ElementsAre(-1.5, 0.5));
}

TEST(ChannelOrder, SwapsRedAndBlue) {
  Sample hwc = Make<uint8_t>({1, 2, 3}, {1, 2, 3, 4, 5, 6});
  ASSERT_TRUE(Apply("ChannelOrder", {{{"order", "RGB"}}}, hwc).ok());
  EXPECT_THAT(hwc.image.as<uint8_t>(), ElementsAre(1, 2, 3, 4, 5, 6));
  ASSERT_TRUE(Apply("ChannelOrder", {{{"order", "BGR"}}}, hwc).ok());
  EXPECT_THAT(hwc.image.as<uint8_t>(), ElementsAre(3, 2, 1, 6, 5, 4));
  Sample chw = Make<float>({3, 1, 2}, {1, 2, 3, 4, 5, 6}, Layout::kChw);
  ASSERT_TRUE(Apply("ChannelOrder", {{{"order", "BGR"}}}, chw).ok());
  EXPECT_THAT(chw.image.as<float>(), ElementsAre(5, 6, 3, 4, 1, 2));
  Sample gray = Make<uint8_t>({1, 1, 1}, {1});
  EXPECT_THAT(Apply("ChannelOrder", {{{"order", "BGR"}}}, gray).message(), HasSubstr("not 3"));
  EXPECT_THAT(MakeError("ChannelOrder", {{{"order", "GBR"}}}), HasSubstr("one of RGB, BGR"));
}

TEST(Transpose, ThereAndBack) {
  Sample sample = Make<uint8_t>({1, 2, 3}, {1, 2, 3, 4, 5, 6});
  ASSERT_TRUE(Apply("Transpose", {{{"perm", {2.0, 0.0, 1.0}}}}, sample).ok());
  EXPECT_EQ(sample.layout, Layout::kChw);
  EXPECT_EQ(sample.image.shape(), (Shape{3, 1, 2}));
  EXPECT_THAT(sample.image.as<uint8_t>(), ElementsAre(1, 4, 2, 5, 3, 6));
  EXPECT_FALSE(Apply("Transpose", {{{"perm", {2.0, 0.0, 1.0}}}}, sample).ok());
  ASSERT_TRUE(Apply("Transpose", {{{"perm", {1.0, 2.0, 0.0}}}}, sample).ok());
  EXPECT_THAT(sample.image.as<uint8_t>(), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(MakeError("Transpose", {{{"perm", {0.0, 1.0, 2.0}}}}), HasSubstr("[2, 0, 1]"));
}

TEST(Cast, GoesTowardZeroAndSaturates) {
  Sample sample =
      Make<float>({1, 5, 1}, {-3, 1.9f, 300, NAN, std::numeric_limits<float>::infinity()});
  ASSERT_TRUE(Apply("Cast", {{{"dtype", "uint8"}}}, sample).ok());
  EXPECT_THAT(sample.image.as<uint8_t>(), ElementsAre(0, 1, 255, 0, 255));
  ASSERT_TRUE(Apply("Cast", {}, sample).ok());
  EXPECT_THAT(Floats(sample), ElementsAre(0, 1, 255, 0, 255));
}

}  // namespace
}  // namespace assay::data
