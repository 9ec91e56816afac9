// jemalloc in tests: not linked under a sanitizer, and then footprint must be unavailable.
#pragma once

#include <cstddef>

#if defined(__has_feature)
#define ASSAY_HAS_FEATURE(feature) __has_feature(feature)
#else
#define ASSAY_HAS_FEATURE(feature) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || \
    ASSAY_HAS_FEATURE(address_sanitizer) || ASSAY_HAS_FEATURE(thread_sanitizer)
#define ASSAY_TEST_JEMALLOC 0
#else
#define ASSAY_TEST_JEMALLOC 1
#endif
inline constexpr bool kJemalloc = ASSAY_TEST_JEMALLOC;

// The usable size that malloc(size) would give.
extern "C" __attribute__((weak)) size_t nallocx(size_t size, int flags) noexcept;
