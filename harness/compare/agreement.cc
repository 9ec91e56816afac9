#include "harness/compare/agreement.h"

#include <fmt/format.h>

#include <cmath>

#include "kernels/base/buffer.h"

namespace assay::compare {
namespace {

// Whether `got` may stand for `want`; `bias` was left out of `got`.
struct Comparison {
  double tolerance = 0;
  bool bare = false;

  template <typename T, typename B>
  Status All(const PeerTask& task, const T* got) const {
    const auto* want = reinterpret_cast<const T*>(task.operands.dst.data());
    const auto* bias = static_cast<const B*>(task.operands.weights.bias);
    const auto count = static_cast<int64_t>(task.operands.dst.size() / sizeof(T));
    int64_t beyond = 0, first = -1;
    for (int64_t i = 0; i < count; ++i) {
      const double omitted = bare ? static_cast<double>(bias[i % task.problem.spec.oc]) : 0;
      const double difference = std::abs(static_cast<double>(got[i]) + omitted - want[i]);
      if (difference <= tolerance) continue;
      if (beyond++ == 0) first = i;
    }
    if (beyond == 0) return {};
    return Error(fmt::format(
        "{} of {} outputs differ by more than {:.3g}; the first is output {}: {} instead of {}",
        beyond, count, tolerance, first, got[first], want[first]));
  }
};

}  // namespace

Status CheckAgreement(const PeerTask& task, Algorithm algorithm, PeerRun& run) {
  Buffer got = Buffer::Zeroed(task.operands.dst.size());
  run.Once();
  run.CopyOutput(got.data());
  Comparison comparison{.bare = !run.adds_bias()};
  const ConvSpec& s = task.problem.spec;
  switch (task.problem.type) {
    case ComputeType::kU8S8S32:
      return comparison.All<int32_t, int32_t>(task, got.as<int32_t>());
    case ComputeType::kU8S8U8:
      comparison.tolerance = 1;
      return comparison.All<uint8_t, int32_t>(task, got.data());
    case ComputeType::kF32:
      comparison.tolerance = static_cast<double>(s.c / s.groups * s.kh * s.kw) * 0x1p-23;
      if (algorithm == Algorithm::kWinograd) comparison.tolerance *= 32;
      return comparison.All<float, float>(task, got.as<float>());
    case ComputeType::kS16S16S32:
      break;  // No problem's.
  }
  return Error("unknown type");
}

}  // namespace assay::compare
