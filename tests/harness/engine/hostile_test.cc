// Graphs that no exporter writes: each is one sentence that names the node, and nothing worse.
#include <gmock/gmock.h>
#include <pthread.h>

#include <ctime>
#include <limits>

#include "harness/engine/fusions/fusions.h"
#include "harness/engine/lowering.h"
#include "tests/harness/engine/run_graph.h"

namespace assay::engine {
namespace {

using testing::HasSubstr;
using Ints = std::vector<int64_t>;
constexpr int64_t kHuge = std::numeric_limits<int64_t>::max();

// Whatever memory the machine has.
PlanOptions Limits() {
  PlanOptions options;
  options.max_bytes = int64_t{16} << 30;
  return options;
}

// Building a node on float inputs and integer constants of these shapes fails, naming it.
void ExpectRefused(const std::string& op, std::vector<Ints> inputs,
                   std::map<std::string, Attribute> attributes = {},
                   std::vector<Ints> constants = {}, const std::string& why = "y_") {
  GraphBuilder builder;
  std::vector<std::string> names;
  for (const Ints& shape : inputs) {
    names.push_back("x" + std::to_string(names.size()));
    builder.Input(names.back(), DType::kF32, shape);
  }
  for (const Ints& values : constants) {
    names.push_back("c" + std::to_string(names.size()));
    builder.Init(names.back(), {static_cast<int64_t>(values.size())}, values);
  }
  builder.Op(op, names, "y", std::move(attributes)).Output("y");
  EXPECT_THAT(BuildError(builder.graph, Limits()), HasSubstr(why)) << op;
}

void ExpectConvRefused(const Ints& image, const Shape& weights,
                       std::map<std::string, Attribute> attributes = {}) {
  GraphBuilder builder;
  builder.Input("x", DType::kF32, image);
  builder.Init("w", weights, std::vector<float>(static_cast<size_t>(weights.elements())));
  builder.Op("Conv", {"x", "w"}, "y", std::move(attributes)).Output("y");
  EXPECT_THAT(BuildError(builder.graph), HasSubstr("y_Conv"));
}

TEST(Hostile, Conv) {
  ExpectConvRefused({1, 3, 8}, {4, 3, 3, 3});
  ExpectConvRefused({1, 3, 8, 8}, {4, 3, 3});
  ExpectConvRefused({1, 3, 8, 8}, {4, 2, 3, 3});
  ExpectConvRefused({1, 3, 8, 8}, {4, 3, 9, 9});
  ExpectConvRefused({1, 3, 8, 8}, {4, 3, 0, 3});
  ExpectConvRefused({1, 4, 8, 8}, {4, 2, 3, 3}, {{"group", int64_t{0}}});
  ExpectConvRefused({1, 4, 8, 8}, {3, 2, 3, 3}, {{"group", int64_t{2}}});
  ExpectConvRefused({1, 4, 8, 8}, {4, 1, 3, 3}, {{"group", kHuge}});
  ExpectConvRefused({1, 3, 8, 8}, {4, 3, 3, 3}, {{"pads", Ints{-1, 0, 0, 0}}});
  ExpectConvRefused({1, 3, 8, 8}, {4, 3, 3, 3}, {{"pads", Ints{kHuge, kHuge, kHuge, kHuge}}});
  ExpectConvRefused({1, 3, 8, 8}, {4, 3, 3, 3}, {{"pads", Ints{1, 1}}});
  ExpectConvRefused({1, 3, 8, 8}, {4, 3, 3, 3}, {{"strides", Ints{0, 1}}});
  ExpectConvRefused({1, 3, 8, 8}, {4, 3, 3, 3}, {{"dilations", Ints{kHuge, 1}}});
  ExpectConvRefused({1, 3, 8, 8}, {4, 3, 3, 3}, {{"kernel_shape", Ints{5, 5}}});
  ExpectConvRefused({1, 3, 8, 8}, {4, 3, 3, 3}, {{"auto_pad", std::string("FULL")}});
  ExpectConvRefused({1, 3, 8, 8}, {4, 3, 3, 3}, {{"pads", Ints(4, int64_t{1} << 30)}});
}

TEST(Hostile, Pools) {
  ExpectRefused("MaxPool", {{1, 3, 8, 8}});
  ExpectRefused("MaxPool", {{1, 3, 8}}, {{"kernel_shape", Ints{2, 2}}});
  ExpectRefused("MaxPool", {{1, 3, 8, 8}}, {{"kernel_shape", Ints{2}}});
  ExpectRefused("MaxPool", {{1, 3, 8, 8}}, {{"kernel_shape", Ints{0, 2}}});
  ExpectRefused("AveragePool", {{1, 3, 8, 8}}, {{"kernel_shape", Ints{9, 9}}});
  ExpectRefused("GlobalAveragePool", {{1, 3, 0, 8}});
  ExpectRefused("GlobalAveragePool", {{3, 8}});
}

TEST(Hostile, Shapes) {
  ExpectRefused("Reshape", {{2, 3}}, {}, {{7}});
  ExpectRefused("Reshape", {{2, 3}}, {}, {{-1, -1}});
  ExpectRefused("Reshape", {{2, 3}}, {}, {{-1, 0, 0, 0}});
  ExpectRefused("Reshape", {{2, 3}}, {}, {{kHuge, kHuge}});
  ExpectRefused("Reshape", {{2, 3}}, {}, {{-2, -3}});
  ExpectRefused("Reshape", {{2, 3}, {2}});
  ExpectRefused("Flatten", {{2, 3}}, {{"axis", int64_t{3}}});
  ExpectRefused("Transpose", {{2, 3}}, {{"perm", Ints{0, 0}}});
  ExpectRefused("Transpose", {{2, 3}}, {{"perm", Ints{0, 1, 2}}});
  ExpectRefused("Squeeze", {{2, 3}}, {}, {{0}});
  ExpectRefused("Squeeze", {{1, 3}}, {}, {{0, 0}});
  ExpectRefused("Unsqueeze", {{2, 3}}, {}, {{9}});
  ExpectRefused("Unsqueeze", {{2, 3}}, {}, {Ints(100, 0)});
  ExpectRefused("Unsqueeze", {{2, 3}}, {}, {{2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}});
  ExpectRefused("Concat", {{2, 3}, {3, 3}}, {{"axis", int64_t{1}}});
  ExpectRefused("Concat", {{2, 3}, {2, 3, 1}}, {{"axis", int64_t{1}}});
  ExpectRefused("Concat", {{2, 3}}, {{"axis", int64_t{2}}});
  ExpectRefused("Concat", {{2, 3}});
  ExpectRefused("Concat", {{int64_t{1} << 31}, {int64_t{1} << 31}, {1}}, {{"axis", int64_t{0}}});
  ExpectRefused("Slice", {{2, 3}}, {}, {{0}, {1}, {2}});
  ExpectRefused("Slice", {{2, 3}}, {}, {{0}, {1}, {0}, {0}});
  ExpectRefused("Slice", {{2, 3}}, {}, {{0, 0}, {1, 1}, {0, 0}});
  ExpectRefused("Slice", {{2, 3}}, {}, {{0, 0}, {1}, {0}});
  ExpectRefused("Pad", {{2, 3}}, {}, {{0, 0, 0}});
  ExpectRefused("Pad", {{2, 3}}, {}, {{-2, 0, -1, 0}});
  ExpectRefused("Pad", {{2, 3}}, {}, {{kHuge, 0, 0, 0}});
  ExpectRefused("Pad", {{2, 3}}, {{"mode", std::string("mirror")}}, {{0, 0, 0, 0}});
  ExpectRefused("Pad", {{0, 3}}, {{"mode", std::string("edge")}}, {{1, 0, 0, 0}});
  ExpectRefused("Gather", {{2, 3}}, {{"axis", int64_t{2}}}, {{0}});
  ExpectRefused("Gather", {{2, 3}}, {}, {{2}});
  ExpectRefused("Add", {{2, 3}, {2}});
  ExpectRefused("Add", {{int64_t{1} << 25, 1}, {int64_t{1} << 25}});
  ExpectRefused("Softmax", {{2, 3}}, {{"axis", int64_t{-3}}});
  ExpectRefused("ReduceMean", {{2, 3}}, {{"axes", Ints{5}}});
  ExpectRefused("MatMul", {{2, 3}, {2, 3}});
  ExpectRefused("MatMul", {{}, {3}});
  ExpectRefused("Gemm", {{2, 3}, {4, 5}});
  ExpectRefused("Gemm", {{2, 3}, {3, 5}, {4}});
  ExpectRefused("Cast", {{2}}, {{"to", int64_t{10}}});
  ExpectRefused("BatchNormalization", {{2, 3}, {3}, {3}, {3}, {3}});
}

TEST(Hostile, ConvTranspose) {
  const std::vector<Ints> shapes = {{1, 4, 5, 5}, {4, 2, 3, 3}};
  ExpectRefused("ConvTranspose", {{1, 4, 5, 5}, {3, 2, 3, 3}});
  ExpectRefused("ConvTranspose", {{4, 5}, {4, 2}});
  ExpectRefused("ConvTranspose", shapes, {{"group", int64_t{3}}});
  ExpectRefused("ConvTranspose", shapes, {{"group", kHuge}});
  ExpectRefused("ConvTranspose", shapes, {{"pads", Ints{9, 9, 9, 9}}});
  ExpectRefused("ConvTranspose", shapes, {{"strides", Ints{kHuge, 1}}});
  ExpectRefused("ConvTranspose", shapes, {{"output_padding", Ints{-1, 0}}});
  ExpectRefused("ConvTranspose", shapes, {{"output_shape", Ints{7}}});
  ExpectRefused("ConvTranspose", shapes, {{"kernel_shape", Ints{2, 2}}});
  ExpectRefused("ConvTranspose", {{1, 4, 5, 5}, {4, 2, 3, 3}, {3}});
}

// The image with zeros between its pixels would not fit anywhere; the result would.
TEST(Hostile, ConvTransposeOfFewResultsFromAfar) {
  const int64_t far = int64_t{1} << 29;
  GraphBuilder builder;
  builder.Input("x", DType::kF32, {1, 1, 3, 3}).Init("w", {1, 1, 2, 2}, RandomFloats(4, 1));
  builder.Op("ConvTranspose", {"x", "w"}, "y",
             {{"strides", Ints{far, far}},
              {"dilations", Ints{2 * far, 2 * far}},
              {"pads", Ints{2 * far, 2 * far, 2 * far, 2 * far}}});
  builder.Output("y");
  EXPECT_EQ(RunGraph(builder.graph, {RandomTensor({1, 1, 3, 3}, 1)}).at(0).elements(), 1);
}

// A product for every pixel and tap would be a hundred times what is read and written.
TEST(Hostile, ConvTransposeOfManyTaps) {
  GraphBuilder builder;
  builder.Input("x", DType::kF32, {1, 2, 64, 64});
  builder.Init("w", {2, 2, 64, 64}, RandomFloats(4 * 64 * 64, 1));
  builder.Op("ConvTranspose", {"x", "w"}, "y", {{"strides", Ints{2, 2}}}).Output("y");
  const auto plan = BuildPlan(builder.graph);
  ASSERT_NE(plan, nullptr);
  EXPECT_LT(plan->arena_bytes(), size_t{16} << 20);
}

// A filter as wide as the image, of which there is room for none.
TEST(Hostile, ResizeOfAHugeAxisToOne) {
  GraphBuilder builder;
  builder.Input("x", DType::kU8, {int64_t{1} << 32}).Init<int64_t>("sizes", {1}, {1});
  builder.Op("Resize", {"x", "", "", "sizes"}, "y",
             {{"mode", std::string("linear")}, {"antialias", int64_t{1}}});
  EXPECT_THAT(BuildError(builder.Output("y", DType::kU8).graph), HasSubstr("is too small"));
  ExpectRefused("Resize", {{4, 4}, {}, {}}, {{"axes", Ints{0, 0}}}, {{2, 2}});
  ExpectRefused("Resize", {{4, 4}, {}, {}}, {{"axes", Ints{2}}}, {{2}});
}

TEST(Hostile, Moves) {
  ExpectRefused("Split", {{5}}, {}, {{2, 2}});
  ExpectRefused("Split", {{5}}, {}, {{6, -1}});
  ExpectRefused("Split", {{5}}, {{"axis", int64_t{1}}});
  ExpectRefused("Expand", {{2, 3}}, {}, {{2, 2}});
  ExpectRefused("Expand", {{2, 3}}, {}, {{kHuge, 1, 1}});
  ExpectRefused("Expand", {{2, 3}}, {}, {{-1, 3}});
  ExpectRefused("Tile", {{2, 3}}, {}, {{2}});
  ExpectRefused("Tile", {{2, 3}}, {}, {{kHuge, kHuge}});
  ExpectRefused("Tile", {{2, 3}}, {}, {{-1, 1}});
  ExpectRefused("DepthToSpace", {{1, 3, 2, 2}}, {{"blocksize", int64_t{2}}});
  ExpectRefused("DepthToSpace", {{1, 4, 2, 2}}, {{"blocksize", kHuge}});
  ExpectRefused("SpaceToDepth", {{1, 3, 3, 2}}, {{"blocksize", int64_t{2}}});
  ExpectRefused("SpaceToDepth", {{1, 3, 2, 2}});
  ExpectRefused("Trilu", {{3}});
  ExpectRefused("Where", {{2}, {2}, {2}});  // The condition is no bool.
  ExpectRefused("EyeLike", {{int64_t{1} << 15, int64_t{1} << 15}});
}

TEST(Hostile, Indices) {
  ExpectRefused("GatherElements", {{2, 3}}, {}, {{0}});
  ExpectRefused("GatherND", {{2, 3}}, {{"batch_dims", int64_t{1}}}, {{0}});
  ExpectRefused("GatherND", {{2, 3}}, {}, {{0, 0, 0}});
  ExpectRefused("ScatterElements", {{2, 3}, {1}, {1}});
  ExpectRefused("TopK", {{2, 3}}, {}, {{4}});
  ExpectRefused("TopK", {{2, 3}}, {}, {{-1}});
  ExpectRefused("TopK", {{}}, {}, {{1}});
  ExpectRefused("OneHot", {{2}}, {}, {{0}, {0, 1}});
  ExpectRefused("OneHot", {{2}}, {}, {{kHuge}, {0, 1}});
  ExpectRefused("CumSum", {{2}}, {}, {{1}});
  ExpectRefused("ArgMax", {{2, 0}}, {{"axis", int64_t{1}}});
  ExpectRefused("ArgMax", {{2}}, {{"axis", int64_t{1}}});
  ExpectRefused("ReduceSum", {{2}}, {}, {{1}});
}

TEST(Hostile, Normalizations) {
  ExpectRefused("InstanceNormalization", {{1, 3, 4}, {2}, {3}});
  ExpectRefused("InstanceNormalization", {{3}, {3}, {3}});
  ExpectRefused("LayerNormalization", {{2, 3}, {2, 2, 3}});
  ExpectRefused("LayerNormalization", {{2, 3}, {3}}, {{"axis", int64_t{2}}});
  ExpectRefused("LRN", {{1, 3, 4, 4}});
  ExpectRefused("LRN", {{3}}, {{"size", int64_t{1}}});
  ExpectRefused("PRelu", {{2, 1}, {2, 3}});
}

TEST(Hostile, ClipBelowZero) {
  ExpectRefused("RNN", {{2, 1, 3}, {1, 4, 3}, {1, 4, 4}}, {{"clip", -1.0f}}, {},
                "clip is -1, and may not be negative");
}

TEST(Hostile, Resize) {
  const auto refuse = [](std::vector<float> scales) {
    GraphBuilder builder;
    builder.Input("x", DType::kF32, {1, 1, 4, 4});
    builder.Init("s", {static_cast<int64_t>(scales.size())}, scales);
    builder.Op("Resize", {"x", "", "s"}, "y").Output("y");
    EXPECT_THAT(BuildError(builder.graph), HasSubstr("y_Resize"));
  };
  refuse({1, 1, 0, 1});
  refuse({1, 1, -1, 1});
  refuse({1, 1, 1e30f, 1});
  refuse({1, 1, std::numeric_limits<float>::quiet_NaN(), 1});
  refuse({1, 1, 0.1f, 1});
  refuse({1, 1});
  refuse({});
  ExpectRefused("Resize", {{1, 1, 4, 4}});

  // Positions that no integer holds, or that are no number: the nearest pixel is the last.
  GraphBuilder builder;
  const float far = 3e38f, infinite = std::numeric_limits<float>::infinity();
  builder.Input("x", DType::kF32, {1, 1, 1, 2}).Init<int64_t>("sizes", {4}, {1, 1, 1, 2});
  builder.Init<float>("roi", {8}, {0, 0, 0, far, 1, 1, 1, infinite});
  builder.Op("Resize", {"x", "roi", "", "sizes"}, "y",
             {{"coordinate_transformation_mode", std::string("tf_crop_and_resize")},
              {"extrapolation_value", 7.0f}});
  builder.Output("y");
  EXPECT_EQ(Values<float>(RunGraph(builder.graph, {RandomTensor({1, 1, 1, 2}, 1)}).at(0)).size(),
            2u);
}

TEST(Hostile, IntegerProducts) {
  GraphBuilder builder;
  builder.Input("x", DType::kU8, {2, 3});
  builder.Init("w", {3, 2}, RandomIntegers<int8_t>(6, -9, 9, 1));
  builder.Init<float>("s", {}, {0.5f}).Init<uint8_t>("z", {}, {3}).Init<int8_t>("wz", {}, {0});
  builder.Init<float>("bad", {}, {0.0f}).Init<float>("two", {2}, {1, 1});
  const auto error = [&](std::vector<std::string> inputs) {
    GraphBuilder with = builder;
    with.Op("QLinearMatMul", std::move(inputs), "y").Output("y", DType::kU8);
    return BuildError(with.graph);
  };
  EXPECT_EQ(error({"x", "s", "z", "w", "s", "wz", "s", "z"}), "");
  EXPECT_EQ(error({"x", "s", "z", "w", "two", "wz", "s", "z"}), "");
  EXPECT_THAT(error({"x", "bad", "z", "w", "s", "wz", "s", "z"}), HasSubstr("a scale of 0"));
  EXPECT_THAT(error({"x", "two", "z", "w", "s", "wz", "s", "z"}), HasSubstr("has 2 values"));
  EXPECT_THAT(error({"x", "s", "wz", "w", "s", "wz", "s", "z"}), HasSubstr("is int8"));
  EXPECT_THAT(error({"x", "s", "z", "x", "s", "z", "s", "z"}), HasSubstr("do not multiply"));
}

TEST(Hostile, MissingInputs) {
  for (const Lowering* lowering : AllLowerings()) {
    if (lowering->domain.empty()) ExpectRefused(std::string(lowering->op_type), {}, {}, {}, "y");
  }
}

TEST(Hostile, ConstantsThatWouldFillTheMemory) {
  GraphBuilder builder;
  builder.Init<int64_t>("dims", {1}, {int64_t{1} << 39});
  builder.Op("ConstantOfShape", {"dims"}, "y").Output("y");
  EXPECT_THAT(BuildError(builder.graph), HasSubstr("too large"));
}

// Each alone would be fine.
TEST(Hostile, ConstantsThatWouldFillTheMemoryTogether) {
  PlanOptions options;
  options.constant_bytes = 1 << 20;
  GraphBuilder builder;
  builder.Init<int64_t>("dims", {1}, {1 << 15});
  std::vector<std::string> values;
  for (int i = 0; i < 40; ++i) {
    values.push_back("c" + std::to_string(i));
    builder.Op("ConstantOfShape", {"dims"}, values.back());
  }
  builder.Op("Concat", values, "y", {{"axis", int64_t{0}}}).Output("y");
  EXPECT_THAT(BuildError(builder.graph, options), HasSubstr("are left for a model of this size"));
}

// A file of a few hundred bytes that asks for gigabytes before the first run.
TEST(Hostile, ConstantsThatGrow) {
  const auto refused = [](const std::string& op, std::vector<int64_t> parameter,
                          std::map<std::string, Attribute> attributes = {}) {
    GraphBuilder builder;
    builder.Init<float>("x", {1, 1, 1, 1}, {1}).Init("p", {std::ssize(parameter)}, parameter);
    builder.Op(op, {"x", "p"}, "y", std::move(attributes)).Output("y");
    EXPECT_THAT(BuildError(builder.graph, Limits()),
                HasSubstr("node 'y_" + op + "' (" + op + "): a constant result of shape"));
  };
  const int64_t large = int64_t{1} << 28;
  refused("Expand", {1, 1, 1, large});
  refused("Tile", {1, 1, 1, large});
  refused("Pad", {0, 0, 0, 0, 0, 0, 0, large});
  refused("Pad", {0, 0, 0, 0, 0, 0, 0, large}, {{"mode", std::string("edge")}});

  GraphBuilder range;
  range.Init<int64_t>("a", {}, {0}).Init<int64_t>("b", {}, {large}).Init<int64_t>("c", {}, {1});
  range.Op("Range", {"a", "b", "c"}, "y").Output("y", DType::kI64);
  EXPECT_THAT(BuildError(range.graph), HasSubstr("is too large"));

  GraphBuilder resize;
  resize.Init<float>("x", {1, 1, 1, 1}, {1}).Init<int64_t>("sizes", {4}, {1, 1, 1 << 14, 1 << 14});
  resize.Op("Resize", {"x", "", "", "sizes"}, "y").Output("y");
  EXPECT_THAT(BuildError(resize.graph), HasSubstr("is too large"));
}

// Little memory, but hours: products of constants.
TEST(Hostile, ConstantsThatTakeForever) {
  GraphBuilder builder;
  builder.Init<int64_t>("a", {2}, {4096, 4096});
  builder.Op("ConstantOfShape", {"a"}, "x").Op("MatMul", {"x", "x"}, "y").Output("y");
  EXPECT_THAT(BuildError(builder.graph), HasSubstr("operations, where"));
}

// Each node packs the weights that all of them share.
TEST(Hostile, SharedWeightsThatWouldFillTheMemory) {
  PlanOptions options;
  options.constant_bytes = 1 << 16;
  const auto error = [&](int nodes) {
    GraphBuilder builder;
    builder.Input("v0", DType::kF32, {1, 64, 1, 1});
    builder.Init("w", {64, 64, 1, 1}, RandomFloats(64 * 64, 1));
    for (int i = 0; i < nodes; ++i) {
      builder.Op("Conv", {"v" + std::to_string(i), "w"}, "v" + std::to_string(i + 1));
    }
    return BuildError(builder.Output("v" + std::to_string(nodes)).graph, options);
  };
  EXPECT_EQ(error(10), "");
  EXPECT_THAT(error(100), HasSubstr("the packed weights up to here take"));
}

// Folding a normalization copies a weight that many share; the copies justify no more of them.
TEST(Hostile, SharedWeightsThatNormalizationsCopy) {
  PlanOptions options;
  options.constant_bytes = 1 << 18;
  const auto error = [&](int nodes) {
    GraphBuilder builder;
    builder.Input("v0", DType::kF32, {1, 64, 1, 1});
    builder.Init("w", {64, 64, 1, 1}, RandomFloats(64 * 64, 1));
    builder.Init("c", {64}, std::vector<float>(64, 1.0f));
    for (int i = 0; i < nodes; ++i) {
      const std::string conv = "u" + std::to_string(i), next = "v" + std::to_string(i + 1);
      builder.Op("Conv", {"v" + std::to_string(i), "w"}, conv);
      builder.Op("BatchNormalization", {conv, "c", "c", "c", "c"}, next);
    }
    return BuildError(builder.Output("v" + std::to_string(nodes)).graph, options);
  };
  EXPECT_EQ(error(20), "");
  EXPECT_THAT(error(100), HasSubstr("the packed weights up to here take"));
}

// A table has an entry for every pixel along an axis, whatever the file has.
TEST(Hostile, TablesOfResizeAreCounted) {
  const auto error = [](int64_t size) {
    GraphBuilder builder;
    builder.Input("x", DType::kU8, {1, 1, 1, 1}).Init<int64_t>("sizes", {4}, {1, 1, 1, size});
    builder.Op("Resize", {"x", "", "", "sizes"}, "y").Output("y", DType::kU8);
    PlanOptions options;
    options.constant_bytes = 1 << 20;
    return BuildError(builder.graph, options);
  };
  EXPECT_EQ(error(1 << 10), "");
  EXPECT_THAT(error(1 << 20), HasSubstr("the packed weights up to here take"));
}

// Operators that do more than one operation for each element say so.
TEST(Hostile, ConstantsWhoseWorkIsHidden) {
  PlanOptions options;
  options.constant_bytes = 1 << 20;
  const auto refused = [&](const std::string& op, Ints dims, std::vector<std::string> inputs,
                           std::map<std::string, Attribute> attributes) {
    GraphBuilder builder;
    builder.Init<int64_t>("dims", {std::ssize(dims)}, dims).Op("ConstantOfShape", {"dims"}, "x");
    builder.Op(op, std::move(inputs), "y", std::move(attributes)).Output("y");
    EXPECT_THAT(BuildError(builder.graph, options), HasSubstr("operations, where")) << op;
  };
  refused("Einsum", {256, 256}, {"x", "x"}, {{"equation", std::string("ab,cd->")}});
  refused("Det", {500, 500}, {"x"}, {});
  refused("LRN", {1, 1 << 14, 4}, {"x"}, {{"size", int64_t{1} << 14}});
  const std::map<std::string, Attribute> wide = {{"kernel_shape", Ints{255, 255}},
                                                 {"pads", Ints{127, 127, 127, 127}}};
  refused("MaxPool", {1, 1, 255, 255}, {"x"}, wide);
  refused("AveragePool", {1, 1, 255, 255}, {"x"}, wide);
  refused("MaxPool", {1, 1, 255, 255, 1}, {"x"},
          {{"kernel_shape", Ints{255, 255, 1}}, {"pads", Ints{127, 127, 0, 127, 127, 0}}});
}

// Windows that are nearly all padding cost what lies in the image.
TEST(Hostile, WindowsFarLargerThanTheImage) {
  const int64_t far = (int64_t{1} << 20) - 1;
  for (const bool volume : {false, true}) {
    GraphBuilder builder;
    builder.Input("x", DType::kF32, volume ? Ints{1, 1, 3, 3, 1} : Ints{1, 1, 3, 3});
    builder.Op(
        "MaxPool", {"x"}, "y",
        {{"kernel_shape", volume ? Ints{far, far, 1} : Ints{far, far}},
         {"pads", volume ? Ints{far - 3, far - 3, 0, 0, 0, 0} : Ints{far - 3, far - 3, 0, 0}}});
    builder.Output("y");
    const Shape shape = volume ? Shape{1, 1, 3, 3, 1} : Shape{1, 1, 3, 3};
    EXPECT_EQ(RunGraph(builder.graph, {RandomTensor(shape, 1)}).at(0).elements(), 1);
  }
  ExpectRefused("MaxPool", {{1, 1, 3, 3}}, {{"kernel_shape", Ints{far * 1024, far * 1024}}}, {},
                "2^40 elements");
}

// Concatenations in place lie in each other, by recursion; here with little stack.
TEST(Hostile, ConcatenationsWithinConcatenations) {
  GraphBuilder builder;
  builder.Input("v0", DType::kF32, {2});
  constexpr int kCount = 20'000;
  for (int i = 0; i < kCount; ++i) {
    builder.Op("Concat", {"v" + std::to_string(i)}, "v" + std::to_string(i + 1),
               {{"axis", int64_t{0}}});
  }
  builder.Output("v" + std::to_string(kCount));
  pthread_attr_t attributes;
  ASSERT_EQ(pthread_attr_init(&attributes), 0);
  ASSERT_EQ(pthread_attr_setstacksize(&attributes, size_t{1} << 20), 0);
  const auto build = [](void* graph) -> void* {
    EXPECT_EQ(BuildError(*static_cast<const Graph*>(graph)), "");
    return nullptr;
  };
  pthread_t thread;
  ASSERT_EQ(pthread_create(&thread, &attributes, build, &builder.graph), 0);
  EXPECT_EQ(pthread_join(thread, nullptr), 0);
  pthread_attr_destroy(&attributes);
}

// A second or two; what grows with the square of the nodes would take minutes.
TEST(Hostile, ManyNodesTakeLittleTime) {
  GraphBuilder builder;
  builder.Input("v0", DType::kF32, {1, 2, 2, 2}).Init<float>("c", {2}, {1, 1});
  builder.Init<float>("w", {2, 2, 1, 1}, {1, 1, 1, 1});
  constexpr int kCount = 10'000;
  for (int i = 0; i < kCount; ++i) {
    const std::string conv = "u" + std::to_string(i);
    builder.Op("Conv", {"v" + std::to_string(i), "w"}, conv);
    builder.Op("BatchNormalization", {conv, "c", "c", "c", "c"}, "v" + std::to_string(i + 1));
  }
  builder.Output("v" + std::to_string(kCount));
  const std::clock_t start = std::clock();
  EXPECT_EQ(BuildError(builder.graph), "");
  EXPECT_LT((std::clock() - start) / CLOCKS_PER_SEC, 60);
}

// Seconds of the processor, where the square of the values would take minutes.
template <typename Work>
void ExpectLittleTime(Work work) {
  const std::clock_t start = std::clock();
  work();
  EXPECT_LT((std::clock() - start) / CLOCKS_PER_SEC, 15);
}

TEST(Hostile, ManySignedValuesTakeLittleTime) {
  constexpr int kCount = 30'000;
  GraphBuilder builder;
  Types types;
  const auto typed = [&](const std::string& value, DType dtype) {
    types[value] = {dtype, Shape{1}};
    return value;
  };
  builder.Init<float>("s", {}, {1}).Init<int8_t>("z", {}, {0});
  for (int i = 0; i < kCount; ++i) {
    const std::string n = std::to_string(i);
    builder.Input(typed("x" + n, DType::kI8), DType::kI8, {1});
    builder.Op("DequantizeLinear", {"x" + n, "s", "z"}, typed("d" + n, DType::kF32));
    builder.Op("QuantizeLinear", {"d" + n, "s", "z"}, typed("q" + n, DType::kI8));
    builder.Op("Identity", {"q" + n}, typed("y" + n, DType::kI8)).Output("y" + n, DType::kI8);
  }
  ExpectLittleTime([&] { EXPECT_TRUE(HoldAsU8(builder.graph, types).ok()); });
  EXPECT_EQ(builder.graph.nodes.size(), size_t{5 * kCount});  // Two more flip signs.
}

TEST(Hostile, ManyOutputsTakeLittleTime) {
  constexpr int kCount = 100'000;
  GraphBuilder builder;
  Types types = {{"x", {DType::kF32, Shape{1}}}};
  builder.Input("x", DType::kF32, {1});
  for (int i = 0; i < kCount; ++i) {
    const std::string value = "y" + std::to_string(i);
    builder.Op("Add", {"x", "x"}, value).Op("Relu", {value}, value + "r").Output(value);
    builder.Output(value + "r");
    types[value] = types[value + "r"] = {DType::kF32, Shape{1}};
  }
  ExpectLittleTime([&] { EXPECT_TRUE(FuseClamps(builder.graph, types).ok()); });
  EXPECT_EQ(builder.graph.nodes.size(), size_t{2 * kCount});
}

TEST(Hostile, InputsAndOutputsThatWouldFillTheMemory) {
  GraphBuilder input;
  input.Input("x", DType::kF32, {int64_t{1} << 36}).Op("Relu", {"x"}, "y").Output("y");
  EXPECT_THAT(BuildError(input.graph, Limits()), HasSubstr("input 'x'"));
  GraphBuilder output;
  output.Input("x", DType::kF32, {1}).Init<int64_t>("to", {1}, {int64_t{1} << 36});
  output.Op("Expand", {"x", "to"}, "y").Output("y");
  EXPECT_THAT(BuildError(output.graph, Limits()),
              HasSubstr("node 'y_Expand' (Expand): output 0 of shape"));

  GraphBuilder many;
  PlanOptions options;
  options.max_bytes = 1 << 20;
  many.Input("x", DType::kF32, {1}).Init<int64_t>("to", {1}, {100'000});
  for (int i = 0; i < 3; ++i) {
    many.Op("Expand", {"x", "to"}, "y" + std::to_string(i)).Output("y" + std::to_string(i));
  }
  EXPECT_THAT(BuildError(many.graph, options), HasSubstr("1200004 bytes for inputs and outputs"));
}

TEST(Hostile, IntermediatesThatWouldFillTheMemory) {
  ExpectRefused("Add", {{int64_t{1} << 18, 1}, {int64_t{1} << 18}}, {}, {}, "");
  GraphBuilder builder;
  builder.Input("x", DType::kF32, {1 << 18, 1}).Input("z", DType::kF32, {1 << 18});
  builder.Op("Add", {"x", "z"}, "a").Op("ReduceMean", {"a"}, "y").Output("y");
  EXPECT_THAT(BuildError(builder.graph), HasSubstr("are allowed"));
}

TEST(Hostile, QuantizationParametersThatDoNotFit) {
  GraphBuilder builder;
  builder.Input("x", DType::kF32, {2, 3}).Init<float>("s", {2}, {1, 1});
  builder.Op("QuantizeLinear", {"x", "s"}, "y").Output("y", DType::kU8);
  EXPECT_THAT(BuildError(builder.graph), HasSubstr("2 scales do not fit axis 1"));
  builder.Init<float>("s", {}, {1}).Init<uint8_t>("z", {2}, {1, 1});
  builder.graph.nodes[0].inputs.push_back("z");
  EXPECT_THAT(BuildError(builder.graph), HasSubstr("2 zero points for 1 scales"));
}

// Degenerate, and fine.
TEST(Hostile, EmptyTensorsRun) {
  GraphBuilder builder;
  builder.Input("x", DType::kF32, {0, 3, 4, 4}).Init("w", {2, 3, 1, 1}, RandomFloats(6, 1));
  builder.Op("Conv", {"x", "w"}, "c").Op("Relu", {"c"}, "r").Op("Flatten", {"r"}, "y").Output("y");
  const std::vector<Tensor> y = RunGraph(builder.graph, {Tensor(DType::kF32, {0, 3, 4, 4})});
  EXPECT_EQ(y.at(0).shape(), (Shape{0, 32}));
}

// Found by fuzzing: pointers to elements of an empty tensor, which the sanitizers see.
TEST(Hostile, ReductionsOfNothing) {
  GraphBuilder builder;
  builder.Input("x", DType::kF32, {0, 3});
  builder.Op("ReduceL1", {"x"}, "y", {{"axes", Ints{0}}, {"keepdims", int64_t{0}}}).Output("y");
  EXPECT_THAT(Values<float>(RunGraph(builder.graph, {Tensor(DType::kF32, {0, 3})}).at(0)),
              testing::ElementsAre(0, 0, 0));
}

TEST(Hostile, UnsortedGraphsAreSorted) {
  GraphBuilder builder;
  builder.Input("x", DType::kF32, {2}).Op("Exp", {"r"}, "y").Op("Relu", {"x"}, "r").Output("y");
  EXPECT_EQ(BuildError(builder.graph), "");
}

TEST(Hostile, AbsentValues) {
  GraphBuilder builder;
  builder.Input("x", DType::kF32, {2}).Op("Relu", {"nowhere"}, "y").Output("y");
  EXPECT_THAT(BuildError(builder.graph), HasSubstr("'nowhere'"));
  builder = {};
  builder.Input("x", DType::kF32, {2}).Output("nowhere");
  EXPECT_THAT(BuildError(builder.graph), HasSubstr("'nowhere'"));
}

}  // namespace
}  // namespace assay::engine
