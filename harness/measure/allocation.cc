#include "harness/measure/allocation.h"

#include <malloc.h>

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <mutex>
#include <string>
#include <utility>

#include "kernels/base/check.h"

// jemalloc's; null where another allocator serves. Weak, since only executables link jemalloc.
extern "C" __attribute__((weak, visibility("default"))) int mallctl(const char* name, void* old,
                                                                    size_t* old_size, void* fresh,
                                                                    size_t fresh_size) noexcept;

namespace assay::measure {
namespace {

// jemalloc 5.3, include/jemalloc/internal/hook.h. The `kind` says which function was called; the
// alloc hook comes after the block is obtained, the free hook before it is given back, the resize
// hook after a block changed its size (up or down) where it stood.
struct Hooks {
  void (*alloc)(void* extra, int kind, void* block, uintptr_t raw_result, uintptr_t arguments[3]);
  void (*free)(void* extra, int kind, void* block, uintptr_t arguments[3]);
  void (*resize)(void* extra, int kind, void* block, size_t old_usable, size_t new_usable,
                 uintptr_t raw_result, uintptr_t arguments[4]);
  void* extra;
};
constexpr int kPosixMemalign = 1;  // hook_alloc_posix_memalign: the raw result is its error code.

// The counters outlive every tracker: a thread may still be in a hook when it is removed. Its
// `extra` is then the session of a tracker that is gone, and is ignored.
std::atomic<uintptr_t> session{0};
std::atomic<int64_t> live{0};
std::atomic<int64_t> peak{0};
std::atomic<int64_t> allocations{0};
std::atomic<bool> running{false};

bool OfThisSession(void* extra) {
  return reinterpret_cast<uintptr_t>(extra) == session.load(std::memory_order_relaxed);
}

void AddLive(int64_t bytes) {
  const int64_t now = live.fetch_add(bytes, std::memory_order_relaxed) + bytes;
  int64_t highest = peak.load(std::memory_order_relaxed);
  while (now > highest && !peak.compare_exchange_weak(highest, now, std::memory_order_relaxed)) {
  }
}

int64_t UsableBytes(void* block) { return static_cast<int64_t>(malloc_usable_size(block)); }

void OnAlloc(void* extra, int kind, void* block, uintptr_t raw_result, uintptr_t[3]) {
  const bool failed = kind == kPosixMemalign ? raw_result != 0 : block == nullptr;
  if (failed || !OfThisSession(extra)) return;
  allocations.fetch_add(1, std::memory_order_relaxed);
  AddLive(UsableBytes(block));
}

void OnFree(void* extra, int, void* block, uintptr_t[3]) {
  if (block == nullptr || !OfThisSession(extra)) return;
  AddLive(-UsableBytes(block));
}

void OnResize(void* extra, int, void*, size_t old_usable, size_t new_usable, uintptr_t,
              uintptr_t[4]) {
  if (!OfThisSession(extra)) return;
  AddLive(static_cast<int64_t>(new_usable) - static_cast<int64_t>(old_usable));
}

void ResetCounters() {
  session.fetch_add(1, std::memory_order_relaxed);
  live = 0;
  peak = 0;
  allocations = 0;
}

Result<void*> InstallHooks() {
  if (mallctl == nullptr) {
    return Error("unavailable: jemalloc is not linked, so allocations cannot be counted exactly");
  }
  Hooks hooks = {OnAlloc, OnFree, OnResize, reinterpret_cast<void*>(session.load())};
  void* handle = nullptr;
  size_t size = sizeof handle;
  if (mallctl("experimental.hooks.install", &handle, &size, &hooks, sizeof hooks) != 0) {
    return Error("unavailable: this jemalloc has no allocation hooks (5.1 to 5.3 have)");
  }
  return handle;
}

void RemoveHooks(void* handle) {
  ASSAY_CHECK(mallctl("experimental.hooks.remove", nullptr, nullptr, &handle, sizeof handle) == 0);
}

// Whether malloc is the jemalloc that has the hooks: a sanitizer, or an allocator loaded before it,
// takes malloc away.
Status Probe() {
  ASSAY_ASSIGN_OR_RETURN(void* handle, InstallHooks());
  const int64_t before = allocations.load();
  void* volatile block = std::malloc(1);
  std::free(block);
  const bool seen = allocations.load() != before;
  RemoveHooks(handle);
  if (seen) return {};
  return Error("unavailable: malloc is not jemalloc's, so allocations cannot be counted exactly");
}

}  // namespace

Result<AllocationTracker> AllocationTracker::Start() {
  if (running.exchange(true)) return Error("another allocation tracker is running");
  static const Status available = Probe();
  ResetCounters();
  Result<void*> handle = available.ok() ? InstallHooks() : Result<void*>(available);
  if (!handle.ok()) {
    running = false;
    return handle.status();
  }
  return AllocationTracker(*handle);
}

AllocationTracker::AllocationTracker(AllocationTracker&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)) {}

AllocationTracker& AllocationTracker::operator=(AllocationTracker&& other) noexcept {
  std::swap(handle_, other.handle_);
  return *this;
}

AllocationTracker::~AllocationTracker() {
  if (handle_ != nullptr) Stop();
}

AllocationCounts AllocationTracker::Now() const {
  return {.peak_bytes = peak, .live_bytes = live, .allocations = allocations};
}

AllocationCounts AllocationTracker::Stop() {
  ASSAY_CHECK(handle_ != nullptr);
  RemoveHooks(std::exchange(handle_, nullptr));
  const AllocationCounts counts = Now();
  session.fetch_add(1);
  running = false;
  return counts;
}

}  // namespace assay::measure
