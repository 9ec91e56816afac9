// Models that are truncated or have flipped bits: an error or a graph, never a crash. Meant for the
// sanitize preset too.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <random>

#include "harness/onnx/export.h"
#include "harness/onnx/import.h"
#include "tests/harness/onnx/model_builder.h"

namespace assay::onnx {
namespace {

class CorruptModelTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto path = std::filesystem::path(ASSAY_SOURCE_DIR) / "harness/demo/fashion_mobile.onnx";
    std::ifstream stream(path, std::ios::binary);
    bytes_.assign(std::istreambuf_iterator<char>(stream), {});
    ASSERT_GT(bytes_.size(), 100000u);
  }

  // Imports, and exports what was imported. True where that was a graph.
  static bool Survives(const std::filesystem::path& path) {
    const auto graph = Import(path);
    if (!graph.ok()) {
      EXPECT_FALSE(graph.message().empty());
      return false;
    }
    const auto exported = Serialize(*graph);
    EXPECT_TRUE(exported.ok()) << exported.message();
    return true;
  }

  static void OverwriteByte(const std::filesystem::path& path, size_t at, char byte) {
    std::fstream stream(path, std::ios::binary | std::ios::in | std::ios::out);
    stream.seekp(static_cast<std::streamoff>(at));
    stream.put(byte);
  }

  TemporaryFolder folder_;
  std::string bytes_;
};

TEST_F(CorruptModelTest, TruncatedAnywhere) {
  const auto path = folder_.Write("truncated.onnx", bytes_);
  for (size_t size = (bytes_.size() - 1) / 97 * 97; size > 0; size -= 97) {
    std::filesystem::resize_file(path, size);
    EXPECT_FALSE(Survives(path)) << size;
  }
}

// Half of the bits anywhere, which is weights mostly; half in the bytes that describe the nodes.
TEST_F(CorruptModelTest, FlippedBits) {
  std::mt19937 random(20240229);
  ModelProto model;
  ASSERT_TRUE(model.ParseFromString(bytes_));
  for (auto& tensor : *model.mutable_graph()->mutable_initializer()) {
    tensor.set_raw_data(std::string(tensor.raw_data().size(), '\0'));
  }
  const std::string sparse = model.SerializeAsString();
  std::vector<size_t> structure;
  for (size_t i = 0; i < sparse.size(); ++i) {
    if (sparse[i] != '\0') structure.push_back(i);
  }
  const auto whole_path = folder_.Write("whole.onnx", bytes_);
  const auto sparse_path = folder_.Write("sparse.onnx", sparse);
  int graphs = 0;
  for (int flip = 0; flip < 2000; ++flip) {
    const bool anywhere = flip % 2 == 0;
    const std::string& bytes = anywhere ? bytes_ : sparse;
    const auto& path = anywhere ? whole_path : sparse_path;
    const size_t at = anywhere ? random() % bytes.size() : structure[random() % structure.size()];
    const char flipped = static_cast<char>(bytes[at] ^ (1 << random() % 8));
    OverwriteByte(path, at, flipped);
    graphs += Survives(path);
    OverwriteByte(path, at, bytes[at]);
  }
  EXPECT_GT(graphs, 500);   // A flipped weight is still a model.
  EXPECT_LT(graphs, 1900);  // A flipped structure seldom is.
}

}  // namespace
}  // namespace assay::onnx
