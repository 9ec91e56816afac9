// Images and labels from two .npy files.
#include "harness/data/npy.h"

#include <fmt/format.h>

#include <filesystem>

#include "harness/data/dataset.h"
#include "harness/data/memory_dataset.h"

namespace assay::data {
namespace {

constexpr OptionKey kKeys[] = {
    {"images", "a .npy file of uint8 or float32, [n, h, w], or four axes as `layout` says"},
    {"labels", "a .npy file of n integers (default: no labels)"},
    {"layout", "NHWC (default) or NCHW"},
};

template <typename T>
std::vector<int64_t> Widened(const Tensor& labels) {
  const auto values = labels.as<T>();
  return {values.begin(), values.end()};
}

Result<std::vector<int64_t>> ReadLabels(const std::filesystem::path& path, int64_t images,
                                        const Slice& slice) {
  ASSAY_ASSIGN_OR_RETURN(const NpyHeader header, ReadNpyHeader(path));
  if (header.shape.rank() != 1 || header.shape[0] != images) {
    return Error(fmt::format("{}: labels of shape {} do not match {} images", path.string(),
                             header.shape.ToString(), images));
  }
  ASSAY_ASSIGN_OR_RETURN(const Tensor labels, ReadNpyRows(path, slice.start, slice.count));
  std::vector<int64_t> widened;
  switch (labels.dtype()) {
    case DType::kI64:
      widened = Widened<int64_t>(labels);
      break;
    case DType::kI32:
      widened = Widened<int32_t>(labels);
      break;
    case DType::kU8:
      widened = Widened<uint8_t>(labels);
      break;
    default:
      return Error(fmt::format("{}: labels are {}, not int64, int32 or uint8", path.string(),
                               Name(labels.dtype())));
  }
  for (size_t i = 0; i < widened.size(); ++i) {
    if (widened[i] < 0 || widened[i] > Shape::kMaxElements) {
      return Error(fmt::format("{}: row {} has label {}, which is not a class", path.string(),
                               slice.start + static_cast<int64_t>(i), widened[i]));
    }
    widened[i] += slice.label_offset;
  }
  return widened;
}

Result<std::unique_ptr<Dataset>> Open(const Options& options) {
  OptionReader reader("dataset npy", options);
  const std::filesystem::path images_path = reader.Path("images");
  const std::filesystem::path labels_path = reader.Path("labels", "");
  const bool channels_last = reader.Choice("layout", {"NHWC", "NCHW"}, "NHWC") == "NHWC";
  const Slice wanted = ReadSlice(reader);
  ASSAY_RETURN_IF_ERROR(reader.status());

  ASSAY_ASSIGN_OR_RETURN(const NpyHeader header, ReadNpyHeader(images_path));
  const int rank = header.shape.rank();
  const bool plain = header.dtype == DType::kU8 || header.dtype == DType::kF32;
  if (!plain || rank < 3 || rank > 4 || header.shape.elements() == 0) {
    return Error(fmt::format("{}: {} {} are not images: uint8 or float with 3 or 4 axes",
                             images_path.string(), Name(header.dtype), header.shape.ToString()));
  }
  ASSAY_ASSIGN_OR_RETURN(const Slice slice, wanted.Of(header.shape[0], images_path.string()));
  ASSAY_ASSIGN_OR_RETURN(Tensor images, ReadNpyRows(images_path, slice.start, slice.count));
  const Shape& shape = images.shape();
  if (rank == 3) images.Reshape(Shape{shape[0], shape[1], shape[2], 1});
  std::vector<int64_t> labels(static_cast<size_t>(slice.count), -1);
  if (reader.Has("labels")) {
    ASSAY_ASSIGN_OR_RETURN(labels, ReadLabels(labels_path, header.shape[0], slice));
  }
  const Layout layout = rank == 3 || channels_last ? Layout::kHwc : Layout::kChw;
  return MakeMemoryDataset(std::move(images), layout, std::move(labels));
}

}  // namespace

extern const DatasetEntry npy;
const DatasetEntry npy = {
    .name = "npy",
    .summary = "images and labels from NumPy arrays",
    .keys = kKeys,
    .open = Open,
};

}  // namespace assay::data
