#include "harness/data/pixels.h"
#include "harness/data/transform.h"

namespace assay::data {
namespace {

class ScaleTransform final : public Transform {
 public:
  ScaleTransform(float scale, float shift) : scale_(scale), shift_(shift) {}

  Status Apply(Sample& sample) const override {
    sample.image = AsFloat(std::move(sample.image));
    ForEachPixel(sample, [this](float value, size_t) { return value * scale_ + shift_; });
    return {};
  }

 private:
  const float scale_;
  const float shift_;
};

Result<std::unique_ptr<Transform>> Make(const Options& options) {
  OptionReader reader("transform Scale", options);
  const double scale = reader.Number("scale", 1.0);
  const double shift = reader.Number("shift", 0.0);
  ASSAY_RETURN_IF_ERROR(reader.status());
  return std::unique_ptr<Transform>(
      std::make_unique<ScaleTransform>(static_cast<float>(scale), static_cast<float>(shift)));
}

constexpr OptionKey kKeys[] = {
    {"scale", "factor (default 1)"},
    {"shift", "added after it (default 0)"},
};

}  // namespace

extern const TransformEntry scale;
const TransformEntry scale = {
    .name = "Scale",
    .summary = "x * scale + shift",
    .keys = kKeys,
    .make = Make,
};

}  // namespace assay::data
