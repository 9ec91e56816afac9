// The loop that every vector variant shares: an M x V tile of accumulators over all taps and k.
//
// Arch supplies the types Element (of a row), Vector and Acc; kStep, the elements of k per step,
// which it takes in kParts parts of one vector per V; kVectorBytes; Load(p); Broadcast(p), kStep
// elements of a row in all lanes; Part<part>(lhs), what that part wants of them; Dot(acc, lhs,
// column); and, where kStep > 1, Last(p, n), the last n elements before p, followed by zeros.
#pragma once

#include <cstdint>

#include "kernels/gemm/tiles/rows.h"
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
  if (m <= kRowsInRegisters || (v == 1 && m < 24)) return 4;
  return (m + 2) * v < 32 ? 2 : 1;
}

// The rows of one tap, as Steps goes through them. Pointers are read or reckoned at every turn: for
// few rows the compiler hoists them out of the loop; from there it would spill many.
template <typename Element>
struct TableRows {
  const Element* const* next;
  template <int i, int M>
  [[gnu::always_inline]] const Element* Get() {
    if constexpr (M > kRowsInRegisters) asm volatile("" : "+r"(next));
    return next[i];
  }
};

// At a constant distance: three to a pointer, the others by the address modes.
template <typename Element>
struct EvenRows {
  const uint8_t* next;
  int64_t row_bytes;
  template <int i, int M>
  [[gnu::always_inline]] const Element* Get() {
    if constexpr (i > 0 && i % 3 == 0) {
      next += 3 * row_bytes;
      asm volatile("" : "+r"(next));
    }
    return reinterpret_cast<const Element*>(next + i % 3 * row_bytes);
  }
};

// kSteps steps of `lhs(row, s)`, step s of a row.
template <typename Arch, int M, int V, int kSteps, typename Rows, typename Lhs>
[[gnu::always_inline]] inline void Steps(Rows rows, Lhs lhs, const uint8_t* rhs,
                                         typename Arch::Acc (&acc)[M][V]) {
  Unroll<Arch::kParts>([&]<int part>() __attribute__((always_inline)) {
    if constexpr (Arch::kParts > 1) asm volatile("" ::: "memory");  // Part by part, or it spills.
    decltype(Arch::Load(rhs)) column[kSteps][V];
    Unroll<kSteps>([&]<int s>() __attribute__((always_inline)) {
      Unroll<V>([&]<int v>() __attribute__((always_inline)) {
        column[s][v] = Arch::Load(rhs + ((s * Arch::kParts + part) * V + v) * Arch::kVectorBytes);
      });
    });
    Rows next = rows;
    Unroll<M>([&]<int i>() __attribute__((always_inline)) {
      const typename Arch::Element* row = next.template Get<i, M>();
      Unroll<kSteps>([&]<int s>() __attribute__((always_inline)) {
        const typename Arch::Vector wanted = Arch::template Part<part>(lhs(row, s));
        if constexpr (requires { Arch::DotPair(acc[i], wanted, column[s]); }) {
          Arch::DotPair(acc[i], wanted, column[s]);
        } else {
          Unroll<V>([&]<int v>() __attribute__((always_inline)) {
            acc[i][v] = Arch::Dot(acc[i][v], wanted, column[s][v]);
          });
        }
      });
    });
  });
}

// Steps of rows at element k.
template <typename Arch>
struct At {
  int64_t k;
  [[gnu::always_inline]] auto operator()(const typename Arch::Element* row, int s) const {
    return Arch::Broadcast(row + k + s * Arch::kStep);
  }
};

// One tap, `size` of k long, of rows.
template <typename Arch, int M, int V, typename Rows>
[[gnu::always_inline]] inline void AccumulateTap(Rows rows, int64_t size, const uint8_t* rhs,
                                                 typename Arch::Acc (&acc)[M][V]) {
  constexpr int kTurn = StepsPerTurn(M, V, Arch::kParts);
  // Steps that share row pointers, or follow one another.
  constexpr int kShared = M <= kRowsInRegisters ? 1 : kTurn;
  constexpr int64_t kRhsStep = Arch::kParts * V * Arch::kVectorBytes;
  int64_t k = 0;
  for (; k + kTurn * Arch::kStep <= size; k += kTurn * Arch::kStep, rhs += kTurn * kRhsStep) {
    Unroll<kTurn / kShared>([&]<int s>() __attribute__((always_inline)) {
      Steps<Arch, M, V, kShared>(rows, At<Arch>{k + s * kShared * Arch::kStep},
                                 rhs + s * kShared * kRhsStep, acc);
    });
  }
  for (; k + Arch::kStep <= size; k += Arch::kStep, rhs += kRhsStep) {
    Steps<Arch, M, V, 1>(rows, At<Arch>{k}, rhs, acc);
  }
  if constexpr (Arch::kStep > 1) {
    if (k < size) {
      const auto last = [&](const typename Arch::Element* row, int) __attribute__((always_inline)) {
        return Arch::Last(row + size, size - k);
      };
      Steps<Arch, M, V, 1>(rows, last, rhs, acc);
    }
  }
}

template <typename Arch, int MR, int M, int V>
[[gnu::always_inline]] inline void Accumulate(const Tile& t, typename Arch::Acc (&acc)[M][V]) {
  using Element = typename Arch::Element;
  for (int64_t tap = 0; tap < t.taps; ++tap) {
    const Tile* fresh = &t;
    asm volatile("" : "+r"(fresh));  // Hoisted out of the loop, its members would be spilled.
    const Tile& tile = *fresh;
    const uint8_t* panel = PanelOf(tile, tap);
    if (tile.rows == nullptr) {
      const EvenRows<Element> rows{FirstRow(tile, tap), tile.row_bytes};
      AccumulateTap<Arch>(rows, tile.k, panel, acc);
    } else if constexpr (M <= kRowsInRegisters) {
      const Element* row[M];
      ReadRows<MR>(tile, tap, row);
      AccumulateTap<Arch>(TableRows<Element>{row}, tile.k, panel, acc);
    } else {
      const auto* rows = reinterpret_cast<const Element* const*>(tile.rows + tap * MR);
      AccumulateTap<Arch>(TableRows<Element>{rows}, tile.k, panel, acc);
    }
  }
}

}  // namespace
}  // namespace assay::gemm
