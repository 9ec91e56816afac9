// <immintrin.h>, without g++ 12's false warnings: its AVX-512 intrinsics start from a variable
// initialized with itself (GCC bug 105593).
#pragma once

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#include <immintrin.h>
