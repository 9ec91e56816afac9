#include <algorithm>
#include <cmath>

#include "harness/data/pixels.h"
#include "harness/data/transform.h"

namespace assay::data {
namespace {

// Toward zero as NumPy's astype, but into 0..255 instead of around it; NaN gives 0.
Tensor AsU8(const Tensor& image) {
  if (image.dtype() == DType::kU8) return image;
  Tensor bytes(DType::kU8, image.shape());
  std::ranges::transform(image.as<float>(), bytes.as<uint8_t>().begin(), [](float value) {
    return static_cast<uint8_t>(value > 0.0f ? std::min(value, 255.0f) : 0.0f);
  });
  return bytes;
}

class CastTransform final : public Transform {
 public:
  explicit CastTransform(DType dtype) : dtype_(dtype) {}

  Status Apply(Sample& sample) const override {
    sample.image = dtype_ == DType::kU8 ? AsU8(sample.image) : AsFloat(std::move(sample.image));
    return {};
  }

 private:
  const DType dtype_;
};

Result<std::unique_ptr<Transform>> Make(const Options& options) {
  OptionReader reader("transform Cast", options);
  const bool to_u8 = reader.Choice("dtype", {"float32", "uint8"}, "float32") == "uint8";
  ASSAY_RETURN_IF_ERROR(reader.status());
  return std::unique_ptr<Transform>(
      std::make_unique<CastTransform>(to_u8 ? DType::kU8 : DType::kF32));
}

constexpr OptionKey kKeys[] = {{"dtype", "float32 (default) or uint8"}};

}  // namespace

extern const TransformEntry cast;
const TransformEntry cast = {
    .name = "Cast",
    .summary = "changes the element type; a batch is float32 in the end",
    .keys = kKeys,
    .make = Make,
};

}  // namespace assay::data
