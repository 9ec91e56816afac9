// Guarded: memory between two pages that may not be touched, so that reading or writing past either
// end of it crashes; the slack on its other side holds canaries.
#pragma once

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>

namespace assay {

class Guarded {
 public:
  enum class Against { kFront, kBack };  // Which guard page the data touches.
  static constexpr uint8_t kCanary = 0xab;

  Guarded(size_t size, Against side) : size_(size) {
    const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    inner_ = (size + page - 1) / page * page;
    total_ = inner_ + 2 * page;
    base_ = static_cast<uint8_t*>(
        mmap(nullptr, total_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    EXPECT_NE(base_, MAP_FAILED);
    EXPECT_EQ(mprotect(base_, page, PROT_NONE), 0);
    EXPECT_EQ(mprotect(base_ + page + inner_, page, PROT_NONE), 0);
    begin_ = base_ + page;
    std::memset(begin_, kCanary, inner_);
    data_ = side == Against::kFront ? begin_ : begin_ + (inner_ - size);
  }
  ~Guarded() { munmap(base_, total_); }
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;

  size_t size() const { return size_; }
  uint8_t* data() { return data_; }
  const uint8_t* data() const { return data_; }
  template <typename T>
  T* as() {
    return reinterpret_cast<T*>(data_);
  }
  // No byte around the data was written.
  bool intact() const {
    for (const uint8_t* p = begin_; p < begin_ + inner_; ++p) {
      if ((p < data_ || p >= data_ + size_) && *p != kCanary) return false;
    }
    return true;
  }

 private:
  size_t size_, inner_, total_;
  uint8_t *base_, *begin_, *data_;
};

}  // namespace assay
