#include <vector>

#include "harness/data/pixels.h"
#include "harness/data/transform.h"

namespace assay::data {
namespace {

class TransposeTransform final : public Transform {
 public:
  TransposeTransform(Layout from, Layout to) : from_(from), to_(to) {}

  Status Apply(Sample& sample) const override {
    if (sample.layout != from_) return Error("Transpose of an image that is already transposed");
    sample.image = WithLayout(std::move(sample.image), from_, to_);
    sample.layout = to_;
    return {};
  }

 private:
  const Layout from_;
  const Layout to_;
};

Result<std::unique_ptr<Transform>> Make(const Options& options) {
  OptionReader reader("transform Transpose", options);
  const std::vector<int64_t> perm = reader.Ints("perm", 0, 2);
  const bool to_chw = perm == std::vector<int64_t>{2, 0, 1};
  if (!to_chw && perm != std::vector<int64_t>{1, 2, 0}) {
    reader.Reject("perm", "must be [2, 0, 1] (HWC to CHW) or [1, 2, 0] (CHW to HWC)");
  }
  ASSAY_RETURN_IF_ERROR(reader.status());
  return std::unique_ptr<Transform>(std::make_unique<TransposeTransform>(
      to_chw ? Layout::kHwc : Layout::kChw, to_chw ? Layout::kChw : Layout::kHwc));
}

constexpr OptionKey kKeys[] = {{"perm", "[2, 0, 1] (HWC to CHW) or [1, 2, 0] (CHW to HWC)"}};

}  // namespace

extern const TransformEntry transpose;
const TransformEntry transpose = {
    .name = "Transpose",
    .summary = "moves the channels; not needed, a batch has the layout of the model anyway",
    .keys = kKeys,
    .make = Make,
};

}  // namespace assay::data
