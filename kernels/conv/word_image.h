// WordImage: a copy of a u8 image in which every kernel row is whole words of four bytes, which is
// what the integer kernels take at a time. A row of 3 pixels x 3 channels is two words and a byte:
// in place, rounded up to three words, of whose multiply-adds a quarter is lost. Here the bytes
// left over of all kernel rows are joined into words of their own, 7 instead of 9 for 3x3x3.
//
// A line of the copy is the pixels of an image line with its padding and, behind them, areas of
// joined words: one for each output pixel of a line, as far apart as the pixels that they belong
// to, so that one distance leads from row to row of a product wherever the words of a tap are.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/conv/spec.h"
#include "kernels/cpu/thread_pool.h"

namespace assay::conv {

class WordImage {
 public:
  static constexpr int64_t kWordBytes = 4;

  explicit WordImage(const ConvSpec& spec);

  // Whether the words saved are reckoned to be worth the copy.
  static bool Pays(const ConvSpec& spec);

  // Of a kernel: those of its rows, row by row, then the joined ones.
  int64_t words() const { return spec_.kh * row_words_ + joined_words_; }
  // Byte `at` of word `word`: which of the kernel's row-major bytes [kh][kw][c]; -1: none, zero.
  int64_t ByteOf(int64_t word, int64_t at) const;

  // Where the words of output pixel (image, oy, ox) are in the copy.
  int64_t PixelOffset(int64_t image, int64_t oy, int64_t ox) const {
    return (image * height_ + oy * spec_.stride_h) * line_bytes_ + ox * pixel_distance();
  }
  std::vector<int64_t> WordOffsets() const;  // [words], from there.
  int64_t pixel_distance() const { return spec_.stride_w * spec_.c; }

  int64_t bytes() const { return spec_.n * height_ * line_bytes_; }
  // Cycles that Fill takes.
  double FillCycles() const;
  // src [n][h][w][c]; padding: what the image is surrounded with.
  void Fill(const uint8_t* src, uint8_t padding, uint8_t* copy, ThreadPool& pool) const;

 private:
  int64_t row_bytes() const { return spec_.kw * spec_.c; }  // Of the kernel.
  int64_t left_over() const { return row_bytes() % kWordBytes; }
  int64_t area_bytes() const { return spec_.ow() * pixel_distance(); }
  // From the line of an output line's first kernel row to the area of a joined word.
  int64_t AreaOffset(int64_t joined) const {
    return joined % spec_.stride_h * line_bytes_ + image_bytes_ +
           joined / spec_.stride_h * area_bytes();
  }
  void CopyLine(const uint8_t* src, uint8_t padding, int64_t line, uint8_t* copy) const;
  void JoinWords(int64_t output_line, uint8_t* copy) const;

  ConvSpec spec_;
  int64_t height_;       // With the padding.
  int64_t image_bytes_;  // Of a line's pixels.
  int64_t line_bytes_;
  int64_t row_words_, joined_words_;
};

}  // namespace assay::conv
