// Buffer: owned bytes, aligned to a cache line, which is also the widest vector. It comes from the
// process allocator, so that footprint sees it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace assay {

class Buffer {
 public:
  static constexpr size_t kAlignment = 64;

  Buffer() = default;
  // Uninitialized bytes. size 0 allocates nothing.
  explicit Buffer(size_t size);
  static Buffer Zeroed(size_t size);

  size_t size() const { return size_; }
  uint8_t* data() { return data_.get(); }
  const uint8_t* data() const { return data_.get(); }
  template <typename T>
  T* as() {
    return reinterpret_cast<T*>(data_.get());
  }
  template <typename T>
  const T* as() const {
    return reinterpret_cast<const T*>(data_.get());
  }

 private:
  struct Free {
    void operator()(uint8_t* data) const;
  };
  std::unique_ptr<uint8_t, Free> data_;
  size_t size_ = 0;
};

}  // namespace assay
