#include "harness/data/pipeline.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/data/fingerprint.h"
#include "harness/data/pixels.h"

namespace assay::data {

Result<Pipeline> Pipeline::Make(std::unique_ptr<Dataset> dataset, const PipelineSpec& spec) {
  ASSAY_CHECK(dataset != nullptr);
  Pipeline pipeline;
  pipeline.dataset_ = std::move(dataset);
  pipeline.layout_ = spec.layout;
  for (const TransformSpec& step : spec.transforms) {
    ASSAY_ASSIGN_OR_RETURN(auto transform, MakeTransform(step.name, step.options));
    pipeline.transforms_.push_back(std::move(transform));
    pipeline.transforms_text_ += fmt::format("{}{} ", step.name, step.options.ToString());
  }
  if (pipeline.size() == 0) return Error("the dataset holds no samples");
  ASSAY_ASSIGN_OR_RETURN(const Sample first, pipeline.Prepare(0));
  pipeline.sample_shape_ = first.image.shape();
  return pipeline;
}

std::string Pipeline::fingerprint() const {
  Fingerprint hash;
  hash.Add(dataset_->fingerprint());
  hash.Add(transforms_text_);
  hash.Add(static_cast<int64_t>(layout_));
  return hash.hex();
}

Status Pipeline::Load(int64_t begin, TensorView batch, std::span<int64_t> labels) const {
  const Shape& shape = batch.shape;
  ASSAY_CHECK(shape.rank() == 4 && batch.dtype == DType::kF32);
  const int64_t count = shape[0];
  ASSAY_CHECK((shape == Shape{count, sample_shape_[0], sample_shape_[1], sample_shape_[2]}));
  ASSAY_CHECK(begin >= 0 && count <= size() - begin);
  ASSAY_CHECK(labels.size() == static_cast<size_t>(count));
  const auto elements = static_cast<size_t>(sample_shape_.elements());
  for (size_t i = 0; i < labels.size(); ++i) {
    ASSAY_RETURN_IF_ERROR(LoadOne(begin + static_cast<int64_t>(i),
                                  batch.as<float>().subspan(i * elements, elements), labels[i]));
  }
  return {};
}

Status Pipeline::Stage(int64_t limit) {
  return Stage(limit, [](int64_t, int64_t) {});
}

Status Pipeline::Stage(int64_t limit, Progress progress) {
  const int64_t total = std::clamp<int64_t>(limit, 0, size());
  const auto elements = static_cast<size_t>(sample_shape_.elements());
  std::vector<float> images(static_cast<size_t>(total) * elements);
  std::vector<int64_t> labels(static_cast<size_t>(total));
  for (size_t i = 0; i < labels.size(); ++i) {
    ASSAY_RETURN_IF_ERROR(LoadOne(static_cast<int64_t>(i),
                                  std::span(images).subspan(i * elements, elements), labels[i]));
    progress(static_cast<int64_t>(i) + 1, total);
  }
  staged_images_ = std::move(images);
  staged_labels_ = std::move(labels);
  return {};
}

Result<Sample> Pipeline::Prepare(int64_t index) const {
  ASSAY_ASSIGN_OR_RETURN(Sample sample, dataset_->Get(index));
  for (const auto& transform : transforms_) {
    if (Status status = transform->Apply(sample); !status.ok()) {
      return Error(fmt::format("sample {}: {}", index, status.message()));
    }
  }
  sample.image = WithLayout(AsFloat(std::move(sample.image)), sample.layout, layout_);
  sample.layout = layout_;
  return sample;
}

Status Pipeline::LoadOne(int64_t index, std::span<float> image, int64_t& label) const {
  if (index < staged()) {
    const auto staged =
        std::span(staged_images_).subspan(static_cast<size_t>(index) * image.size(), image.size());
    std::ranges::copy(staged, image.begin());
    label = staged_labels_[static_cast<size_t>(index)];
    return {};
  }
  ASSAY_ASSIGN_OR_RETURN(const Sample sample, Prepare(index));
  if (sample.image.shape() != sample_shape_) {
    return Error(
        fmt::format("sample {} has shape {}, the first has {}; Resize or CenterCrop makes "
                    "them alike",
                    index, sample.image.shape().ToString(), sample_shape_.ToString()));
  }
  std::ranges::copy(sample.image.as<float>(), image.begin());
  label = sample.label;
  return {};
}

}  // namespace assay::data
