// PlainMatMul: numpy.matmul as loops, with batches that broadcast. For what no kernel does.
#pragma once

#include <algorithm>

#include "harness/engine/loop_nest.h"
#include "harness/engine/lowerer.h"

namespace assay::engine {

// The shape of numpy.matmul(a, b): a vector on the left is a row, on the right a column, and its
// axis goes again. Error: matrices that do not multiply, or a scalar.
Result<Shape> MatMulShape(const Node& node, const Shape& a, const Shape& b);

struct PlainMatMul {
  // Operands of a checked node, dense.
  PlainMatMul(const Operand& a, const Operand& b, const Operand& dst);

  // dst = a * b. Sums grow in the result row by row of b, so that neighbors lie next to each other.
  template <typename T>
  void Run(const T* a, const T* b, T* dst, ThreadPool& pool) const {
    const auto steps = rows.steps();
    rows.Run(pool, [&](const auto& at) {
      for (int64_t i = 0; i < rows.inner(); ++i) {
        T* to = dst + at[0] + i * steps[0];
        const T* lhs = a + at[1] + i * steps[1];
        const T* rhs = b + at[2] + i * steps[2];
        std::fill_n(to, columns, T{0});
        for (int64_t k = 0; k < depth; ++k) {
          for (int64_t column = 0; column < columns; ++column) {
            to[column] += lhs[k] * rhs[k * columns + column];
          }
        }
      }
    });
  }

  int64_t depth, columns;
  LoopNest<3> rows;  // Of the result, of a, and the matrix of b: where each starts.
};

}  // namespace assay::engine
