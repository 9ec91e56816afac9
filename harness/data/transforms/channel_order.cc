#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "harness/data/transform.h"

namespace assay::data {
namespace {

// Swaps the first and last of three channels.
template <typename T>
void SwapEnds(std::span<T> values, Layout layout) {
  if (layout == Layout::kHwc) {
    for (size_t i = 0; i + 2 < values.size(); i += 3) std::swap(values[i], values[i + 2]);
  } else {
    const size_t plane = values.size() / 3;
    std::swap_ranges(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(plane),
                     values.end() - static_cast<std::ptrdiff_t>(plane));
  }
}

class ChannelOrderTransform final : public Transform {
 public:
  explicit ChannelOrderTransform(bool bgr) : bgr_(bgr) {}

  Status Apply(Sample& sample) const override {
    if (sample.channels() != 3) {
      return Error(
          fmt::format("ChannelOrder of an image with {} channels, not 3", sample.channels()));
    }
    if (!bgr_) return {};
    if (sample.image.dtype() == DType::kU8) {
      SwapEnds(sample.image.as<uint8_t>(), sample.layout);
    } else {
      SwapEnds(sample.image.as<float>(), sample.layout);
    }
    return {};
  }

 private:
  const bool bgr_;
};

Result<std::unique_ptr<Transform>> Make(const Options& options) {
  OptionReader reader("transform ChannelOrder", options);
  const bool bgr = reader.Choice("order", {"RGB", "BGR"}) == "BGR";
  ASSAY_RETURN_IF_ERROR(reader.status());
  return std::unique_ptr<Transform>(std::make_unique<ChannelOrderTransform>(bgr));
}

constexpr OptionKey kKeys[] = {{"order", "RGB (as every dataset decodes) or BGR"}};

}  // namespace

extern const TransformEntry channel_order;
const TransformEntry channel_order = {
    .name = "ChannelOrder",
    .summary = "the order of the color channels that the model was trained with",
    .keys = kKeys,
    .make = Make,
};

}  // namespace assay::data
