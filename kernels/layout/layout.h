// Layout changes of images: [n][c][hw] <-> [n][hw][c], elements of 1 or 4 bytes.
#pragma once

#include <cstdint>

#include "kernels/base/quant.h"
#include "kernels/cpu/isa.h"
#include "kernels/cpu/thread_pool.h"

namespace assay::layout {

void NchwToNhwc(int bytes, int64_t n, int64_t c, int64_t hw, const void* src, void* dst,
                ThreadPool& pool, IsaSet usable = UsableIsas());
void NhwcToNchw(int bytes, int64_t n, int64_t c, int64_t hw, const void* src, void* dst,
                ThreadPool& pool, IsaSet usable = UsableIsas());
// Quantizes on the way: the usual entry into an int8 network.
void NchwF32ToNhwcU8(int64_t n, int64_t c, int64_t hw, QuantParams params, const float* src,
                     uint8_t* dst, ThreadPool& pool, IsaSet usable = UsableIsas());

}  // namespace assay::layout
