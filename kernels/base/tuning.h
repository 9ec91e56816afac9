// Tuning: which variant was measured to be the fastest here, by shape, and how dispatch follows it.
// Where the measurements come from, a file or a test, the kernels do not know.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernels/base/compute.h"

namespace assay {

// A shape as the catalog spells it, and with how many threads it is computed.
struct TunedFor {
  std::string shape;
  int threads = 1;

  auto operator<=>(const TunedFor&) const = default;
};

class Tuning {
 public:
  // `origin`: what dispatch says that it is tuned by.
  explicit Tuning(std::string origin) : origin_(std::move(origin)) {}

  // For so many threads alone.
  void Add(TunedFor what, std::string variant) { picks_[std::move(what)] = std::move(variant); }
  // nullptr: nothing is known of the shape with so many threads.
  const std::string* Find(const TunedFor& what) const;
  const std::string& origin() const { return origin_; }
  const std::map<TunedFor, std::string>& picks() const { return picks_; }

 private:
  std::string origin_;
  std::map<TunedFor, std::string> picks_;
};

// From now on plans follow it; nullopt: none. Not while a plan is made.
void UseTuning(std::optional<Tuning> tuning);
// nullptr: none.
const Tuning* CurrentTuning();

// As long as it lives plans follow this tuning (nullopt: none), then the one of before.
class TuningScope {
 public:
  explicit TuningScope(std::optional<Tuning> tuning);
  TuningScope(const TuningScope&) = delete;
  TuningScope& operator=(const TuningScope&) = delete;
  ~TuningScope();

 private:
  std::optional<Tuning> before_;
};

// As long as it lives: what dispatch is asked for on this thread, where the choice is its own. One
// at a time.
class TuningLog {
 public:
  TuningLog();
  TuningLog(const TuningLog&) = delete;
  TuningLog& operator=(const TuningLog&) = delete;
  ~TuningLog();

  const std::set<TunedFor>& asked() const { return asked_; }
  // Adds to the log that lives, if there is one. A shape without a spelling is none.
  static void Note(std::string_view shape, int threads);

 private:
  std::set<TunedFor> asked_;
};

// The shape of a product as the catalog spells it: "gemm:f32:512x512x512".
std::string ProductShape(ComputeType type, int64_t m, int64_t n, int64_t k);

// `options` with the variant that the current tuning has for the shape, where none is forced and
// usable(them) agrees; otherwise as they are.
template <typename Usable>
KernelOptions Tuned(const KernelOptions& options, std::string_view shape, Usable usable) {
  if (!options.variant.empty()) return options;
  TuningLog::Note(shape, options.threads);
  const Tuning* tuning = CurrentTuning();
  if (tuning == nullptr) return options;
  const std::string* pick = tuning->Find({std::string(shape), options.threads});
  if (pick == nullptr) return options;
  KernelOptions tuned = options;
  tuned.variant = *pick;
  return usable(tuned) ? tuned : options;
}

// Gives the pick its reason, where it is a tuned one.
void TellTuned(const KernelOptions& options, const KernelOptions& tuned,
               std::vector<VariantChoice>& choices);

}  // namespace assay
