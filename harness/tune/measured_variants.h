// MeasuredVariants: which kernel variants are the fastest on this machine for the shapes that plans
// ask dispatch for. Each shape and thread count is contested once: winners are kept in a file for
// all searches of the machine, in the format of assay autotune.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "harness/measure/tuned.h"
#include "kernels/base/status.h"
#include "kernels/base/tuning.h"

namespace assay::tune {

// In tuning.space.variants and QuantPlan::variants.
inline constexpr const char* kMeasuredVariants = "measured";

// Contests the variants of a shape. Contests lie above (harness/compare): whoever runs a search
// hands one down. nullopt: there is nothing to choose. Error: wrong results, or the user's
// interruption.
using VariantContest =
    std::function<Result<std::optional<measure::TunedShape>>(const TunedFor& what)>;

class MeasuredVariants {
 public:
  // What is contested, and how far that is.
  using Progress = std::function<void(const std::string& what, int64_t done, int64_t total)>;

  // `cache`: where winners are kept; empty: nowhere. What cannot be read there, or is of another
  // machine or version, is begun anew, with a warning.
  MeasuredVariants(std::filesystem::path cache, VariantContest contest, Progress progress = {});

  // Winners that this run used before: they go before those of the cache.
  void Restore(const std::vector<measure::TunedShape>& shapes);
  // Contests what nothing is known of; a winner is in the cache as soon as it is known. A cache
  // that cannot be written is a warning. Error: of the contest.
  Status Settle(const std::set<TunedFor>& asked);

  // All that is known, for plans to follow.
  Tuning tuning() const;
  // What is known of these, in their order.
  std::vector<measure::TunedShape> Of(const std::set<TunedFor>& asked) const;
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  void Keep(const measure::TunedShape& winner);

  std::filesystem::path cache_;
  VariantContest contest_;
  Progress progress_;
  std::map<TunedFor, measure::TunedShape> known_;
  std::set<TunedFor> without_choice_;
  std::vector<std::string> warnings_;
};

// A file of winners, as assay autotune writes it and ASSAY_TUNED names it; with its folder.
Status WriteTuned(const std::filesystem::path& file,
                  const std::vector<measure::TunedShape>& shapes);

}  // namespace assay::tune
