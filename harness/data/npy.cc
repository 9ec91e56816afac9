#include "harness/data/npy.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/data/file.h"
#include "harness/file/write_whole.h"

namespace assay::data {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::string_view kMagic = "\x93NUMPY";
// Far above what an array of plain numbers needs; NumPy itself writes at most a few hundred bytes.
constexpr int64_t kMaxHeaderBytes = 1 << 16;

struct Descr {
  std::string_view text;
  DType dtype;
};

constexpr Descr kDescrs[] = {{"<f4", DType::kF32}, {"<f8", DType::kF64}, {"<i8", DType::kI64},
                             {"<i4", DType::kI32}, {"|u1", DType::kU8},  {"|i1", DType::kI8},
                             {"|b1", DType::kBool}};

Result<DType> DTypeOfDescr(std::string_view text) {
  std::string known;
  for (const Descr& descr : kDescrs) {
    if (descr.text == text) return descr.dtype;
    known += fmt::format("{}{}", known.empty() ? "" : ", ", descr.text);
  }
  return Error(fmt::format("element type '{}' is not one of {}", text.substr(0, 40), known));
}

// Reads the Python dictionary of the header:
//   {'descr': '<f4', 'fortran_order': False, 'shape': (3, 224), }
class HeaderParser {
 public:
  explicit HeaderParser(std::string_view text) : rest_(text) {}

  Result<NpyHeader> Parse() {
    if (!Take("{")) return Malformed("'{'");
    while (!Take("}")) {
      const std::optional<std::string_view> key = Quoted();
      if (!key || !Take(":")) return Malformed("a key and ':'");
      ASSAY_RETURN_IF_ERROR(ParseValue(*key));
      if (!Take(",") && !rest_.starts_with("}")) return Malformed("',' or '}'");
    }
    if (!dtype_ || !fortran_order_ || !dims_) {
      return Error("the header lacks descr, fortran_order or shape");
    }
    if (*fortran_order_ && dims_->size() > 1) {
      return Error("the array is in Fortran order; save numpy.ascontiguousarray(array)");
    }
    ASSAY_ASSIGN_OR_RETURN(Shape shape, Shape::Make(*dims_));
    return NpyHeader{*dtype_, std::move(shape), 0};
  }

 private:
  Status ParseValue(std::string_view key) {
    if (key == "descr") {
      const std::optional<std::string_view> descr = Quoted();
      if (!descr) return Malformed("a plain element type (not a record)");
      ASSAY_ASSIGN_OR_RETURN(dtype_, DTypeOfDescr(*descr));
    } else if (key == "fortran_order") {
      fortran_order_ = Take("True");
      if (!*fortran_order_ && !Take("False")) return Malformed("True or False");
    } else if (key == "shape") {
      return ParseShape();
    } else {
      return Error(fmt::format("the header has an unknown key '{}'", key.substr(0, 40)));
    }
    return {};
  }

  Status ParseShape() {
    if (!Take("(")) return Malformed("'('");
    std::vector<int64_t> dims;
    while (!Take(")")) {
      int64_t dim = 0;
      const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), dim);
      if (error != std::errc()) return Malformed("an extent below 2^63");
      rest_.remove_prefix(static_cast<size_t>(end - rest_.data()));
      dims.push_back(dim);
      if (dims.size() > 32) return Error("the array has more than 32 axes");
      if (!Take(",") && !rest_.starts_with(")")) return Malformed("',' or ')'");
    }
    dims_ = std::move(dims);
    return {};
  }

  // Consumes `token` and the blanks on both sides of it, if it comes next.
  bool Take(std::string_view token) {
    SkipBlanks();
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    SkipBlanks();
    return true;
  }

  std::optional<std::string_view> Quoted() {
    SkipBlanks();
    if (rest_.empty() || (rest_[0] != '\'' && rest_[0] != '"')) return std::nullopt;
    const size_t end = rest_.find(rest_[0], 1);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view text = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    return text;
  }

  void SkipBlanks() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\n"), rest_.size()));
  }

  Status Malformed(std::string_view expected) const {
    return Error(fmt::format("the header is malformed: expected {} at {:?}", expected,
                             std::string(rest_.substr(0, 20))));
  }

  std::string_view rest_;
  std::optional<DType> dtype_;
  std::optional<bool> fortran_order_;
  std::optional<std::vector<int64_t>> dims_;
};

Result<NpyHeader> ParsePreamble(InputFile& file) {
  uint8_t preamble[12] = {};
  const int64_t available = std::min<int64_t>(file.size(), sizeof(preamble));
  ASSAY_RETURN_IF_ERROR(file.Read(0, std::span(preamble, static_cast<size_t>(available))));
  if (available < 10 || std::string_view(reinterpret_cast<char*>(preamble), 6) != kMagic) {
    return Error("not a .npy file");
  }
  const int major = preamble[6];
  if (major < 1 || major > 3) {
    return Error(fmt::format("version {}.{} is not one of 1.0, 2.0, 3.0", major, preamble[7]));
  }
  int64_t length = preamble[8] | preamble[9] << 8;
  if (major > 1) length |= int64_t{preamble[10]} << 16 | int64_t{preamble[11]} << 24;
  const int64_t begin = major == 1 ? 10 : 12;
  if (length > kMaxHeaderBytes || begin + length > file.size()) {
    return Error(fmt::format("a header of {} bytes does not fit the file of {} (at most {})",
                             length, file.size(), kMaxHeaderBytes));
  }
  std::string text(static_cast<size_t>(length), '\0');
  ASSAY_RETURN_IF_ERROR(
      file.Read(begin, std::span(reinterpret_cast<uint8_t*>(text.data()), text.size())));
  ASSAY_ASSIGN_OR_RETURN(NpyHeader header, HeaderParser(text).Parse());
  header.data_offset = begin + length;
  return header;
}

Result<NpyHeader> ReadHeader(InputFile& file) {
  const std::string name = file.path().string();
  auto header = ParsePreamble(file);
  if (!header.ok()) return Error(fmt::format("{}: {}", name, header.message()));
  const int64_t promised = header->shape.elements() * static_cast<int64_t>(SizeOf(header->dtype));
  if (promised != file.size() - header->data_offset) {
    return Error(fmt::format("{}: holds {} bytes of elements, but {} {} needs {}", name,
                             file.size() - header->data_offset, Name(header->dtype),
                             header->shape.ToString(), promised));
  }
  return header;
}

// Elements from `offset` on, counted in bytes from the first element.
Result<Tensor> ReadElements(InputFile& file, const NpyHeader& header, Shape shape, int64_t offset) {
  Tensor tensor(header.dtype, std::move(shape));
  auto* bytes = static_cast<uint8_t*>(tensor.data());
  ASSAY_RETURN_IF_ERROR(file.Read(header.data_offset + offset, std::span(bytes, tensor.bytes())));
  if (header.dtype == DType::kBool) {  // A bool that is neither 0 nor 1 would be undefined.
    std::transform(bytes, bytes + tensor.bytes(), bytes, [](uint8_t b) { return b != 0; });
  }
  return tensor;
}

std::string HeaderText(DType dtype, const Shape& shape) {
  const auto* descr = std::ranges::find(kDescrs, dtype, &Descr::dtype);
  std::string text =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}", descr->text,
                  fmt::join(shape.dims(), ", "), shape.rank() == 1 ? "," : "");
  // The elements start at a multiple of 64; the header ends with a line feed.
  const size_t unpadded = kMagic.size() + 4 + text.size() + 1;
  text.append((64 - unpadded % 64) % 64, ' ');
  return text + '\n';
}

}  // namespace

Result<NpyHeader> ReadNpyHeader(const std::filesystem::path& path) {
  ASSAY_ASSIGN_OR_RETURN(InputFile file, InputFile::Open(path));
  return ReadHeader(file);
}

Result<Tensor> ReadNpy(const std::filesystem::path& path) {
  ASSAY_ASSIGN_OR_RETURN(InputFile file, InputFile::Open(path));
  ASSAY_ASSIGN_OR_RETURN(const NpyHeader header, ReadHeader(file));
  return ReadElements(file, header, header.shape, 0);
}

Result<Tensor> ReadNpyRows(const std::filesystem::path& path, int64_t begin, int64_t count) {
  ASSAY_ASSIGN_OR_RETURN(InputFile file, InputFile::Open(path));
  ASSAY_ASSIGN_OR_RETURN(const NpyHeader header, ReadHeader(file));
  Shape shape = header.shape;
  if (shape.rank() == 0 || begin < 0 || count < 0 || begin > shape[0] - count) {
    return Error(fmt::format("{}: an array of shape {} has no rows {} to {}", path.string(),
                             shape.ToString(), begin, begin + count));
  }
  shape[0] = count;
  const int64_t row_bytes =
      header.shape.elements(1, shape.rank()) * static_cast<int64_t>(SizeOf(header.dtype));
  return ReadElements(file, header, std::move(shape), begin * row_bytes);
}

Status WriteNpy(const std::filesystem::path& path, const TensorView& tensor) {
  const std::string text = HeaderText(tensor.dtype, tensor.shape);
  ASSAY_CHECK(text.size() < (1u << 16));
  std::string header(kMagic);
  for (size_t byte : {size_t{1}, size_t{0}, text.size() & 0xff, text.size() >> 8}) {
    header += static_cast<char>(byte);
  }
  return WriteWhole(path, {header, text, {static_cast<const char*>(tensor.data), tensor.bytes()}});
}

Status WriteNpy(const std::filesystem::path& path, const Tensor& tensor) {
  return WriteNpy(path,
                  TensorView{const_cast<void*>(tensor.data()), tensor.dtype(), tensor.shape()});
}

}  // namespace assay::data
