// CIFAR-10's binary format (https://www.cs.toronto.edu/~kriz/cifar.html): records of a label byte
// and 32 x 32 RGB pixels, channels first.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "harness/data/dataset.h"
#include "harness/data/file.h"
#include "harness/data/memory_dataset.h"

namespace assay::data {
namespace {

constexpr int64_t kPixelBytes = 3 * 32 * 32;
constexpr int64_t kRecordBytes = 1 + kPixelBytes;
constexpr uint8_t kClasses = 10;

constexpr OptionKey kKeys[] = {
    {"root", "a file of records, or a folder with data_batch_1..5.bin and test_batch.bin"},
    {"train", "of a folder, true: the data batches; false (default): the test batch"},
};

// The files that make up the dataset, in order.
Result<std::vector<std::filesystem::path>> BatchFiles(const std::filesystem::path& root,
                                                      bool train) {
  std::error_code error;
  if (!std::filesystem::is_directory(root, error)) return std::vector{root};
  for (const auto& folder : {root, root / "cifar-10-batches-bin"}) {
    std::vector<std::filesystem::path> files;
    for (int batch = 1; train && batch <= 5; ++batch) {
      files.push_back(folder / fmt::format("data_batch_{}.bin", batch));
    }
    if (!train) files.push_back(folder / "test_batch.bin");
    std::erase_if(files, [&](const auto& file) { return !std::filesystem::exists(file, error); });
    if (!files.empty()) return files;
  }
  return Error(fmt::format("{}: neither it nor its cifar-10-batches-bin holds {}", root.string(),
                           train ? "data_batch_1.bin to data_batch_5.bin" : "test_batch.bin"));
}

// Appends records [begin, end) of `file` that are wanted.
Status AppendRecords(InputFile& file, int64_t begin, int64_t end, std::vector<uint8_t>& pixels,
                     std::vector<int64_t>& labels) {
  std::vector<uint8_t> records(static_cast<size_t>((end - begin) * kRecordBytes));
  ASSAY_RETURN_IF_ERROR(file.Read(begin * kRecordBytes, records));
  for (int64_t i = begin; i < end; ++i) {
    const auto record =
        std::span(records).subspan(static_cast<size_t>((i - begin) * kRecordBytes), kRecordBytes);
    if (record[0] >= kClasses) {
      return Error(fmt::format("{}: record {} has label {}, above {}", file.path().string(), i,
                               record[0], kClasses - 1));
    }
    labels.push_back(record[0]);
    pixels.insert(pixels.end(), record.begin() + 1, record.end());
  }
  return {};
}

Result<std::unique_ptr<Dataset>> Open(const Options& options) {
  OptionReader reader("dataset CIFAR10", options);
  const std::filesystem::path root = reader.Path("root");
  const bool train = reader.Bool("train", false);
  const Slice wanted = ReadSlice(reader);
  ASSAY_RETURN_IF_ERROR(reader.status());

  ASSAY_ASSIGN_OR_RETURN(const auto paths, BatchFiles(root, train));
  std::vector<InputFile> files;
  int64_t total = 0;
  for (const auto& path : paths) {
    ASSAY_ASSIGN_OR_RETURN(InputFile file, InputFile::Open(path));
    if (file.size() % kRecordBytes != 0) {
      return Error(fmt::format("{}: {} bytes are not a multiple of {}, the size of a record",
                               path.string(), file.size(), kRecordBytes));
    }
    total += file.size() / kRecordBytes;
    files.push_back(std::move(file));
  }
  ASSAY_ASSIGN_OR_RETURN(const Slice slice, wanted.Of(total, root.string()));
  std::vector<uint8_t> pixels;
  std::vector<int64_t> labels;
  pixels.reserve(static_cast<size_t>(slice.count * kPixelBytes));
  int64_t first = 0;  // Of this file, among all records.
  for (InputFile& file : files) {
    const int64_t records = file.size() / kRecordBytes;
    const int64_t begin = std::clamp<int64_t>(slice.start - first, 0, records);
    const int64_t end = std::clamp<int64_t>(slice.start + slice.count - first, begin, records);
    ASSAY_RETURN_IF_ERROR(AppendRecords(file, begin, end, pixels, labels));
    first += records;
  }
  for (int64_t& label : labels) label += slice.label_offset;
  return MakeMemoryDataset(Tensor::Of<uint8_t>(Shape{slice.count, 3, 32, 32}, pixels), Layout::kChw,
                           std::move(labels));
}

}  // namespace

extern const DatasetEntry cifar10;
const DatasetEntry cifar10 = {
    .name = "CIFAR10",
    .summary = "32 x 32 RGB images, 10 classes, from CIFAR-10's binary files",
    .keys = kKeys,
    .open = Open,
};

}  // namespace assay::data
