#include "kernels/winograd/dispatch.h"

#include <algorithm>

#include "kernels/base/nearest_name.h"
#include "kernels/winograd/exact_weights.h"

namespace assay::winograd {
namespace {

constexpr const char* kPrefix = "winograd";

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

}  // namespace

std::string Algorithm::name() const {
  return kPrefix + std::to_string(outputs) + "_" + variant->name;
}

std::vector<Algorithm> Algorithms() {
  std::vector<Algorithm> algorithms;
  for (int outputs : {2, 4}) {
    for (const Variant* variant : AllVariants()) {
      const Algorithm algorithm{variant, outputs};
      if (algorithm.transforms().input != nullptr) algorithms.push_back(algorithm);
    }
  }
  return algorithms;
}

bool IsName(const std::string& variant) { return variant.starts_with(kPrefix); }

Result<Algorithm> Find(const std::string& name) {
  std::vector<std::string> names;
  for (const Algorithm& algorithm : Algorithms()) {
    names.push_back(algorithm.name());
    if (names.back() == name) return algorithm;
  }
  const std::vector<std::string_view> known(names.begin(), names.end());
  return Error(UnknownName("kernel variant", name, known));
}

int64_t Tiles(const ConvSpec& s, int outputs) {
  return s.n * CeilDiv(s.oh(), outputs) * CeilDiv(s.ow(), outputs);
}

gemm::Problem ToProblem(const ConvSpec& s, const Algorithm& algorithm) {
  const bool real = algorithm.variant->type == ComputeType::kF32;
  const int64_t k = real ? s.c : PairedChannels(s.c);
  return {.type = real ? ComputeType::kF32 : ComputeType::kS16S16S32,
          .m = Tiles(s, algorithm.outputs),
          .n = s.oc,
          .k = k,
          .groups = algorithm.positions(),
          .row_bytes = k * algorithm.source_bytes()};
}

KernelOptions ProductOptions(const Algorithm& algorithm, const KernelOptions& options) {
  KernelOptions product = options;
  product.usable = options.usable & *IsaCap(Name(algorithm.variant->isa));
  product.variant = "";
  return product;
}

std::string Refusal(const ConvSpec& s, ComputeType type, const Algorithm& algorithm,
                    const KernelOptions& options) {
  if (type != algorithm.variant->type) return "does not do " + std::string(Name(type));
  const bool plain = s.stride_h == 1 && s.stride_w == 1 && s.dilation_h == 1 && s.dilation_w == 1;
  if (s.kh != 3 || s.kw != 3 || !plain) return "needs 3x3, stride 1, dilation 1";
  if (s.groups != 1) return "needs one group";
  const Isa isa = algorithm.variant->isa;
  if (options.usable.has(isa)) return "";
  return "needs " + std::string(Name(isa)) +
         (DetectedIsas().has(isa) ? ", which is capped" : ", which this CPU lacks");
}

int64_t ExtraBytes(const ConvSpec& s, const Algorithm& algorithm) {
  const int64_t direct_bytes = algorithm.variant->type == ComputeType::kF32 ? 4 : 1;
  return (algorithm.positions() * algorithm.source_bytes() - s.kh * s.kw * direct_bytes) * s.c *
         s.oc;
}

double EstimateCycles(const ConvSpec& s, const Algorithm& algorithm, const KernelOptions& options) {
  const gemm::Problem problem = ToProblem(s, algorithm);
  const auto product = gemm::Choose(problem, ProductOptions(algorithm, options));
  ASSAY_CHECK(product.ok());
  const Transforms& transforms = algorithm.transforms();
  const auto vectors = [](int64_t channels, int64_t lanes) {
    return static_cast<double>(CeilDiv(channels, lanes));
  };
  const double per_tile =
      transforms.tile_cycles +
      vectors(s.c, algorithm.variant->source_lanes) * transforms.input_cycles +
      vectors(s.oc, algorithm.variant->product_lanes) * transforms.output_cycles;
  return gemm::EstimateCycles(**product, problem) + static_cast<double>(problem.m) * per_tile;
}

}  // namespace assay::winograd
