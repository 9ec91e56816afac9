#include "harness/data/idx.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <system_error>

#include "harness/data/file.h"
#include "harness/data/memory_dataset.h"

namespace assay::data {
namespace {

constexpr uint8_t kTypeU8 = 8;
// Deflate's best: 258 bytes for two bits.
constexpr int64_t kMaxInflation = 1032;
constexpr int64_t kChunkBytes = int64_t{1} << 20;

gzFile AsGz(void* file) { return static_cast<gzFile>(file); }

Result<std::filesystem::path> FindIdx(const std::filesystem::path& root, std::string_view name,
                                      std::string_view stem) {
  std::error_code error;
  for (const auto& folder : {root, root / name / "raw"}) {
    for (const char* suffix : {"", ".gz"}) {
      const auto path = folder / fmt::format("{}{}", stem, suffix);
      if (std::filesystem::exists(path, error)) return path;
    }
  }
  return Error(fmt::format("{}: neither it nor {} holds {} (plain or .gz)", root.string(),
                           (root / name / "raw").string(), stem));
}

}  // namespace

void IdxFile::Close::operator()(void* file) const { gzclose(AsGz(file)); }

IdxFile::IdxFile(std::filesystem::path path, void* file) : path_(std::move(path)), file_(file) {}

Result<IdxFile> IdxFile::Open(const std::filesystem::path& path, int rank) {
  ASSAY_ASSIGN_OR_RETURN(const InputFile plain, InputFile::Open(path));
  gzFile gz = gzopen(path.c_str(), "rb");
  if (!gz) return Error(fmt::format("{}: cannot be opened", path.string()));
  gzbuffer(gz, 1 << 17);
  IdxFile file(path, gz);
  ASSAY_RETURN_IF_ERROR(file.ParseHeader(rank, plain.size()));
  return file;
}

Status IdxFile::ParseHeader(int rank, int64_t file_bytes) {
  std::array<uint8_t, 4> word{};
  ASSAY_RETURN_IF_ERROR(Inflate(word));
  if (word[0] != 0 || word[1] != 0 || word[2] != kTypeU8 || word[3] != rank) {
    return Error(
        fmt::format("{}: starts with {:02x} {:02x} {:02x} {:02x}, an idx file of u8 with "
                    "rank {} with 00 00 08 {:02x}",
                    path_.string(), word[0], word[1], word[2], word[3], rank, rank));
  }
  std::vector<int64_t> dims;
  for (int axis = 0; axis < rank; ++axis) {
    ASSAY_RETURN_IF_ERROR(Inflate(word));
    dims.push_back(int64_t{word[0]} << 24 | word[1] << 16 | word[2] << 8 | word[3]);
  }
  auto shape = Shape::Make(std::move(dims));
  if (!shape.ok()) return Error(fmt::format("{}: {}", path_.string(), shape.message()));
  shape_ = *std::move(shape);
  const int64_t most = gzdirect(AsGz(file_.get())) ? file_bytes : file_bytes * kMaxInflation;
  if (shape_.elements() == 0 || shape_.elements() > most) {
    return Error(
        fmt::format("{}: its header promises {} elements, which a file of {} bytes "
                    "cannot hold",
                    path_.string(), shape_.ToString(), file_bytes));
  }
  return {};
}

Result<std::vector<uint8_t>> IdxFile::ReadRows(int64_t begin, int64_t count) {
  ASSAY_CHECK(begin >= 0 && count >= 0 && begin <= shape_[0] - count);
  const int64_t row_bytes = shape_.elements(1, shape_.rank());
  const int64_t wanted = count * row_bytes;
  ASSAY_RETURN_IF_ERROR(Skip(begin * row_bytes));
  std::vector<uint8_t> rows;
  for (int64_t done = 0; done < wanted;) {
    const int64_t chunk = std::min(kChunkBytes, wanted - done);
    rows.resize(static_cast<size_t>(done + chunk));
    ASSAY_RETURN_IF_ERROR(Inflate(std::span(rows).subspan(static_cast<size_t>(done))));
    done += chunk;
  }
  ASSAY_RETURN_IF_ERROR(Skip((shape_[0] - begin - count) * row_bytes));
  ASSAY_RETURN_IF_ERROR(CheckEnd());
  return rows;
}

// Reading beyond the last element makes zlib compare the checksum.
Status IdxFile::CheckEnd() {
  gzFile gz = AsGz(file_.get());
  uint8_t beyond = 0;
  if (gzread(gz, &beyond, 1) == 1) {
    return Error(fmt::format("{}: is longer than its header says", path_.string()));
  }
  int code = Z_OK;
  gzerror(gz, &code);
  if (code == Z_OK) return {};
  return Error(fmt::format("{}: the compressed data is {}", path_.string(),
                           code == Z_BUF_ERROR ? "cut short" : "damaged"));
}

Status IdxFile::Inflate(std::span<uint8_t> bytes) {
  gzFile gz = AsGz(file_.get());
  const int got = gzread(gz, bytes.data(), static_cast<unsigned>(bytes.size()));
  if (got == static_cast<int>(bytes.size())) {
    read_ += got;
    return {};
  }
  int code = Z_OK;
  gzerror(gz, &code);
  if (code == Z_DATA_ERROR) {
    return Error(fmt::format("{}: the compressed data is damaged", path_.string()));
  }
  const int64_t promised = shape_.rank() == 0 ? 0 : 4 + 4 * shape_.rank() + shape_.elements();
  return Error(fmt::format(
      "{}: ends after {} bytes{}", path_.string(), read_ + std::max(got, 0),
      promised ? fmt::format(", its header promises {}", promised) : ", within the header"));
}

Status IdxFile::Skip(int64_t count) {
  std::vector<uint8_t> scratch(static_cast<size_t>(std::min(count, kChunkBytes)));
  while (count > 0) {
    const int64_t chunk = std::min(count, kChunkBytes);
    ASSAY_RETURN_IF_ERROR(Inflate(std::span(scratch).first(static_cast<size_t>(chunk))));
    count -= chunk;
  }
  return {};
}

Result<std::unique_ptr<Dataset>> OpenIdxFolder(std::string_view name, const Options& options) {
  OptionReader reader(fmt::format("dataset {}", name), options);
  const std::filesystem::path root = reader.Path("root");
  const std::string part = reader.Bool("train", false) ? "train" : "t10k";
  const Slice wanted = ReadSlice(reader);
  ASSAY_RETURN_IF_ERROR(reader.status());

  ASSAY_ASSIGN_OR_RETURN(const auto images_path, FindIdx(root, name, part + "-images-idx3-ubyte"));
  ASSAY_ASSIGN_OR_RETURN(const auto labels_path, FindIdx(root, name, part + "-labels-idx1-ubyte"));
  ASSAY_ASSIGN_OR_RETURN(IdxFile images, IdxFile::Open(images_path, 3));
  ASSAY_ASSIGN_OR_RETURN(IdxFile labels, IdxFile::Open(labels_path, 1));
  const Shape& shape = images.shape();
  if (labels.shape()[0] != shape[0]) {
    return Error(fmt::format("{}: holds {} labels for the {} images of {}", labels_path.string(),
                             labels.shape()[0], shape[0], images_path.string()));
  }
  ASSAY_ASSIGN_OR_RETURN(const Slice slice, wanted.Of(shape[0], images_path.string()));
  ASSAY_ASSIGN_OR_RETURN(const auto pixels, images.ReadRows(slice.start, slice.count));
  ASSAY_ASSIGN_OR_RETURN(const auto classes, labels.ReadRows(slice.start, slice.count));
  std::vector<int64_t> offset_classes;
  for (uint8_t label : classes) offset_classes.push_back(label + slice.label_offset);
  return MakeMemoryDataset(Tensor::Of<uint8_t>(Shape{slice.count, shape[1], shape[2], 1}, pixels),
                           Layout::kHwc, std::move(offset_classes));
}

}  // namespace assay::data
