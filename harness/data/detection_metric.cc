#include "harness/data/detection_metric.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "harness/data/average_precision.h"

namespace assay::data {
namespace {

constexpr int64_t kMaxThresholds = 64;

struct Settings {
  std::shared_ptr<const CocoAnnotations> annotations;
  DetectionFormat format;
  std::vector<double> thresholds;
  int points = 0;
  size_t max_detections = 100;  // Of a category in an image.
};

// "0.5:0.05:0.95" as numpy's linspace has it, or one number. Empty: neither.
std::vector<double> ParseThresholds(std::string_view text) {
  std::vector<double> parts;
  while (true) {
    double part = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), part);
    if (error != std::errc() || !(part >= 0 && part <= 1)) return {};
    parts.push_back(part);
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    if (text.empty()) break;
    if (text[0] != ':') return {};
    text.remove_prefix(1);
  }
  if (parts.size() == 1) return parts;
  if (parts.size() != 3 || parts[1] <= 0 || parts[2] <= parts[0]) return {};
  const double steps = std::round((parts[2] - parts[0]) / parts[1]);
  if (!(steps >= 1 && steps < kMaxThresholds)) return {};
  std::vector<double> thresholds;
  for (double i = 0; i < steps; ++i) {
    thresholds.push_back(parts[0] + i * ((parts[2] - parts[0]) / steps));
  }
  thresholds.push_back(parts[2]);
  return thresholds;
}

class DetectionMetric final : public Metric {
 public:
  explicit DetectionMetric(Settings settings) : settings_(std::move(settings)) {}

  Status Update(const TensorView& outputs, std::span<const int64_t> labels) override {
    return UpdateAll({&outputs, 1}, labels);
  }
  bool wants_all_outputs() const override { return true; }

  Status UpdateAll(std::span<const TensorView> outputs, std::span<const int64_t> labels) override {
    ASSAY_ASSIGN_OR_RETURN(const auto images, FindImages(labels));
    ASSAY_ASSIGN_OR_RETURN(const auto found, ReadDetections(settings_.format, outputs, images,
                                                            settings_.annotations->categories));
    for (size_t i = 0; i < images.size(); ++i) Add(images[i]->id, found[i]);
    result_.reset();
    return {};
  }

  double value() const override { return Evaluated().value; }
  int64_t samples() const override { return std::ssize(ids_); }
  std::span<const double> outcomes() const override { return Evaluated().outcomes; }
  bool outcomes_stay() const override { return false; }
  bool higher_is_better() const override { return true; }
  std::string fingerprint() const override { return settings_.annotations->fingerprint; }
  void Reset() override {
    ids_.clear();
    places_.clear();
    categories_.clear();
    result_.reset();
  }

 private:
  struct Category {
    std::vector<Match> matches;
    std::vector<std::pair<size_t, int64_t>> objects;  // Those that count, by image.
  };
  struct Evaluation {
    double value = std::numeric_limits<double>::quiet_NaN();
    std::vector<double> outcomes;
  };

  // Labels are ids of images.
  Result<std::vector<const CocoImage*>> FindImages(std::span<const int64_t> labels) const {
    std::vector<const CocoImage*> images;
    for (size_t i = 0; i < labels.size(); ++i) {
      const auto sample = ids_.size() + i;
      images.push_back(settings_.annotations->Find(labels[i]));
      if (images.back() == nullptr) {
        return Error(
            fmt::format("sample {} has label {}, but no image of the annotations has that "
                        "id; expected labels that are ids, as of the dataset COCORaw",
                        sample, labels[i]));
      }
      if (places_.contains(labels[i]) || std::ranges::count(labels.first(i), labels[i]) > 0) {
        return Error(fmt::format("sample {} is image {} a second time", sample, labels[i]));
      }
    }
    return images;
  }

  void Add(int64_t id, std::span<const Detection> detections) {
    const size_t place = ids_.size();
    places_.emplace(id, place);
    ids_.push_back(id);
    std::map<int64_t, std::pair<std::vector<Detection>, std::vector<CocoObject>>> sorted;
    for (const Detection& detection : detections) {
      sorted[detection.category].first.push_back(detection);
    }
    const auto objects = settings_.annotations->objects.find(id);
    if (objects != settings_.annotations->objects.end()) {
      for (const CocoObject& object : objects->second) {
        sorted[object.category].second.push_back(object);
      }
    }
    for (const auto& [number, both] : sorted) {
      Category& category = categories_[number];
      const auto matches = MatchDetections(both.first, both.second, settings_.thresholds,
                                           settings_.max_detections, static_cast<int64_t>(place));
      category.matches.insert(category.matches.end(), matches.begin(), matches.end());
      const auto count =
          std::ranges::count_if(both.second, [](const auto& object) { return !object.crowd; });
      if (count > 0) category.objects.emplace_back(place, count);
    }
  }

  const Evaluation& Evaluated() const {
    if (!result_) result_ = Evaluate();
    return *result_;
  }

  Evaluation Evaluate() const {
    double sum = 0, curves = 0;
    std::vector<double> influence(ids_.size());
    for (const auto& [number, category] : categories_) {
      if (category.objects.empty()) continue;
      std::vector<int64_t> objects(ids_.size());
      int64_t all = 0;
      for (const auto& [place, count] : category.objects) all += objects[place] = count;
      const std::vector<Match> matches = ByScore(category.matches);
      for (size_t t = 0; t < settings_.thresholds.size(); ++t) {
        const PrecisionCurve curve(matches, t, all);
        sum += curve.Average(settings_.points);
        curves += 1;
        curve.AddInfluence(objects, 1, influence);
      }
    }
    if (curves == 0) return {};  // Nothing was to be found.
    Evaluation evaluation{sum / curves, {}};
    const double n = static_cast<double>(ids_.size());
    for (const double each : influence) {
      evaluation.outcomes.push_back(evaluation.value + n * each / curves);
    }
    return evaluation;
  }

  // Of equal scores that of the lower id first, so that the order of samples changes nothing.
  std::vector<Match> ByScore(std::span<const Match> matches) const {
    std::vector<size_t> order(matches.size());
    std::iota(order.begin(), order.end(), size_t{0});
    const auto key = [&](size_t i) {
      const Match& match = matches[i];
      return std::tuple(-match.score, ids_[static_cast<size_t>(match.image)], i);
    };
    std::ranges::sort(order, {}, key);
    std::vector<Match> sorted;
    for (const size_t i : order) sorted.push_back(matches[i]);
    return sorted;
  }

  const Settings settings_;
  std::vector<int64_t> ids_;  // Of the images, in the order of updates.
  std::unordered_map<int64_t, size_t> places_;
  std::map<int64_t, Category> categories_;
  mutable std::optional<Evaluation> result_;
};

}  // namespace

Result<std::unique_ptr<Metric>> MakeDetectionMetric(std::string_view name,
                                                    std::string_view thresholds, int points,
                                                    const Options& options) {
  OptionReader reader(fmt::format("metric {}", name), options);
  const std::filesystem::path path = reader.Path("anno_path");
  Settings settings;
  settings.thresholds = ParseThresholds(reader.String("iou_thrs", std::string(thresholds)));
  if (settings.thresholds.empty()) {
    reader.Reject("iou_thrs", fmt::format("must be a number in [0, 1], or first:step:last of at "
                                          "most {} of them",
                                          kMaxThresholds));
  }
  settings.points = static_cast<int>(reader.Int("map_points", 0, 101, points));
  if (settings.points != 0 && settings.points != 11 && settings.points != 101) {
    reader.Reject("map_points", "must be 0, 11 or 101");
  }
  settings.max_detections = static_cast<size_t>(reader.Int("max_detections", 1, 1 << 20, 100));
  settings.format = ReadDetectionFormat(reader);
  ASSAY_RETURN_IF_ERROR(reader.status());
  auto annotations = ReadCoco(path);
  if (!annotations.ok()) return ErrorAt(options.where, annotations.message());
  settings.annotations = *std::move(annotations);
  return std::unique_ptr<Metric>(std::make_unique<DetectionMetric>(std::move(settings)));
}

}  // namespace assay::data
