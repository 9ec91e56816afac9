#include "harness/data/npy.h"

#include <gmock/gmock.h>

#include "tests/temporary_folder.h"

namespace assay::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A file of the given version; `text` is padded by nothing.
std::string NpyBytes(const std::string& text, const std::string& elements, int version = 1) {
  std::string bytes = "\x93NUMPY";
  bytes += static_cast<char>(version);
  bytes += '\0';
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i) {
    bytes += static_cast<char>(text.size() >> (8 * i));
  }
  return bytes + text + elements;
}

std::string Header(const std::string& descr, const std::string& shape,
                   const std::string& fortran = "False") {
  return "{'descr': '" + descr + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }\n";
}

TEST(Npy, WritesWhatItReads) {
  const TemporaryFolder dir;
  for (DType dtype :
       {DType::kF32, DType::kF64, DType::kI64, DType::kI32, DType::kU8, DType::kI8, DType::kBool}) {
    for (const Shape& shape : {Shape{}, Shape{5}, Shape{0, 3}, Shape{2, 3, 4}}) {
      Tensor tensor(dtype, shape);
      for (size_t i = 0; i < tensor.bytes(); ++i) static_cast<uint8_t*>(tensor.data())[i] = i % 2;
      ASSERT_TRUE(WriteNpy(dir / "x.npy", tensor).ok());
      const auto read = ReadNpy(dir / "x.npy");
      ASSERT_TRUE(read.ok()) << read.message();
      EXPECT_EQ(read->dtype(), dtype);
      EXPECT_EQ(read->shape(), shape);
      EXPECT_EQ(tensor.bytes() == 0 ? 0 : std::memcmp(read->data(), tensor.data(), tensor.bytes()),
                0);
      EXPECT_EQ(ReadNpyHeader(dir / "x.npy")->data_offset % 64, 0);
    }
  }
  EXPECT_FALSE(std::filesystem::exists(dir / "x.npy.partial"));
}

TEST(Npy, ReadsAllVersionsAndSpellings) {
  const TemporaryFolder dir;
  const std::string elements = {1, 0, 0, 0, 2, 0, 0, 0};
  for (int version : {1, 2, 3}) {
    const auto path = dir.Write("x.npy", NpyBytes(Header("<i4", "(2,)"), elements, version));
    const auto read = ReadNpy(path);
    ASSERT_TRUE(read.ok()) << read.message();
    EXPECT_THAT(read->as<int32_t>(), ElementsAre(1, 2));
  }
  // Any order of keys, either quote, no last comma.
  const std::string text = "{\"shape\":(1,2),'fortran_order' : False,\"descr\":'<i4'}   \n";
  EXPECT_THAT(ReadNpy(dir.Write("x.npy", NpyBytes(text, elements)))->shape(), (Shape{1, 2}));
  // One axis has no order.
  EXPECT_TRUE(ReadNpy(dir.Write("x.npy", NpyBytes(Header("<i4", "(2,)", "True"), elements))).ok());
}

TEST(Npy, ReadsRows) {
  const TemporaryFolder dir;
  ASSERT_TRUE(WriteNpy(dir / "x.npy", Tensor::Of<uint8_t>({3, 2}, {1, 2, 3, 4, 5, 6})).ok());
  const auto rows = ReadNpyRows(dir / "x.npy", 1, 2);
  ASSERT_TRUE(rows.ok()) << rows.message();
  EXPECT_EQ(rows->shape(), (Shape{2, 2}));
  EXPECT_THAT(rows->as<uint8_t>(), ElementsAre(3, 4, 5, 6));
  EXPECT_THAT(ReadNpyRows(dir / "x.npy", 2, 2).message(), HasSubstr("has no rows 2 to 4"));
  EXPECT_FALSE(ReadNpyRows(dir / "x.npy", -1, 1).ok());
}

TEST(Npy, BoolsBecomeZeroOrOne) {
  const TemporaryFolder dir;
  const auto read =
      ReadNpy(dir.Write("x.npy", NpyBytes(Header("|b1", "(3,)"), std::string("\0\1\xff", 3))));
  ASSERT_TRUE(read.ok()) << read.message();
  const auto* bytes = static_cast<const uint8_t*>(read->data());
  EXPECT_THAT(std::vector<uint8_t>(bytes, bytes + 3), ElementsAre(0, 1, 1));
}

TEST(Npy, RefusesWhatItCannotTrust) {
  const TemporaryFolder dir;
  const auto error = [&](const std::string& bytes) {
    const auto read = ReadNpy(dir.Write("bad.npy", bytes));
    EXPECT_THAT(read.message(), HasSubstr("bad.npy"));
    return read.message();
  };
  EXPECT_THAT(error(""), HasSubstr("not a .npy file"));
  EXPECT_THAT(error("\x93NUMPY\x01"), HasSubstr("not a .npy file"));
  EXPECT_THAT(error(NpyBytes(Header("<f4", "(1,)"), "abcd", 4)), HasSubstr("version 4.0"));
  EXPECT_THAT(error(NpyBytes(Header("<f4", "(1,)"), "abc")), HasSubstr("holds 3 bytes"));
  EXPECT_THAT(error(NpyBytes(Header("<f4", "(1,)"), "abcde")), HasSubstr("holds 5 bytes"));
  EXPECT_THAT(error(NpyBytes(Header("<f4", "(1099511627776,)"), "abcd")), HasSubstr("needs"));
  EXPECT_THAT(error(NpyBytes(Header("<f4", "(4294967296, 4294967296)"), "")), HasSubstr("2^40"));
  EXPECT_THAT(error(NpyBytes(Header("<f4", "(-1,)"), "")), HasSubstr("negative"));
  EXPECT_THAT(error(NpyBytes(Header("<f4", "(99999999999999999999,)"), "")), HasSubstr("extent"));
  EXPECT_THAT(error(NpyBytes(Header(">f4", "(1,)"), "abcd")), HasSubstr("'>f4' is not one of"));
  EXPECT_THAT(error(NpyBytes(Header("<f4", "(1, 1)", "True"), "abcd")), HasSubstr("Fortran"));
  EXPECT_THAT(error(NpyBytes("{'descr': [('a', '<f4')], }", "")), HasSubstr("record"));
  EXPECT_THAT(error(NpyBytes("{'descr': '<f4', }", "")), HasSubstr("lacks"));
  EXPECT_THAT(error(NpyBytes("{'evil': 1}", "")), HasSubstr("unknown key 'evil'"));
  EXPECT_THAT(error(NpyBytes("{'descr", "")), HasSubstr("malformed"));
  std::string long_header = NpyBytes(Header("<f4", "(1,)"), "abcd", 2);
  long_header[10] = long_header[11] = '\x7f';
  EXPECT_THAT(error(long_header), HasSubstr("does not fit"));
  EXPECT_THAT(ReadNpy(dir / "absent.npy").message(), HasSubstr("absent.npy: no such file"));
  EXPECT_THAT(ReadNpy(dir.path()).message(), HasSubstr("not a regular file"));
}

// Every prefix of a good file, and every byte of its header changed, gives a tensor or a sentence.
TEST(Npy, SurvivesDamage) {
  const TemporaryFolder dir;
  const std::string good = NpyBytes(Header("<i4", "(2,)"), std::string(8, 'x'));
  for (size_t length = 0; length < good.size(); ++length) {
    EXPECT_FALSE(ReadNpy(dir.Write("x.npy", good.substr(0, length))).ok()) << length;
  }
  for (size_t i = 0; i < good.size() - 8; ++i) {
    for (char c : {'\xff', '9', '}'}) {
      std::string bad = good;
      bad[i] = c;
      const auto read = ReadNpy(dir.Write("x.npy", bad));
      EXPECT_TRUE(read.ok() || !read.message().empty());
    }
  }
}

TEST(Npy, FailedWriteLeavesTheOldFile) {
  const TemporaryFolder dir;
  const Tensor one = Tensor::Scalar(1.0f);
  EXPECT_THAT(WriteNpy(dir / "no/such/folder/x.npy", one).message(),
              HasSubstr("cannot be written"));
  std::filesystem::create_directories(dir / "x.npy/busy");
  EXPECT_FALSE(WriteNpy(dir / "x.npy", one).ok());
  EXPECT_TRUE(std::filesystem::exists(dir / "x.npy/busy"));
  EXPECT_FALSE(std::filesystem::exists(dir / "x.npy.partial"));
}

}  // namespace
}  // namespace assay::data
