// Pipeline: a dataset, the transforms of its samples, and the layout a model wants. It fills
// batches of float32 in the caller's memory.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "harness/data/dataset.h"
#include "harness/data/transform.h"
#include "kernels/base/function_ref.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor.h"

namespace assay::data {

// One line of a configuration's `transform:`.
struct TransformSpec {
  std::string name;
  Options options;
};

struct PipelineSpec {
  std::vector<TransformSpec> transforms;  // In order.
  Layout layout = Layout::kChw;           // Of each sample in a batch.
};

class Pipeline {
 public:
  // Called with the samples done and their total.
  using Progress = FunctionRef<void(int64_t done, int64_t total)>;

  // Prepares the first sample, to know the shape and to find a wrong setting early. Error: a bad
  // transform, or a first sample that cannot be prepared; an empty dataset.
  static Result<Pipeline> Make(std::unique_ptr<Dataset> dataset, const PipelineSpec& spec);

  int64_t size() const { return dataset_->size(); }
  // Of one sample: [c, h, w] (or [h, w, c], as the layout asks).
  const Shape& sample_shape() const { return sample_shape_; }
  // Of the dataset, the transforms with their options, and the layout; 16 hexadecimal digits.
  std::string fingerprint() const;

  // Fills `batch` (float32 [n, c, h, w] with n >= 0 and sample_shape()) and `labels` (n) with the
  // samples [begin, begin + n), which must exist. Safe to call from several threads at once.
  // Error: a sample that cannot be read or has another shape than the first one.
  Status Load(int64_t begin, TensorView batch, std::span<int64_t> labels) const;

  // Prepares the first min(limit, size()) samples once and keeps them, sample_bytes() each; Load
  // then copies them. Not while another thread is in Load.
  Status Stage(int64_t limit);
  Status Stage(int64_t limit, Progress progress);
  // How many samples are kept.
  int64_t staged() const { return static_cast<int64_t>(staged_labels_.size()); }
  int64_t sample_bytes() const { return sample_shape_.elements() * int64_t{sizeof(float)}; }

 private:
  Pipeline() = default;
  // The sample after all transforms: float32 in `layout_`.
  Result<Sample> Prepare(int64_t index) const;
  Status LoadOne(int64_t index, std::span<float> image, int64_t& label) const;

  std::unique_ptr<Dataset> dataset_;
  std::vector<std::unique_ptr<Transform>> transforms_;
  Layout layout_ = Layout::kChw;
  Shape sample_shape_;
  std::string transforms_text_;  // For the fingerprint.
  std::vector<float> staged_images_;
  std::vector<int64_t> staged_labels_;
};

}  // namespace assay::data
