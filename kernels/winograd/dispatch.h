// Which Winograd algorithms there are, which of them can do a convolution, and what they cost.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kernels/base/compute.h"
#include "kernels/base/status.h"
#include "kernels/conv/spec.h"
#include "kernels/gemm/dispatch.h"
#include "kernels/winograd/variant.h"

namespace assay::winograd {

// F(outputs x outputs, 3 x 3) by a variant.
struct Algorithm {
  const Variant* variant;
  int outputs;  // 2 or 4

  // "winograd4_f32_avx512", "winograd4_u8s8_avx512vnni"
  std::string name() const;
  int64_t points() const { return outputs + 2; }
  int64_t positions() const { return points() * points(); }
  // Of an element of transformed sources and weights.
  int64_t source_bytes() const { return variant->type == ComputeType::kF32 ? 4 : 2; }
  const Transforms& transforms() const { return outputs == 2 ? variant->f2 : variant->f4; }
};

// What the variants support of F(2x2) and F(4x4).
std::vector<Algorithm> Algorithms();

// Whether a variant's name is meant for this family.
bool IsName(const std::string& variant);
// Error: the name is unknown.
Result<Algorithm> Find(const std::string& name);

// Tiles of all images.
int64_t Tiles(const ConvSpec& spec, int outputs);

// The products of one position are a group. Rows are tiles.
gemm::Problem ToProblem(const ConvSpec& spec, const Algorithm& algorithm);
// The products run on the algorithm's own tier: its name says what is executed.
KernelOptions ProductOptions(const Algorithm& algorithm, const KernelOptions& options);

// Why the algorithm cannot do the convolution; empty: it can, but of bytes only with weights that
// fit (SumsFit of exact_weights.h).
std::string Refusal(const ConvSpec& spec, ComputeType type, const Algorithm& algorithm,
                    const KernelOptions& options);
// Bytes of its weights beyond those of the direct convolution, panels' padding apart.
int64_t ExtraBytes(const ConvSpec& spec, const Algorithm& algorithm);
// Comparable with gemm::EstimateCycles. The algorithm is not refused.
double EstimateCycles(const ConvSpec& spec, const Algorithm& algorithm,
                      const KernelOptions& options);

}  // namespace assay::winograd
