#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "harness/data/pixels.h"
#include "harness/data/transform.h"

namespace assay::data {
namespace {

// One number for all channels, or one for each.
bool Fits(const std::vector<float>& numbers, int64_t channels) {
  return numbers.size() == 1 || static_cast<int64_t>(numbers.size()) == channels;
}

class NormalizeTransform final : public Transform {
 public:
  NormalizeTransform(std::vector<float> mean, std::vector<float> std)
      : mean_(std::move(mean)), std_(std::move(std)) {}

  Status Apply(Sample& sample) const override {
    if (!Fits(mean_, sample.channels()) || !Fits(std_, sample.channels())) {
      return Error(
          fmt::format("Normalize with {} means and {} deviations of an image with {} "
                      "channels",
                      mean_.size(), std_.size(), sample.channels()));
    }
    sample.image = AsFloat(std::move(sample.image));
    ForEachPixel(sample, [this](float value, size_t channel) {
      return (value - mean_[std::min(channel, mean_.size() - 1)]) /
             std_[std::min(channel, std_.size() - 1)];
    });
    return {};
  }

 private:
  const std::vector<float> mean_;
  const std::vector<float> std_;
};

Result<std::unique_ptr<Transform>> Make(const Options& options) {
  OptionReader reader("transform Normalize", options);
  const std::vector<double> mean = reader.Numbers("mean", {{0.0}});
  const std::vector<double> std = reader.Numbers("std", {{1.0}});
  const auto is_tiny = [](double number) { return !(static_cast<float>(number) > 0.0f); };
  if (std::ranges::any_of(std, is_tiny)) reader.Reject("std", "must be above 0");
  ASSAY_RETURN_IF_ERROR(reader.status());
  return std::unique_ptr<Transform>(std::make_unique<NormalizeTransform>(
      std::vector<float>(mean.begin(), mean.end()), std::vector<float>(std.begin(), std.end())));
}

constexpr OptionKey kKeys[] = {
    {"mean", "subtracted; one number, or one per channel (default 0)"},
    {"std", "then divided by; one number, or one per channel (default 1)"},
};

}  // namespace

extern const TransformEntry normalize;
const TransformEntry normalize = {
    .name = "Normalize",
    .summary = "(x - mean) / std per channel, on the values as they are (Rescale first for 0..1)",
    .keys = kKeys,
    .make = Make,
};

}  // namespace assay::data
