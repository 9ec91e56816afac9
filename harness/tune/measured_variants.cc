#include "harness/tune/measured_variants.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "harness/file/write_whole.h"

namespace assay::tune {

using measure::TunedShape;

MeasuredVariants::MeasuredVariants(std::filesystem::path cache, VariantContest contest,
                                   Progress progress)
    : cache_(std::move(cache)), contest_(std::move(contest)), progress_(std::move(progress)) {
  std::error_code ignored;
  if (cache_.empty()) {
    warnings_.push_back(
        "tuning.space.variants: neither XDG_CACHE_HOME nor HOME is set; winners are not kept");
  } else if (std::filesystem::exists(cache_, ignored)) {
    const auto kept = measure::ReadTunedShapes(cache_.string());
    if (kept.ok()) Restore(*kept);
    if (!kept.ok()) warnings_.push_back("begun anew: " + kept.message());
  }
}

void MeasuredVariants::Restore(const std::vector<TunedShape>& shapes) {
  for (const TunedShape& shape : shapes) known_[{shape.shape, shape.threads}] = shape;
}

Status MeasuredVariants::Settle(const std::set<TunedFor>& asked) {
  std::vector<TunedFor> unknown;
  for (const TunedFor& what : asked) {
    if (!known_.contains(what) && !without_choice_.contains(what)) unknown.push_back(what);
  }
  for (size_t i = 0; i < unknown.size(); ++i) {
    const TunedFor& what = unknown[i];
    if (progress_) {
      progress_("kernel variants", static_cast<int64_t>(i), static_cast<int64_t>(unknown.size()));
    }
    const TuningScope none(std::nullopt);  // Dispatch's pick is its own.
    ASSAY_ASSIGN_OR_RETURN(const std::optional<TunedShape> winner, contest_(what));
    if (!winner) {
      without_choice_.insert(what);
      continue;
    }
    known_[what] = *winner;
    Keep(*winner);
  }
  return {};
}

// Another process may have added to the cache meanwhile.
void MeasuredVariants::Keep(const TunedShape& winner) {
  if (cache_.empty()) return;
  std::map<TunedFor, TunedShape> all;
  const auto kept = measure::ReadTunedShapes(cache_.string());
  if (kept.ok()) {
    for (const TunedShape& shape : *kept) all[{shape.shape, shape.threads}] = shape;
  }
  all[{winner.shape, winner.threads}] = winner;
  std::vector<TunedShape> shapes;
  for (auto& [what, shape] : all) shapes.push_back(std::move(shape));
  const Status written = WriteTuned(cache_, shapes);
  if (written.ok()) return;
  warnings_.push_back(fmt::format("{}; winners are not kept", written.message()));
  cache_.clear();
}

Tuning MeasuredVariants::tuning() const {
  Tuning tuning("measurement");
  for (const auto& [what, shape] : known_) tuning.Add(what, shape.variant);
  return tuning;
}

std::vector<TunedShape> MeasuredVariants::Of(const std::set<TunedFor>& asked) const {
  std::vector<TunedShape> shapes;
  for (const TunedFor& what : asked) {
    const auto found = known_.find(what);
    if (found != known_.end()) shapes.push_back(found->second);
  }
  return shapes;
}

Status WriteTuned(const std::filesystem::path& file, const std::vector<TunedShape>& shapes) {
  std::error_code error;
  std::filesystem::create_directories(file.parent_path(), error);
  if (error) return Error(fmt::format("{}: {}", file.parent_path().string(), error.message()));
  return WriteWhole(file, measure::ToJson(shapes).dump(2) + "\n");
}

}  // namespace assay::tune
