#include "harness/data/image.h"

#include <gmock/gmock.h>

#include <array>
#include <vector>

#include "harness/data/image_codec.h"
#include "tests/harness/data/image_files.h"
#include "tests/temporary_folder.h"

namespace assay::data {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;

class Image : public testing::Test {
 protected:
  Result<Tensor> Decode(const std::string& bytes) { return DecodeImage(dir_.Write("x", bytes)); }
  std::string Error(const std::string& bytes) {
    const auto image = Decode(bytes);
    EXPECT_FALSE(image.ok());
    EXPECT_THAT(image.message(), HasSubstr((dir_ / "x").string() + ": "));
    return image.message();
  }

  TemporaryFolder dir_;
};

TEST_F(Image, DecodesEveryKindOfPng) {
  const std::string rgb = "abcdefghijkl";
  const auto image = Decode(Png(2, 2, 2, rgb));
  ASSERT_TRUE(image.ok()) << image.message();
  EXPECT_EQ(image->shape(), (Shape{2, 2, 3}));
  EXPECT_THAT(image->as<uint8_t>(), ElementsAreArray(rgb));
  EXPECT_THAT(Decode(Png(2, 1, 0, "ab"))->as<uint8_t>(), ElementsAreArray("aaabbb", 6));
  EXPECT_THAT(Decode(Png(2, 1, 4, "a0b9"))->as<uint8_t>(), ElementsAreArray("aaabbb", 6));
  EXPECT_THAT(Decode(Png(1, 2, 6, "abc0def9"))->as<uint8_t>(), ElementsAreArray("abcdef", 6));
}

TEST_F(Image, DecodesEveryKindOfJpeg) {
  for (JpegScans scans :
       {JpegScans::kBaseline, JpegScans::kProgressive, JpegScans::kOnePerComponent}) {
    const auto image = Decode(Jpeg(20, 10, JpegColors::kRgb, {200, 100, 50}, scans));
    ASSERT_TRUE(image.ok()) << image.message();
    ASSERT_EQ(image->shape(), (Shape{10, 20, 3}));
    for (size_t i = 0; i < 600; ++i) {
      EXPECT_NEAR(image->as<uint8_t>()[i], (std::array{200, 100, 50})[i % 3], 2);
    }
  }
  const auto gray = Decode(Jpeg(9, 9, JpegColors::kGray, {77}));
  EXPECT_THAT(gray->as<uint8_t>(), Each(77));
  // Half of white, then 0, 1/5 and 1 of it.
  const auto cmyk = Decode(Jpeg(8, 8, JpegColors::kCmyk, {0, 51, 255, 128}));
  ASSERT_TRUE(cmyk.ok()) << cmyk.message();
  for (size_t i = 0; i < 192; ++i) {
    EXPECT_NEAR(cmyk->as<uint8_t>()[i], (std::array{0, 26, 128})[i % 3], 2);
  }
}

TEST_F(Image, RefusesWhatIsNoImage) {
  EXPECT_THAT(Error(""), HasSubstr("neither a JPEG nor a PNG"));
  EXPECT_THAT(Error("GIF89a"), HasSubstr("neither a JPEG nor a PNG"));
  EXPECT_THAT(Error("\xff\xd8\xff"), HasSubstr("bad JPEG"));
  EXPECT_THAT(Error("\x89PNG\r\n\x1a\n"), HasSubstr("bad PNG"));
  EXPECT_THAT(DecodeImage(dir_ / "absent.png").message(), HasSubstr("absent.png: no such file"));
  EXPECT_THAT(DecodeImage(dir_.path()).message(), HasSubstr("not a regular file"));
}

// From memory: thousands of damaged files.
Result<Tensor> DecodeBytes(const std::string& file) {
  // A copy of just the size, so that a read past its end shows.
  const std::vector<uint8_t> bytes(file.begin(), file.end());
  return IsPng(bytes) ? DecodePng(bytes) : DecodeJpeg(bytes);
}

// libjpeg and stb_image alike would fill the missing rows with something.
TEST(ImageCodec, RefusesEveryTruncation) {
  const std::string files[] = {Png(3, 3, 2, std::string(27, 'x')),
                               Jpeg(24, 24, JpegColors::kRgb, {1, 2, 3}),
                               Jpeg(24, 24, JpegColors::kRgb, {1, 2, 3}, JpegScans::kProgressive)};
  for (const std::string& good : files) {
    ASSERT_TRUE(DecodeBytes(good).ok());
    for (size_t length = 8; length + 2 < good.size(); ++length) {
      EXPECT_FALSE(DecodeBytes(good.substr(0, length)).ok()) << length;
    }
  }
}

TEST(ImageCodec, SurvivesDamage) {
  const std::string jpeg = Jpeg(24, 24, JpegColors::kRgb, {1, 200, 3}, JpegScans::kProgressive);
  for (size_t i = 0; i < jpeg.size(); ++i) {
    for (char flip : {'\x01', '\x80', '\xff'}) {
      std::string bad = jpeg;
      bad[i] ^= flip;
      const auto image = DecodeBytes(bad);
      EXPECT_TRUE(image.ok() || !image.message().empty());
    }
  }
  const std::string png = Png(3, 3, 6, std::string(36, 'x'));
  for (size_t i = 8; i < png.size(); ++i) {
    std::string bad = png;
    bad[i] ^= 0x11;
    EXPECT_FALSE(DecodeBytes(bad).ok()) << i;
  }
}

TEST_F(Image, RefusesAbsurdExtents) {
  const auto png = [](uint32_t width, uint32_t height) {
    return PngHeader(width, height, 8, 2) + PngChunk("IDAT", Deflate("x")) + PngChunk("IEND", "");
  };
  EXPECT_THAT(Error(png(0, 5)), HasSubstr("0 x 5 pixels"));
  EXPECT_THAT(Error(png(0xffffffff, 0xffffffff)), HasSubstr("are refused"));
  EXPECT_THAT(Error(png(10000, 10000)), HasSubstr("more than a file of this size can hold"));
  EXPECT_THAT(Error(png(100, 100)), HasSubstr("bad PNG"));

  std::string jpeg = Jpeg(8, 8, JpegColors::kRgb, {1, 2, 3});
  const size_t frame = jpeg.find("\xff\xc0");
  ASSERT_NE(frame, std::string::npos);
  jpeg.replace(frame + 5, 4, "\xff\x00\xff\x00", 4);
  EXPECT_THAT(Error(jpeg), HasSubstr("65280 x 65280 pixels"));
  jpeg.replace(frame + 5, 4, "\x20\x00\x20\x00", 4);
  EXPECT_THAT(Error(jpeg), HasSubstr("more than a file of this size can hold"));
}

// Each scan walks all pixels: a small file of many would take hours.
TEST(ImageCodec, RefusesEndlessScans) {
  const std::string good = Jpeg(24, 24, JpegColors::kRgb, {1, 2, 3}, JpegScans::kOnePerComponent);
  const size_t first = good.find("\xff\xda");
  const size_t second = good.find("\xff\xda", first + 2);
  ASSERT_NE(second, std::string::npos);
  std::string bad = good.substr(0, first);
  for (int i = 0; i < 200; ++i) bad += good.substr(first, second - first);
  EXPECT_EQ(DecodeBytes(bad + good.substr(second)).message(), "bad JPEG: more than 100 scans");
}

// A pixel that inflates to 64 MB.
TEST_F(Image, RefusesPixelsThatInflateWithoutEnd) {
  const std::string rows = PngChunk("IDAT", Deflate(std::string(size_t{64} << 20, '\0')));
  ASSERT_LT(rows.size(), 100'000u);
  EXPECT_THAT(Error(PngHeader(1, 1, 8, 2) + rows + PngChunk("IEND", "")),
              HasSubstr("inflates to far more than its pixels need"));
}

// Chunks whose checksums are right and whose contents are not.
TEST_F(Image, RefusesWrongPngContents) {
  const auto png = [](uint8_t depth, uint8_t type, const std::string& chunks) {
    return PngHeader(2, 2, depth, type) + chunks + PngChunk("IEND", "");
  };
  const std::string rows = PngChunk("IDAT", Deflate(std::string(14, '\0')));
  EXPECT_TRUE(Decode(png(8, 2, rows)).ok());
  Error(png(8, 2, ""));
  Error(png(8, 2, PngChunk("IDAT", "nothing deflated")));
  Error(png(8, 2, PngChunk("IDAT", Deflate("short"))));
  Error(png(8, 3, rows));  // A palette image without one.
  Error(png(8, 3, PngChunk("PLTE", std::string(769, 'x')) + rows));
  Error(png(3, 2, rows));
  Error(png(8, 7, rows));
  Error(png(8, 2, PngChunk("IDAT", Deflate(std::string(14, '\x09')))));  // No such filter.
  Error(png(0, 0, rows));
}

}  // namespace
}  // namespace assay::data
