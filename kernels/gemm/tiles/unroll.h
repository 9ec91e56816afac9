// Unroll: a loop that is unrolled by the language, so that an array indexed by its counter lives in
// registers, whatever the optimizer's limits. Like all of tiles/, in an unnamed namespace: nothing
// compiled with a variant's flags may be seen by another file.
#pragma once

#include <utility>

namespace assay::gemm {
namespace {

template <typename F, int... I>
[[gnu::always_inline]] inline void UnrollSequence(F&& body, std::integer_sequence<int, I...>) {
  (body.template operator()<I>(), ...);
}

// body.operator()<0>() ... body.operator()<N - 1>()
template <int N, typename F>
[[gnu::always_inline]] inline void Unroll(F&& body) {
  UnrollSequence(body, std::make_integer_sequence<int, N>());
}

}  // namespace
}  // namespace assay::gemm
