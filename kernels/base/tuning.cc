#include "kernels/base/tuning.h"

#include "kernels/base/check.h"

namespace assay {
namespace {

std::optional<Tuning>& Current() {
  static std::optional<Tuning> tuning;
  return tuning;
}

thread_local std::set<TunedFor>* log_of_thread = nullptr;

}  // namespace

const std::string* Tuning::Find(const TunedFor& what) const {
  const auto found = picks_.find(what);
  return found == picks_.end() ? nullptr : &found->second;
}

void UseTuning(std::optional<Tuning> tuning) { Current() = std::move(tuning); }

const Tuning* CurrentTuning() { return Current() ? &*Current() : nullptr; }

TuningScope::TuningScope(std::optional<Tuning> tuning) : before_(std::move(Current())) {
  UseTuning(std::move(tuning));
}

TuningScope::~TuningScope() { UseTuning(std::move(before_)); }

TuningLog::TuningLog() {
  ASSAY_CHECK(log_of_thread == nullptr);
  log_of_thread = &asked_;
}

TuningLog::~TuningLog() { log_of_thread = nullptr; }

void TuningLog::Note(std::string_view shape, int threads) {
  if (log_of_thread != nullptr && !shape.empty()) {
    log_of_thread->insert({std::string(shape), threads});
  }
}

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
