// Datasets: the first byte says which; the rest is its file.
#include <zlib.h>

#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "harness/data/coco.h"
#include "harness/data/dataset.h"
#include "harness/data/image.h"
#include "harness/data/npy.h"
#include "tests/fuzz/fuzz_folder.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace assay::fuzz {
namespace {

using Bytes = std::span<const uint8_t>;

const FuzzFolder& Folder() {
  static const FuzzFolder folder;
  return folder;
}

void OpenAndRead(std::string_view name, data::Options options) {
  const auto dataset = data::OpenDataset(name, options);
  if (!dataset.ok()) return CheckSentence(dataset.message(), Folder().path());
  ASSAY_CHECK((*dataset)->fingerprint().size() == 16);
  for (const int64_t index : {int64_t{0}, (*dataset)->size() - 1}) {
    const auto sample = (*dataset)->Get(index);
    ASSAY_CHECK(sample.ok() ? sample->image.elements() > 0 : !sample.message().empty());
  }
}

data::Options Root() { return {.values = {{"root", Folder().path().string()}}}; }

// Images and labels: the second byte says how long the first file is.
void Idx(Bytes bytes) {
  if (bytes.empty()) return;
  const size_t labels = std::min<size_t>(bytes[0], bytes.size() - 1);
  bytes = bytes.subspan(1);
  Folder().Write("t10k-labels-idx1-ubyte", bytes.first(labels));
  Folder().Write("t10k-images-idx3-ubyte", bytes.subspan(labels));
  OpenAndRead("MNIST", Root());
}

// Records are long: what is given is repeated, but for a remainder.
void Cifar10(Bytes bytes) {
  std::vector<uint8_t> file(bytes.begin(), bytes.end());
  if (!file.empty() && file[0] % 8 != 7) file.resize(3073 * size_t{1 + file[0] % 4u});
  Folder().Write("test_batch.bin", file);
  OpenAndRead("CIFAR10", Root());
}

void Npy(Bytes bytes) {
  const auto file = Folder().Write("images.npy", bytes);
  const auto tensor = data::ReadNpy(file);
  if (!tensor.ok()) CheckSentence(tensor.message(), file);
  data::Options options{.values = {{"images", file.string()}}};
  OpenAndRead("npy", options);
  options.values.emplace("labels", file.string());
  options.values.emplace("layout", "NCHW");
  OpenAndRead("npy", options);
}

void Image(Bytes bytes) {
  const auto file = Folder().Write("image", bytes);
  const auto image = data::DecodeImage(file);
  if (!image.ok()) CheckSentence(image.message(), file);
}

void ImageList(Bytes bytes) {
  const auto list = Folder().Write("val.txt", bytes);
  static const auto image = Folder().Write("a.jpg", {});
  OpenAndRead("ImagenetRaw", {.values = {{"data_path", Folder().path().string()}}});
}

void Annotations(Bytes bytes) {
  const auto file = Folder().Write("instances.json", bytes);
  const auto coco = data::ReadCoco(file);
  if (!coco.ok()) return CheckSentence(coco.message(), file);
  ASSAY_CHECK((*coco)->places.size() == (*coco)->images.size());
  for (const auto& [image, objects] : (*coco)->objects)
    ASSAY_CHECK((*coco)->Find(image) != nullptr);
}

// The last byte of all came later: what the corpus holds stays what it is.
constexpr uint8_t kAnnotations = 0xff;
constexpr std::array kFormats = {Idx, Cifar10, Npy, Image, ImageList};

uint32_t BigEndian32(const uint8_t* bytes) {
  return uint32_t{bytes[0]} << 24 | uint32_t{bytes[1]} << 16 | uint32_t{bytes[2]} << 8 | bytes[3];
}

// Gives every chunk of a PNG its right checksum: nothing but the first would ever be looked at.
void RepairPng(uint8_t* data, size_t size) {
  if (size < 8 || std::memcmp(data, "\x89PNG", 4) != 0) return;
  for (size_t begin = 8; size - begin >= 12;) {
    const size_t length = BigEndian32(data + begin);
    if (length > size - begin - 12) return;
    const auto crc =
        static_cast<uint32_t>(crc32(0, data + begin + 4, static_cast<uInt>(length + 4)));
    for (int i = 0; i < 4; ++i) {
      data[begin + 8 + length + static_cast<size_t>(i)] = static_cast<uint8_t>(crc >> (24 - 8 * i));
    }
    begin += 12 + length;
  }
}

}  // namespace
}  // namespace assay::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using assay::fuzz::kAnnotations;
  using assay::fuzz::kFormats;
  if (size > 0 && data[0] == kAnnotations) {
    assay::fuzz::Annotations({data + 1, size - 1});
    return 0;
  }
  if (size > 0) kFormats[data[0] % kFormats.size()]({data + 1, size - 1});
  return 0;
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned seed) {
  size = LLVMFuzzerMutate(data, size, max_size);
  if (size > 0 && seed % 8 != 0) assay::fuzz::RepairPng(data + 1, size - 1);
  return size;
}
