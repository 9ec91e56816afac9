#include "kernels/base/buffer.h"

#include <cstdlib>
#include <cstring>
#include <new>

namespace assay {

Buffer::Buffer(size_t size) : size_(size) {
  if (size == 0) return;
  const size_t rounded = (size + kAlignment - 1) / kAlignment * kAlignment;
  data_.reset(static_cast<uint8_t*>(std::aligned_alloc(kAlignment, rounded)));
  if (data_ == nullptr) throw std::bad_alloc();
}

Buffer Buffer::Zeroed(size_t size) {
  Buffer buffer(size);
  if (size > 0) std::memset(buffer.data(), 0, size);
  return buffer;
}

void Buffer::Free::operator()(uint8_t* data) const { std::free(data); }

}  // namespace assay
