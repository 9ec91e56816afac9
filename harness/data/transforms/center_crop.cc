#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "harness/data/transform.h"

namespace assay::data {
namespace {

class CenterCropTransform final : public Transform {
 public:
  CenterCropTransform(int64_t height, int64_t width) : height_(height), width_(width) {}

  Status Apply(Sample& sample) const override {
    if (sample.layout != Layout::kHwc) return Error("CenterCrop must come before Transpose");
    if (height_ > sample.height() || width_ > sample.width()) {
      return Error(fmt::format("CenterCrop to {} x {} of an image of {} x {}", height_, width_,
                               sample.height(), sample.width()));
    }
    const int64_t top = (sample.height() - height_) / 2;
    const int64_t left = (sample.width() - width_) / 2;
    Tensor cropped(sample.image.dtype(), Shape{height_, width_, sample.channels()});
    const int64_t pixel_bytes =
        sample.channels() * static_cast<int64_t>(SizeOf(sample.image.dtype()));
    const auto* source = static_cast<const uint8_t*>(sample.image.data());
    auto* out = static_cast<uint8_t*>(cropped.data());
    for (int64_t y = 0; y < height_; ++y) {
      std::memcpy(out + y * width_ * pixel_bytes,
                  source + ((top + y) * sample.width() + left) * pixel_bytes,
                  static_cast<size_t>(width_ * pixel_bytes));
    }
    sample.image = std::move(cropped);
    return {};
  }

 private:
  const int64_t height_;
  const int64_t width_;
};

Result<std::unique_ptr<Transform>> Make(const Options& options) {
  OptionReader reader("transform CenterCrop", options);
  const std::vector<int64_t> size = reader.Ints("size", 1, 1 << 14);
  if (size.size() > 2) reader.Reject("size", "must be one extent or [height, width]");
  ASSAY_RETURN_IF_ERROR(reader.status());
  return std::unique_ptr<Transform>(
      std::make_unique<CenterCropTransform>(size.front(), size.back()));
}

constexpr OptionKey kKeys[] = {{"size", "side length, or [height, width]"}};

}  // namespace

extern const TransformEntry center_crop;
const TransformEntry center_crop = {
    .name = "CenterCrop",
    .summary = "keeps the middle of the image",
    .keys = kKeys,
    .make = Make,
};

}  // namespace assay::data
