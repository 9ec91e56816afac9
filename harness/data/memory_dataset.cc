#include "harness/data/memory_dataset.h"

#include <cstring>

#include "harness/data/fingerprint.h"
#include "harness/data/pixels.h"

namespace assay::data {
namespace {

class MemoryDataset final : public Dataset {
 public:
  MemoryDataset(Tensor images, Layout layout, std::vector<int64_t> labels)
      : images_(std::move(images)), layout_(layout), labels_(std::move(labels)) {
    ASSAY_CHECK(images_.dtype() == DType::kU8 || images_.dtype() == DType::kF32);
    ASSAY_CHECK(images_.shape().rank() == 4 && images_.shape()[0] == size());
    Fingerprint hash;
    hash.Add(Name(images_.dtype()));
    for (int64_t dim : images_.shape().dims()) hash.Add(dim);
    hash.Add(static_cast<int64_t>(layout_));
    hash.Add(std::span(static_cast<const uint8_t*>(images_.data()), images_.bytes()));
    for (int64_t label : labels_) hash.Add(label);
    fingerprint_ = hash.hex();
  }

  int64_t size() const override { return static_cast<int64_t>(labels_.size()); }

  Result<Sample> Get(int64_t index) const override {
    ASSAY_CHECK(index >= 0 && index < size());
    const Shape& shape = images_.shape();
    Tensor image(images_.dtype(), Shape{shape[1], shape[2], shape[3]});
    const auto* first = static_cast<const uint8_t*>(images_.data());
    std::memcpy(image.data(), first + static_cast<size_t>(index) * image.bytes(), image.bytes());
    return Sample{WithLayout(std::move(image), layout_, Layout::kHwc),
                  labels_[static_cast<size_t>(index)]};
  }

  std::string fingerprint() const override { return fingerprint_; }

 private:
  const Tensor images_;
  const Layout layout_;
  const std::vector<int64_t> labels_;
  std::string fingerprint_;
};

}  // namespace

std::unique_ptr<Dataset> MakeMemoryDataset(Tensor images, Layout layout,
                                           std::vector<int64_t> labels) {
  return std::make_unique<MemoryDataset>(std::move(images), layout, std::move(labels));
}

}  // namespace assay::data
