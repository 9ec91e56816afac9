// Dataset: labelled images by index. To add one, write datasets/<name>.cc, which defines a
// DatasetEntry named after the file.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/data/options.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor.h"

namespace assay::data {

// The order of a sample's axes.
enum class Layout : uint8_t { kHwc, kChw };

// One image: u8 as decoded (RGB or one channel), or float32.
struct Sample {
  Tensor image;        // [h, w, c] or [c, h, w], as `layout` says.
  int64_t label = -1;  // -1: not known.
  Layout layout = Layout::kHwc;

  int64_t height() const { return image.shape()[layout == Layout::kHwc ? 0 : 1]; }
  int64_t width() const { return image.shape()[layout == Layout::kHwc ? 1 : 2]; }
  int64_t channels() const { return image.shape()[layout == Layout::kHwc ? 2 : 0]; }
};

class Dataset {
 public:
  virtual ~Dataset() = default;

  virtual int64_t size() const = 0;
  // The sample at `index`, which must be in [0, size()). Safe to call from several threads at once.
  // Error: a file that has gone or cannot be decoded, by name.
  virtual Result<Sample> Get(int64_t index) const = 0;
  // Equal for the same samples in the same order, wherever they are stored; 16 hexadecimal digits.
  virtual std::string fingerprint() const = 0;
};

struct DatasetEntry {
  std::string_view name;            // As in YAML: "CIFAR10".
  std::string_view summary;         // One line for --help and errors.
  std::span<const OptionKey> keys;  // Its own; kSliceKeys are known to all.
  Result<std::unique_ptr<Dataset>> (*open)(const Options& options);
};

// Every file of datasets/.
std::span<const DatasetEntry* const> AllDatasets();

// Opens by YAML name. Error: an unknown name or key (with the nearest known one), or whatever is
// wrong with the files: one sentence with the file and the place in it.
Result<std::unique_ptr<Dataset>> OpenDataset(std::string_view name, const Options& options);

// Keys that every dataset has.
inline constexpr OptionKey kSliceKeys[] = {
    {"start", "index of the first sample used (default 0)"},
    {"count", "samples used (default: all from start on)"},
    {"label_offset", "added to every label (default 0)"},
};

// Which samples of a file a dataset uses.
struct Slice {
  int64_t start = 0;
  int64_t count = -1;  // -1: to the end.
  int64_t label_offset = 0;

  // The slice with `count` known, of `total` samples. Error: it passes the end, or is empty.
  // `subject` opens the error.
  Result<Slice> Of(int64_t total, std::string_view subject) const;
};

Slice ReadSlice(OptionReader& reader);

}  // namespace assay::data
