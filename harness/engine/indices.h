// Indices: the integers of an operand, which may count from the end of an axis.
#pragma once

#include <cstdint>

#include "harness/engine/lowerer.h"

namespace assay::engine {

// The elements of a dense int64 or int32 operand during a run.
class Indices {
 public:
  Indices(const Frame& frame, const Operand& operand)
      : wide_(operand.dtype == DType::kI64 ? frame.At<const int64_t>(operand) : nullptr),
        narrow_(operand.dtype == DType::kI64 ? nullptr : frame.At<const int32_t>(operand)) {}

  int64_t operator[](int64_t i) const { return wide_ != nullptr ? wide_[i] : narrow_[i]; }
  // Of an axis of `size` elements, from its beginning; -1 where it is outside.
  int64_t At(int64_t i, int64_t size) const {
    const int64_t index = (*this)[i];
    if (index < -size || index >= size) return -1;
    return index < 0 ? index + size : index;
  }

 private:
  const int64_t* wide_;
  const int32_t* narrow_;
};

inline Status OutsideError(const std::string& node, int64_t index, int64_t size) {
  return Error(fmt::format("node '{}': index {} is outside the {} elements", node, index, size));
}

}  // namespace assay::engine
