// The loop that every vector variant shares: an M x V tile of accumulators over all taps and k.
//
// Arch supplies the types Element (of a row), Vector and Acc; kStep, the elements of k per step,
// which it takes in kParts parts of one vector per V; kVectorBytes; Load(p); Broadcast<part>(p),
// what that part wants of kStep elements of a row, in all lanes; and Dot(acc, lhs, column).
#pragma once

#include <cstdint>

#include "kernels/gemm/tiles/tail.h"
#include "kernels/gemm/tiles/unroll.h"
#include "kernels/gemm/variant.h"

namespace assay::gemm {
namespace {

// Above this many rows their pointers do not fit the general registers.
inline constexpr int kRowsInRegisters = 8;

// Steps of k per turn of the loop: its counters compete with the multiply-adds for ports, and row
// pointers that are read from the table at every turn for the load ports. With pointers in
// registers steps follow one another; without, they share each pointer, and the columns of all the
// steps must fit beside the accumulators.
constexpr int StepsPerTurn(int m, int v, int parts) {
  if (parts > 1) return 1;
  if (m <= kRowsInRegisters || v == 1) return 4;
  return (m + 2) * v < 32 ? 2 : 1;
}

// `steps` steps at element k of the rows; `rows` is [M]. Row pointers are read here: hoisted by the
// compiler out of the loop for few rows, and kept from it for many, which it would spill.
template <typename Arch, int M, int V, int kSteps>
[[gnu::always_inline]] inline void Steps(const typename Arch::Element* const* rows, int64_t k,
                                         const uint8_t* rhs, typename Arch::Acc (&acc)[M][V]) {
  Unroll<Arch::kParts>([&]<int part>() __attribute__((always_inline)) {
    if constexpr (Arch::kParts > 1) asm volatile("" ::: "memory");  // Part by part, or it spills.
    typename Arch::Vector column[kSteps][V];
    Unroll<kSteps>([&]<int s>() __attribute__((always_inline)) {
      Unroll<V>([&]<int v>() __attribute__((always_inline)) {
        column[s][v] = Arch::Load(rhs + ((s * Arch::kParts + part) * V + v) * Arch::kVectorBytes);
      });
    });
    const typename Arch::Element* const* next = rows;
    Unroll<M>([&]<int i>() __attribute__((always_inline)) {
      if constexpr (M > kRowsInRegisters) asm volatile("" : "+r"(next));
      const typename Arch::Element* row = next[i] + k;
      Unroll<kSteps>([&]<int s>() __attribute__((always_inline)) {
        const typename Arch::Vector lhs = Arch::template Broadcast<part>(row + s * Arch::kStep);
        Unroll<V>([&]<int v>() __attribute__((always_inline)) {
          acc[i][v] = Arch::Dot(acc[i][v], lhs, column[s][v]);
        });
      });
    });
  });
}

template <typename Arch, int MR, int M, int V>
[[gnu::always_inline]] inline void Accumulate(const Tile& tile, typename Arch::Acc (&acc)[M][V]) {
  using Element = typename Arch::Element;
  constexpr int kTurn = StepsPerTurn(M, V, Arch::kParts);
  constexpr int64_t kRhsStep = Arch::kParts * V * Arch::kVectorBytes;
  for (int64_t tap = 0; tap < tile.taps; ++tap) {
    const Element* const* rows = reinterpret_cast<const Element* const*>(tile.rows + tap * MR);
    const uint8_t* rhs = static_cast<const uint8_t*>(tile.rhs) + tile.rhs_offsets[tap];
    int64_t k = 0;
    if constexpr (M <= kRowsInRegisters) {
      const Element* row[M];
      Unroll<M>([&]<int i>() __attribute__((always_inline)) { row[i] = rows[i]; });
      for (; k + kTurn * Arch::kStep <= tile.k; k += kTurn * Arch::kStep, rhs += kTurn * kRhsStep) {
        Unroll<kTurn>([&]<int s>() __attribute__((always_inline)) {
          Steps<Arch, M, V, 1>(row, k + s * Arch::kStep, rhs + s * kRhsStep, acc);
        });
      }
      for (; k + Arch::kStep <= tile.k; k += Arch::kStep, rhs += kRhsStep) {
        Steps<Arch, M, V, 1>(row, k, rhs, acc);
      }
    } else {
      for (; k + kTurn * Arch::kStep <= tile.k; k += kTurn * Arch::kStep, rhs += kTurn * kRhsStep) {
        Steps<Arch, M, V, kTurn>(rows, k, rhs, acc);
      }
      for (; k + Arch::kStep <= tile.k; k += Arch::kStep, rhs += kRhsStep) {
        Steps<Arch, M, V, 1>(rows, k, rhs, acc);
      }
    }
    if constexpr (Arch::kStep > 1) {
      if (k < tile.k) {
        Tails<M> tails(rows, k, tile.k);
        Steps<Arch, M, V, 1>(tails.rows, 0, rhs, acc);
      }
    }
  }
}

}  // namespace
}  // namespace assay::gemm
