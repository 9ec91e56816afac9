#include "harness/data/pixels.h"
#include "harness/data/transform.h"

namespace assay::data {
namespace {

class RescaleTransform final : public Transform {
 public:
  Status Apply(Sample& sample) const override {
    sample.image = AsFloat(std::move(sample.image));
    ForEachPixel(sample, [](float value, size_t) { return value / 255.0f; });
    return {};
  }
};

}  // namespace

extern const TransformEntry rescale;
const TransformEntry rescale = {
    .name = "Rescale",
    .summary = "x / 255",
    .keys = {},
    .make = [](const Options&) -> Result<std::unique_ptr<Transform>> {
      return std::unique_ptr<Transform>(std::make_unique<RescaleTransform>());
    },
};

}  // namespace assay::data
