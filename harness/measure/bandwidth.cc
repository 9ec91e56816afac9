#include "harness/measure/bandwidth.h"

#include <algorithm>
#include <limits>

#include "harness/measure/clock.h"
#include "harness/measure/machine.h"
#include "kernels/base/buffer.h"
#include "kernels/base/check.h"
#include "kernels/cpu/split.h"

namespace assay::measure {
namespace {

constexpr int64_t kMaxBytes = int64_t{256} << 20;

int64_t CacheBytes(int level) {
  for (const Cache& cache : ThisMachine().caches) {
    if (cache.level == level && cache.type != "Instruction") return cache.size_bytes;
  }
  return 0;
}

stream::Loop LoopOf(const stream::Variant& variant, int reads, int writes) {
  for (const stream::Loop& loop : variant.loops) {
    if (loop.reads == reads && loop.writes == writes) return loop;
  }
  ASSAY_CHECK(!"a mix without a loop");
  return {};
}

double BestReadRate(int64_t bytes) {
  constexpr int kPasses = 7;
  const Stream stream(1, 0, bytes, 0);
  const Buffer src = Buffer::Zeroed(static_cast<size_t>(bytes));
  ThreadPool pool(1);
  double best = 0;
  for (int pass = 0; pass < kPasses; ++pass) {
    const double start_s = MonotonicSeconds();
    stream.Once(src.data(), nullptr, pool);
    const double elapsed_s = std::max(MonotonicSeconds() - start_s, 1e-9);
    best = std::max(best, static_cast<double>(stream.bytes()) / elapsed_s);
  }
  return best;
}

}  // namespace

Result<std::vector<Level>> MemoryLevels(int threads) {
  const int64_t l2 = CacheBytes(2), last = std::max(CacheBytes(3), l2);
  if (l2 == 0) return Error("the size of this machine's L2 cache is unknown");
  return std::vector<Level>{{"L2", threads * l2 / 2}, {"DRAM", std::min(4 * last, kMaxBytes)}};
}

Stream::Stream(int reads, int writes, int64_t src_bytes, int64_t dst_bytes)
    : loop_(LoopOf(stream::Pick(UsableIsas()), reads, writes)),
      vector_bytes_(stream::Pick(UsableIsas()).vector_bytes) {
  constexpr int64_t kNoLimit = std::numeric_limits<int64_t>::max();
  steps_ = std::min(src_bytes / (reads * vector_bytes_),
                    writes == 0 ? kNoLimit : dst_bytes / (writes * vector_bytes_));
}

void Stream::Once(const uint8_t* src, uint8_t* dst, ThreadPool& pool) const {
  const double cycles = CyclesOfBytes(static_cast<double>(step_bytes()));
  Split(steps_, cycles, pool, [&](int64_t begin, int64_t end, int) {
    loop_.run(src + begin * loop_.reads * vector_bytes_, dst + begin * loop_.writes * vector_bytes_,
              end - begin);
  });
}

std::optional<double> DramBytesPerSecond() {
  static const std::optional<double> rate = [] {
    const auto levels = MemoryLevels(1);
    return levels.ok() ? std::optional(BestReadRate(levels->back().bytes)) : std::nullopt;
  }();
  return rate;
}

}  // namespace assay::measure
