// ASSAY_CHECK: the caller was wrong. Aborts with the condition and where it stood. Bad input from
// the world is never a check: it is a Status (status.h).
#pragma once

#include <cstdio>
#include <cstdlib>

namespace assay::internal {

[[noreturn]] inline void CheckFailed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: check failed: %s\n", file, line, condition);
  std::abort();
}

}  // namespace assay::internal

#define ASSAY_CHECK(condition) \
  ((condition) ? void() : ::assay::internal::CheckFailed(#condition, __FILE__, __LINE__))
