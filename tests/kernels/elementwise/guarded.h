// Guarded: memory for kernel tests, one end of which touches a page that may not be accessed, so
// that a read or write one byte beyond it faults. The other end is watched by a canary.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>

#include "kernels/base/check.h"

namespace assay {

enum class Guard { kBefore, kAfter };

template <typename T>
class Guarded {
 public:
  explicit Guarded(int64_t count, Guard guard = Guard::kAfter) : count_(count) {
    const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    const size_t bytes = static_cast<size_t>(count) * sizeof(T);
    const size_t inner = (bytes + kCanaryBytes + page - 1) / page * page;
    size_ = inner + page;
    base_ = static_cast<uint8_t*>(
        mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    ASSAY_CHECK(base_ != MAP_FAILED);
    std::memset(base_, kCanary, size_);
    uint8_t* const closed = guard == Guard::kAfter ? base_ + inner : base_;
    data_ = guard == Guard::kAfter ? closed - bytes : base_ + page;
    canary_ = guard == Guard::kAfter ? data_ - kCanaryBytes : data_ + bytes;
    ASSAY_CHECK(mprotect(closed, page, PROT_NONE) == 0);
  }
  ~Guarded() { munmap(base_, size_); }
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;

  T* data() { return reinterpret_cast<T*>(data_); }
  int64_t size() const { return count_; }
  T& operator[](int64_t i) { return data()[i]; }

  // Nothing was written beyond the unguarded end.
  bool Intact() const {
    for (size_t i = 0; i < kCanaryBytes; ++i) {
      if (canary_[i] != kCanary) return false;
    }
    return true;
  }

 private:
  static constexpr size_t kCanaryBytes = 256;
  static constexpr uint8_t kCanary = 0xa5;

  int64_t count_;
  size_t size_;
  uint8_t* base_;
  uint8_t* data_;
  uint8_t* canary_;
};

}  // namespace assay
