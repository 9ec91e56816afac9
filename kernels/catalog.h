// The catalog of kernel problems: one spelling for all families, the variants' claims on a problem,
// and a problem that can be run. `assay kernels` and the kernel benchmarks stand on it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/base/compute.h"
#include "kernels/base/status.h"
#include "kernels/conv/spec.h"
#include "kernels/cpu/thread_pool.h"

namespace assay::catalog {

enum class Family : uint8_t { kGemm, kConv, kDepthwise };

// "gemm", "conv", "depthwise".
std::string_view Name(Family family);

// A product of m x k by k x n is held as the convolution that it is: 1x1, of a 1 x m image of k
// channels to n.
struct Problem {
  Family family = Family::kGemm;
  ComputeType type = ComputeType::kF32;
  ConvSpec spec;

  // The shape as ParseShape reads it.
  std::string ToString() const;
  // Nominal multiply-adds, padding included. One is two operations.
  int64_t macs() const { return spec.macs(); }
};

// `gemm:TYPES:MxNxK` or `conv:TYPES:NxHxWxC:OCxKHxKW[:sS][:pP][:gG]`; TYPES is f32, u8s8s32 or
// u8s8u8; stride S (default 1), padding P on all sides (0) and G groups (1). A convolution with G =
// C = OC > 1 is depthwise. Error: another spelling, an impossible geometry, or an operand of more
// than 2^31 elements.
Result<Problem> ParseShape(std::string_view text);

// Every variant of the problem's family in the eyes of dispatch; one is picked.
std::vector<VariantChoice> Explain(const Problem& problem, const KernelOptions& options = {});

// What a run reads and writes, for others to compute the same from the same data.
struct Operands {
  const void* src = nullptr;  // m x k, or NHWC.
  Weights weights;            // n x k, or OIHW; with a bias per output channel.
  const OutputStage* stage = nullptr;
  std::span<const uint8_t> dst;  // m x n, or NHWC: what the last Once or Verify computed.
};

// Operands of somebody else, who keeps them while the run lives: see Operands for their extents.
struct GivenOperands {
  const void* src = nullptr;
  Weights weights;
  void* dst = nullptr;
};

// A problem with operands of its own, ready to run: full-range integers, or floats on a grid so
// coarse that sums come out exact; the same for every variant and on every machine. Convolutions
// have a bias and a fused ReLU.
class Run {
 public:
  // Errors as conv::Conv::Make: above all, options.variant is unknown or cannot run here.
  static Result<Run> Make(const Problem& problem, const KernelOptions& options = {});
  static Result<Run> Make(const Problem& problem, const KernelOptions& options,
                          const GivenOperands& operands);

  Run(Run&&) noexcept;
  Run& operator=(Run&&) noexcept;
  ~Run();

  // Computes once, on options.threads threads.
  void Once();

  // Plans once more, on the same operands: what choosing a variant and packing the weights take.
  void Pack();

  // Computes once and compares with the plain loops: all outputs, or a sample of them,
  // evenly spaced and the last included, where all would take longer than seconds; exactly, but
  // Winograd within conv::Conv::error_bound. Error: the first output that differs.
  Status Verify();

  // The same by the outputs of another run of the problem, verified to the bit and not run since:
  // all of them, and sooner than by plain loops.
  Status VerifyBy(const Run& verified);

  const Problem& problem() const;
  const std::string& variant() const;
  // Valid as long as the run.
  Operands operands() const;
  // The memory of the output and of the source, in this order.
  std::vector<std::span<const uint8_t>> activations() const;
  // How far an output may be off from exact sums; 0 but for Winograd.
  double Tolerance() const;
  // Of one run: source, packed weights and destination, each once.
  int64_t bytes_touched() const;
  size_t packed_bytes() const;

 private:
  struct Impl;
  explicit Run(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace assay::catalog
