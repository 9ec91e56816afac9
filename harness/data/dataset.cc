#include "harness/data/dataset.h"

#include <fmt/format.h>

#include "kernels/base/nearest_name.h"

namespace assay::data {

Result<std::unique_ptr<Dataset>> OpenDataset(std::string_view name, const Options& options) {
  const auto entry = FindEntry("dataset", name, AllDatasets());
  if (!entry.ok()) return ErrorAt(options.where, entry.message());
  std::vector<OptionKey> keys((*entry)->keys.begin(), (*entry)->keys.end());
  keys.insert(keys.end(), std::begin(kSliceKeys), std::end(kSliceKeys));
  ASSAY_RETURN_IF_ERROR(CheckKeys(fmt::format("dataset {}", name), options, keys));
  return (*entry)->open(options);
}

Slice ReadSlice(OptionReader& reader) {
  constexpr int64_t kMost = Shape::kMaxElements;
  return {.start = reader.Int("start", 0, kMost, 0),
          .count = reader.Has("count") ? reader.Int("count", 1, kMost) : -1,
          .label_offset = reader.Int("label_offset", -kMost, kMost, 0)};
}

Result<Slice> Slice::Of(int64_t total, std::string_view subject) const {
  if (total == 0) return Error(fmt::format("{} holds no samples", subject));
  Slice slice = *this;
  if (slice.count < 0) slice.count = total - start;
  if (start >= total || slice.count > total - start) {
    return Error(fmt::format("{} holds {} samples, fewer than start: {}, count: {} asks for",
                             subject, total, start, count < 0 ? 1 : count));
  }
  return slice;
}

}  // namespace assay::data
