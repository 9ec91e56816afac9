#include "kernels/conv/word_image.h"

#include <gtest/gtest.h>

#include <numeric>
#include <set>
#include <vector>

namespace assay::conv {
namespace {

const ConvSpec kFirstLayer{.h = 224,
                           .w = 224,
                           .c = 3,
                           .oc = 32,
                           .kh = 3,
                           .kw = 3,
                           .stride_h = 2,
                           .stride_w = 2,
                           .pad_bottom = 1,
                           .pad_right = 1};

// 7x7x3: 21 bytes are 5 words and a byte.
ConvSpec Large() {
  ConvSpec spec = kFirstLayer;
  spec.kh = spec.kw = 7;
  spec.pad_top = spec.pad_left = 3;
  return spec;
}

TEST(WordImage, CountsWords) {
  EXPECT_EQ(WordImage(kFirstLayer).words(), 7);
  EXPECT_EQ(WordImage(Large()).words(), 37);
}

TEST(WordImage, EveryByteOfTheKernelIsInOneWord) {
  for (const ConvSpec& spec : {kFirstLayer, Large()}) {
    const WordImage image(spec);
    std::multiset<int64_t> seen;
    for (int64_t word = 0; word < image.words(); ++word) {
      for (int64_t at = 0; at < 4; ++at) {
        if (image.ByteOf(word, at) >= 0) seen.insert(image.ByteOf(word, at));
      }
    }
    std::vector<int64_t> all(static_cast<size_t>(spec.kh * spec.kw * spec.c));
    std::iota(all.begin(), all.end(), 0);
    EXPECT_TRUE(std::equal(seen.begin(), seen.end(), all.begin(), all.end()));
  }
}

TEST(WordImage, PaysWhereWordsAreSavedAndPixelsAreFarEnoughApart) {
  EXPECT_TRUE(WordImage::Pays(kFirstLayer));
  EXPECT_TRUE(WordImage::Pays(Large()));
  ConvSpec spec = kFirstLayer;
  spec.stride_w = 1;  // 3 bytes apart: joined words would overlap.
  EXPECT_FALSE(WordImage::Pays(spec));
  spec = kFirstLayer;
  spec.oc = 1;  // Nothing to save.
  EXPECT_FALSE(WordImage::Pays(spec));
  spec = kFirstLayer;
  spec.c = 4;  // Nothing left over.
  EXPECT_FALSE(WordImage::Pays(spec));
  spec = kFirstLayer;
  spec.src_stride = 5;  // Pixels are not side by side.
  EXPECT_FALSE(WordImage::Pays(spec));
  spec = kFirstLayer;
  spec.dilation_h = 2;
  EXPECT_FALSE(WordImage::Pays(spec));
}

}  // namespace
}  // namespace assay::conv
