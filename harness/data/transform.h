// Transform: one step of preprocessing, a pure function of a sample. To add one, write
// transforms/<name>.cc, which defines a TransformEntry named after the file.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "harness/data/dataset.h"
#include "harness/data/options.h"
#include "kernels/base/status.h"

namespace assay::data {

class Transform {
 public:
  virtual ~Transform() = default;

  // Error: a sample it cannot serve (its extents, channels, type or layout). Safe to call from
  // several threads at once.
  virtual Status Apply(Sample& sample) const = 0;
};

struct TransformEntry {
  std::string_view name;     // As in YAML: "Resize".
  std::string_view summary;  // One line for --help and errors.
  std::span<const OptionKey> keys;
  Result<std::unique_ptr<Transform>> (*make)(const Options& options);
};

// Every file of transforms/.
std::span<const TransformEntry* const> AllTransforms();

// Error: an unknown name or key (with the nearest known one), or a bad value.
Result<std::unique_ptr<Transform>> MakeTransform(std::string_view name, const Options& options);

}  // namespace assay::data
