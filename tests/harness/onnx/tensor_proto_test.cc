#include "harness/onnx/tensor_proto.h"

#include <gmock/gmock.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "tests/harness/onnx/model_builder.h"

namespace assay::onnx {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

template <typename T>
TensorProto RawTensor(int data_type, const std::vector<T>& values) {
  TensorProto proto;
  proto.set_name("t");
  proto.set_data_type(data_type);
  proto.add_dims(static_cast<int64_t>(values.size()));
  proto.set_raw_data(values.data(), values.size() * sizeof(T));
  return proto;
}

Result<Tensor> Read(const TensorProto& proto) {
  ExternalData none;
  return FromProto(proto, none);
}

std::string ReadError(const TensorProto& proto) {
  const auto tensor = Read(proto);
  EXPECT_FALSE(tensor.ok());
  return tensor.message();
}

template <typename T>
void ExpectRoundTrip(const std::vector<T>& values) {
  const Tensor tensor = Tensor::Of(Shape{1, std::ssize(values)}, values);
  TensorProto proto;
  ToProto(tensor, "name", proto);
  EXPECT_EQ(proto.name(), "name");
  const auto back = Read(proto);
  ASSERT_TRUE(back.ok()) << back.message();
  EXPECT_EQ(back->dtype(), DTypeOf<T>::value);
  EXPECT_EQ(back->shape(), tensor.shape());
  EXPECT_EQ(std::memcmp(back->data(), tensor.data(), tensor.bytes()), 0);
}

TEST(TensorProto, EveryTypeMakesTheRoundTrip) {
  ExpectRoundTrip<float>({1.5f, -0.0f, std::numeric_limits<float>::infinity()});
  ExpectRoundTrip<double>({1e300, -2});
  ExpectRoundTrip<int64_t>({std::numeric_limits<int64_t>::min(), 7});
  ExpectRoundTrip<int32_t>({std::numeric_limits<int32_t>::max(), -7});
  ExpectRoundTrip<uint8_t>({0, 255});
  ExpectRoundTrip<int8_t>({-128, 127});
  const bool bools[] = {true, false};
  TensorProto proto;
  ToProto(Tensor::Of<bool>(Shape{2}, bools), "b", proto);
  EXPECT_THAT(Read(proto)->as<bool>(), ElementsAre(true, false));
}

TEST(TensorProto, ScalarsAndEmptyTensorsMakeTheRoundTrip) {
  TensorProto scalar;
  ToProto(Tensor::Scalar(3.0f), "s", scalar);
  EXPECT_EQ(Read(scalar)->shape(), Shape{});
  TensorProto empty;
  ToProto(Tensor(DType::kI64, Shape{0, 4}), "e", empty);
  EXPECT_EQ(Read(empty)->shape(), (Shape{0, 4}));
}

TEST(TensorProto, ReadsTypedFields) {
  TensorProto proto;
  proto.add_dims(2);
  for (int value : {1, 0}) {
    proto.add_int32_data(value);
  }
  for (int type : {TensorProto::INT32, TensorProto::UINT8, TensorProto::INT8, TensorProto::BOOL}) {
    proto.set_data_type(type);
    EXPECT_EQ(Read(proto)->elements(), 2) << type;
  }
  EXPECT_THAT(Read(proto)->as<bool>(), ElementsAre(true, false));
  proto.set_data_type(TensorProto::DOUBLE);
  EXPECT_THAT(ReadError(proto), HasSubstr("has 0 values, but its shape [2] has 2"));
  proto.add_double_data(0.5);
  proto.add_double_data(-1);
  EXPECT_THAT(Read(proto)->as<double>(), ElementsAre(0.5, -1));
  proto.set_data_type(TensorProto::INT8);
  proto.set_int32_data(0, 128);
  EXPECT_THAT(ReadError(proto), HasSubstr("has the value 128"));
  proto.set_data_type(TensorProto::UINT8);
  proto.set_int32_data(0, -1);
  EXPECT_THAT(ReadError(proto), HasSubstr("has the value -1"));
}

TEST(TensorProto, RawBoolsAreNormalized) {
  EXPECT_THAT(Read(RawTensor<uint8_t>(TensorProto::BOOL, {0, 1, 77}))->as<bool>(),
              ElementsAre(false, true, true));
}

TEST(TensorProto, Float16AndBFloat16BecomeFloat) {
  const std::vector<uint16_t> half = {0x0000, 0x8000, 0x3c00, 0xc000, 0x7bff, 0x0001,
                                      0x03ff, 0x0400, 0x7c00, 0xfc00, 0x3555};
  const std::vector<float> values = {0.0f,
                                     -0.0f,
                                     1.0f,
                                     -2.0f,
                                     65504.0f,
                                     std::ldexp(1.0f, -24),
                                     std::ldexp(1023.0f, -24),
                                     std::ldexp(1.0f, -14),
                                     std::numeric_limits<float>::infinity(),
                                     -std::numeric_limits<float>::infinity(),
                                     0.333251953125f};
  const auto tensor = Read(RawTensor(TensorProto::FLOAT16, half));
  ASSERT_TRUE(tensor.ok());
  for (size_t i = 0; i < values.size(); ++i) {
    EXPECT_EQ(tensor->as<float>()[i], values[i]) << i;
    EXPECT_EQ(std::signbit(tensor->as<float>()[i]), std::signbit(values[i])) << i;
  }
  EXPECT_TRUE(
      std::isnan(Read(RawTensor<uint16_t>(TensorProto::FLOAT16, {0x7e00}))->as<float>()[0]));
  EXPECT_THAT(Read(RawTensor<uint16_t>(TensorProto::BFLOAT16, {0x3f80, 0xc040}))->as<float>(),
              ElementsAre(1.0f, -3.0f));
}

TEST(TensorProto, RefusesDataThatDoesNotMatch) {
  TensorProto proto = RawTensor<float>(TensorProto::FLOAT, {1, 2, 3});
  proto.set_dims(0, 4);
  EXPECT_THAT(ReadError(proto),
              AllOf(HasSubstr("tensor 't'"), HasSubstr("12 bytes"), HasSubstr("[4] needs 16")));
  proto.set_dims(0, -4);
  EXPECT_THAT(ReadError(proto), HasSubstr("negative"));
  proto.set_dims(0, int64_t{1} << 39);  // 2 TB: refused before anything is allocated.
  EXPECT_THAT(ReadError(proto), HasSubstr("has 12 bytes"));
  proto.clear_raw_data();
  EXPECT_THAT(ReadError(proto), HasSubstr("has 0 values"));
  proto.add_dims(int64_t{1} << 62);
  EXPECT_THAT(ReadError(proto), HasSubstr("more than 2^40"));
  proto = RawTensor<float>(TensorProto::FLOAT, {1});
  proto.add_float_data(1);
  EXPECT_THAT(ReadError(proto), HasSubstr("data twice"));
  proto = RawTensor<float>(TensorProto::FLOAT, {1});
  proto.mutable_segment();
  EXPECT_THAT(ReadError(proto), HasSubstr("segments"));
  proto = RawTensor<float>(TensorProto::FLOAT, {1});
  for (int i = 0; i < 16; ++i) proto.add_dims(1);
  EXPECT_THAT(ReadError(proto), HasSubstr("17 axes"));
}

TEST(TensorProto, RefusesOtherTypesByName) {
  EXPECT_THAT(ReadError(RawTensor<int16_t>(TensorProto::INT16, {1})), HasSubstr("is of int16"));
  EXPECT_THAT(ReadError(RawTensor<uint8_t>(22, {1})), HasSubstr("is of int4"));
  EXPECT_THAT(ReadError(RawTensor<uint8_t>(99, {1})), HasSubstr("is of element type 99"));
  EXPECT_THAT(ReadError(RawTensor<uint8_t>(TensorProto::STRING, {1})), HasSubstr("is of string"));
}

TEST(ReadTensorFile, ReadsNameAndTensor) {
  const TemporaryFolder folder;
  const auto proto = RawTensor<float>(TensorProto::FLOAT, {1, 2});
  const auto file = ReadTensorFile(folder.Write("input_0.pb", proto.SerializeAsString()));
  ASSERT_TRUE(file.ok()) << file.message();
  EXPECT_EQ(file->first, "t");
  EXPECT_THAT(file->second.as<float>(), ElementsAre(1, 2));
  const auto broken = ReadTensorFile(folder.Write("broken.pb", "\x0a\xff"));
  EXPECT_THAT(broken.message(), AllOf(HasSubstr("broken.pb"), HasSubstr("not an ONNX tensor")));
}

// External data: float tensor "w" of `elements` at `location`.
class ExternalDataTest : public testing::Test {
 protected:
  ExternalDataTest() : data_(folder_.path() / "model") {
    std::filesystem::create_directories(data_ / "sub");
    const std::vector<float> values = {0, 1, 2, 3, 4, 5, 6, 7};
    bytes_.assign(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
    std::ofstream(data_ / "weights", std::ios::binary) << bytes_;
    std::ofstream(data_ / "sub" / "weights", std::ios::binary) << bytes_;
    std::ofstream(folder_.path() / "secret", std::ios::binary) << bytes_;
  }

  static TensorProto External(int64_t elements, const std::string& location) {
    TensorProto proto;
    proto.set_name("w");
    proto.set_data_type(TensorProto::FLOAT);
    proto.add_dims(elements);
    proto.set_data_location(TensorProto::EXTERNAL);
    Add(proto, "location", location);
    return proto;
  }
  static void Add(TensorProto& proto, const std::string& key, const std::string& value) {
    auto& entry = *proto.add_external_data();
    entry.set_key(key);
    entry.set_value(value);
  }
  std::string ErrorOf(const TensorProto& proto) const {
    ExternalData external(data_);
    const auto tensor = FromProto(proto, external);
    EXPECT_FALSE(tensor.ok());
    return tensor.message();
  }

  TemporaryFolder folder_;
  std::filesystem::path data_;
  std::string bytes_;
};

TEST_F(ExternalDataTest, IsReadFromTheFolderOfTheModel) {
  ExternalData external(data_);
  TensorProto proto = External(3, "weights");
  Add(proto, "offset", "8");
  Add(proto, "length", "12");
  Add(proto, "checksum", "ignored");
  EXPECT_THAT(FromProto(proto, external)->as<float>(), ElementsAre(2, 3, 4));
  EXPECT_EQ(FromProto(External(8, "sub/weights"), external)->as<float>()[7], 7);
}

TEST_F(ExternalDataTest, IsPartOfAModel) {
  ModelProto model = EmptyModel(13);
  AddNode(model, "Add", {"x", "w"}, {"y"});
  *model.mutable_graph()->add_initializer() = External(8, "weights");
  std::ofstream(data_ / "model.onnx", std::ios::binary) << model.SerializeAsString();
  const auto graph = Import(data_ / "model.onnx");
  ASSERT_TRUE(graph.ok()) << graph.message();
  EXPECT_EQ(graph->Initializer("w")->as<float>()[5], 5);
}

TEST_F(ExternalDataTest, NeverLeavesTheFolder) {
  EXPECT_THAT(ErrorOf(External(8, "../secret")), HasSubstr("contains '..'"));
  EXPECT_THAT(ErrorOf(External(8, "sub/../../secret")), HasSubstr("contains '..'"));
  EXPECT_THAT(ErrorOf(External(8, (folder_.path() / "secret").string())), HasSubstr("absolute"));
  std::filesystem::create_symlink(folder_.path() / "secret", data_ / "link");
  EXPECT_THAT(ErrorOf(External(8, "link")), HasSubstr("links out of it"));
  std::filesystem::create_directory_symlink(folder_.path(), data_ / "up");
  EXPECT_THAT(ErrorOf(External(8, "up/secret")), HasSubstr("links out of it"));
  std::filesystem::create_symlink("weights", data_ / "inside");
  ExternalData external(data_);
  EXPECT_TRUE(FromProto(External(8, "inside"), external).ok());
  ExternalData none;
  EXPECT_THAT(FromProto(External(8, "weights"), none).message(), HasSubstr("is not read here"));
}

TEST_F(ExternalDataTest, IsCheckedAgainstTheFile) {
  EXPECT_THAT(ErrorOf(External(8, "")), HasSubstr("without a location"));
  EXPECT_THAT(ErrorOf(External(8, "missing")), HasSubstr("is not a file"));
  EXPECT_THAT(ErrorOf(External(8, "sub")), HasSubstr("is not a file"));
  EXPECT_THAT(ErrorOf(External(9, "weights")), HasSubstr("needs 36 bytes at 0 of 'weights'"));
  EXPECT_THAT(ErrorOf(External(int64_t{1} << 39, "weights")), HasSubstr("which has 32 bytes"));
  for (const char* offset : {"4", "18446744073709551615", "33"}) {
    TensorProto proto = External(8, "weights");
    Add(proto, "offset", offset);
    EXPECT_THAT(ErrorOf(proto), HasSubstr("which has 32 bytes")) << offset;
  }
  for (const char* offset : {"-4", "4x", "", "0x4", "99999999999999999999"}) {
    TensorProto proto = External(8, "weights");
    Add(proto, "offset", offset);
    EXPECT_THAT(ErrorOf(proto), HasSubstr("not a number of bytes")) << offset;
  }
  TensorProto proto = External(8, "weights");
  Add(proto, "length", "28");
  EXPECT_THAT(ErrorOf(proto), HasSubstr("of 28 bytes, but its shape needs 32"));
  proto = External(8, "weights");
  proto.set_raw_data("");
  EXPECT_THAT(ErrorOf(proto), HasSubstr("data twice"));
}

TEST_F(ExternalDataTest, NeverGivesMoreThanTheFileHas) {
  ExternalData external(data_);
  EXPECT_TRUE(FromProto(External(8, "weights"), external).ok());
  EXPECT_THAT(FromProto(External(1, "weights"), external).message(),
              HasSubstr("tensors of 'weights' need more than its 32 bytes"));
}

}  // namespace
}  // namespace assay::onnx
