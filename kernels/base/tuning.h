// Tuning: which variant was measured to be the fastest here, by shape, and how dispatch follows it.
// Where the measurements come from, a file or a test, the kernels do not know.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernels/base/compute.h"

namespace assay {

class Tuning {
 public:
  // `origin`: what dispatch says that it is tuned by. Picks hold for so many threads alone.
  Tuning(std::string origin, int threads) : origin_(std::move(origin)), threads_(threads) {}

  void Add(std::string shape, std::string variant) {
    picks_[std::move(shape)] = std::move(variant);
  }
  // nullptr: nothing is known of the shape.
  const std::string* Find(std::string_view shape, int threads) const;
  const std::string& origin() const { return origin_; }
  int threads() const { return threads_; }
  const std::map<std::string, std::string, std::less<>>& picks() const { return picks_; }

 private:
  std::string origin_;
  int threads_;
  std::map<std::string, std::string, std::less<>> picks_;
};

// From now on plans follow it; nullopt: none. Not while a plan is made.
void UseTuning(std::optional<Tuning> tuning);
// nullptr: none.
const Tuning* CurrentTuning();

// The shape of a product as the catalog spells it: "gemm:f32:512x512x512".
std::string ProductShape(ComputeType type, int64_t m, int64_t n, int64_t k);

// `options` with the variant that the current tuning has for the shape, where none is forced and
// usable(them) agrees; otherwise as they are.
template <typename Usable>
KernelOptions Tuned(const KernelOptions& options, std::string_view shape, Usable usable) {
  const Tuning* tuning = CurrentTuning();
  if (tuning == nullptr || !options.variant.empty()) return options;
  const std::string* pick = tuning->Find(shape, options.threads);
  if (pick == nullptr) return options;
  KernelOptions tuned = options;
  tuned.variant = *pick;
  return usable(tuned) ? tuned : options;
}

// Gives the pick its reason, where it is a tuned one.
void TellTuned(const KernelOptions& options, const KernelOptions& tuned,
               std::vector<VariantChoice>& choices);

}  // namespace assay
