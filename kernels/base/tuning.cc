#include "kernels/base/tuning.h"

namespace assay {
namespace {

std::optional<Tuning>& Current() {
  static std::optional<Tuning> tuning;
  return tuning;
}

}  // namespace

const std::string* Tuning::Find(std::string_view shape, int threads) const {
  const auto found = picks_.find(shape);
  return threads != threads_ || found == picks_.end() ? nullptr : &found->second;
}

void UseTuning(std::optional<Tuning> tuning) { Current() = std::move(tuning); }

const Tuning* CurrentTuning() { return Current() ? &*Current() : nullptr; }

std::string ProductShape(ComputeType type, int64_t m, int64_t n, int64_t k) {
  return "gemm:" + std::string(Name(type)) + ":" + std::to_string(m) + "x" + std::to_string(n) +
         "x" + std::to_string(k);
}

void TellTuned(const KernelOptions& options, const KernelOptions& tuned,
               std::vector<VariantChoice>& choices) {
  if (tuned.variant == options.variant) return;
  for (VariantChoice& choice : choices) {
    if (choice.picked) choice.reason = "tuned by " + CurrentTuning()->origin();
  }
}

}  // namespace assay
