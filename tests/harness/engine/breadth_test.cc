// What ONNX's backend test cases do not reach: other types, ranks, modes and edges.
#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "tests/harness/engine/run_graph.h"

namespace assay::engine {
namespace {

using testing::ElementsAre;
using Ints = std::vector<int64_t>;

// One node: its first input is given when it runs, the others are constants.
std::vector<Tensor> RunOp(const std::string& op, Tensor x, std::vector<Tensor> constants,
                          std::map<std::string, Attribute> attributes = {}, size_t outputs = 1) {
  GraphBuilder builder;
  builder.Input("x", x.dtype(), x.shape().dims());
  std::vector<std::string> names = {"x"};
  for (Tensor& constant : constants) {
    names.push_back("c" + std::to_string(names.size()));
    builder.graph.initializers.emplace(names.back(), std::move(constant));
  }
  builder.Op(op, names, "y0", std::move(attributes)).Output("y0");
  for (size_t i = 1; i < outputs; ++i) {
    builder.graph.nodes[0].outputs.push_back("y" + std::to_string(i));
    builder.Output("y" + std::to_string(i));
  }
  std::vector<Tensor> inputs;
  inputs.push_back(std::move(x));
  return RunGraph(builder.graph, std::move(inputs));
}

template <typename T>
Tensor Vector(std::vector<T> values) {
  return Tensor::Of<T>({static_cast<int64_t>(values.size())}, values);
}

TEST(Breadth, IntegersWrapAndDivideAsTheirTypeDoes) {
  const int64_t lowest = std::numeric_limits<int64_t>::min();
  EXPECT_THAT(Values<int64_t>(RunOp("Abs", Vector<int64_t>({-3, lowest}), {})[0]),
              ElementsAre(3, lowest));
  EXPECT_THAT(Values<int64_t>(RunOp("Neg", Vector<int64_t>({-3, lowest}), {})[0]),
              ElementsAre(3, lowest));
  EXPECT_THAT(Values<uint8_t>(RunOp("Add", Vector<uint8_t>({250}), {Vector<uint8_t>({10})})[0]),
              ElementsAre(4));
  const int32_t low = std::numeric_limits<int32_t>::min();
  EXPECT_THAT(Values<int32_t>(
                  RunOp("Mod", Vector<int32_t>({-7, 7, low}), {Vector<int32_t>({3, -3, -1})})[0]),
              ElementsAre(2, -2, 0));
  EXPECT_THAT(Values<int64_t>(RunOp("Pow", Vector<int64_t>({-2, -1, 2, 3}),
                                    {Vector<int64_t>({3, -3, -1, 0})})[0]),
              ElementsAre(-8, -1, 0, 1));
  EXPECT_THAT(Values<int8_t>(RunOp("Clip", Vector<int8_t>({-128, 0, 127}),
                                   {Vector<int8_t>({-5}), Vector<int8_t>({5})})[0]),
              ElementsAre(-5, 0, 5));
}

TEST(Breadth, DoublesStayDoubles) {
  const double x = 0.123456789012345;
  EXPECT_EQ(Values<double>(RunOp("Exp", Vector<double>({x}), {})[0])[0], std::exp(x));
  EXPECT_NEAR(Values<double>(RunOp("Softmax", Vector<double>({0, x}), {})[0])[1],
              1 / (1 + std::exp(-x)), 1e-15);
}

TEST(Breadth, NaNIsTheLargestAndTheSmallest) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const char* op : {"Max", "Min"}) {
    const auto y = Values<float>(RunOp(op, Vector<float>({nan, 1}), {Vector<float>({1, nan})})[0]);
    EXPECT_TRUE(std::isnan(y[0]) && std::isnan(y[1])) << op;
  }
  EXPECT_TRUE(std::isnan(Values<float>(RunOp("ReduceMax", Vector<float>({1, nan, 2}), {})[0])[0]));
}

TEST(Breadth, ReductionsKeepIntegersExact) {
  const int64_t large = (int64_t{1} << 60) + 1;
  EXPECT_THAT(Values<int64_t>(RunOp("ReduceSum", Vector<int64_t>({large, 1}), {})[0]),
              ElementsAre(large + 1));
  EXPECT_THAT(Values<int64_t>(RunOp("ReduceMax", Vector<int64_t>({large, large - 1}), {})[0]),
              ElementsAre(large));
  EXPECT_NEAR(Values<float>(RunOp("ReduceLogSumExp", Vector<float>({1000, 1000}), {})[0])[0],
              1000 + std::log(2.0), 1e-3);
}

// Found by fuzzing: roots and logarithms of negative integers are none.
TEST(Breadth, ReductionsOfIntegersToNoNumber) {
  const int64_t lowest = std::numeric_limits<int64_t>::min();
  EXPECT_THAT(Values<int64_t>(RunOp("ReduceLogSum", Vector<int64_t>({-2, 1}), {})[0]),
              ElementsAre(0));
  EXPECT_THAT(Values<int64_t>(RunOp("ReduceLogSum", Vector<int64_t>({0}), {})[0]),
              ElementsAre(lowest));
  const int64_t root = int64_t{1} << 31;  // Two of these squares wrap to the lowest number.
  EXPECT_THAT(Values<int64_t>(RunOp("ReduceL2", Vector<int64_t>({root, root}), {})[0]),
              ElementsAre(0));
}

TEST(Breadth, RangesOfIntegersAreExact) {
  const int64_t most = std::numeric_limits<int64_t>::max();
  GraphBuilder builder;
  builder.Init<int64_t>("start", {}, {most - 2048}).Init<int64_t>("limit", {}, {most});
  builder.Init<int64_t>("delta", {}, {1024}).Op("Range", {"start", "limit", "delta"}, "y");
  builder.Output("y", DType::kI64);
  EXPECT_THAT(Values<int64_t>(RunGraph(builder.graph, {})[0]),
              ElementsAre(most - 2048, most - 1024));
}

TEST(Breadth, ResizeExtrapolatesBytesWithTheNearest) {
  GraphBuilder builder;
  builder.Input("x", DType::kU8, {1, 1, 1, 2}).Init<int64_t>("sizes", {4}, {1, 1, 1, 2});
  builder.Init<float>("roi", {8}, {0, 0, 0, 2, 1, 1, 1, 3});
  builder.Op("Resize", {"x", "roi", "", "sizes"}, "y",
             {{"coordinate_transformation_mode", std::string("tf_crop_and_resize")},
              {"extrapolation_value", 1e30f}});
  builder.Output("y", DType::kU8);
  const Tensor x = Tensor::Of<uint8_t>({1, 1, 1, 2}, std::vector<uint8_t>{1, 2});
  EXPECT_THAT(Values<uint8_t>(RunGraph(builder.graph, {x})[0]), ElementsAre(255, 255));
}

std::vector<float> Resized(const Tensor& x, Ints sizes, std::map<std::string, Attribute> attributes,
                           const Shape& shape) {
  GraphBuilder builder;
  builder.Input("x", DType::kF32, x.shape().dims());
  builder.graph.initializers.emplace("sizes", Vector<int64_t>(std::move(sizes)));
  builder.Op("Resize", {"x", "", "", "sizes"}, "y", std::move(attributes)).Output("y");
  const Tensor y = RunGraph(builder.graph, {x}).at(0);
  EXPECT_EQ(y.shape(), shape);
  return Values<float>(y);
}

// What ONNX Runtime 1.30 answers, here and below.
TEST(Breadth, ResizeWithAntialias) {
  const Tensor x = Tensor::Of<float>({1, 1, 1, 8}, std::vector<float>{0, 1, 4, 9, 16, 25, 36, 49});
  std::map<std::string, Attribute> attributes = {
      {"mode", std::string("linear")}, {"antialias", int64_t{1}}, {"axes", Ints{3}}};
  const auto near = [](float value) { return testing::FloatNear(value, 1e-4f); };
  EXPECT_THAT(Resized(x, {3}, attributes, {1, 1, 1, 3}),
              ElementsAre(near(1.8139536f), near(13.452381f), near(37.139534f)));
  attributes["mode"] = std::string("cubic");
  attributes["axes"] = Ints{-1};
  EXPECT_THAT(Resized(x, {3}, attributes, {1, 1, 1, 3}),
              ElementsAre(near(0.6559266f), near(12.050787f), near(38.623108f)));
  attributes["exclude_outside"] = int64_t{1};
  EXPECT_THAT(Resized(x, {3}, attributes, {1, 1, 1, 3}),
              ElementsAre(near(0.7023091f), near(12.504595f), near(37.889320f)));
}

TEST(Breadth, ResizeKeepsTheAspectRatio) {
  const Tensor x =
      Tensor::Of<float>({1, 1, 3, 4}, std::vector<float>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
  std::map<std::string, Attribute> attributes = {
      {"mode", std::string("linear")},
      {"axes", Ints{2, 3}},
      {"keep_aspect_ratio_policy", std::string("not_larger")}};
  const auto smaller = Resized(x, {6, 6}, attributes, {1, 1, 5, 6});  // 4.5 is rounded up.
  EXPECT_NEAR(smaller[1], 0.5f, 1e-5f);
  EXPECT_NEAR(smaller[20], 8.5f, 1e-4f);
  attributes["axes"] = Ints{3, 2};
  attributes["keep_aspect_ratio_policy"] = std::string("not_smaller");
  const auto larger = Resized(x, {4, 4}, attributes, {1, 1, 4, 5});
  EXPECT_NEAR(larger[1], 0.625f, 1e-5f);
  EXPECT_NEAR(larger[19], 10.875f, 1e-5f);
}

TEST(Breadth, ResizeOfIntegersRoundsTowardsZeroAtTheEnd) {
  const auto resized = [](Tensor x) {
    std::vector<float> scales(static_cast<size_t>(x.shape().rank()), 1.5f);
    return std::move(RunOp("Resize", std::move(x), {Vector<float>({}), Vector<float>(scales)},
                           {{"mode", std::string("linear")}})[0]);
  };
  EXPECT_THAT(
      Values<uint8_t>(resized(Tensor::Of<uint8_t>({2, 2}, std::vector<uint8_t>{10, 21, 255, 0}))),
      ElementsAre(10, 15, 21, 132, 71, 10, 255, 127, 0));
  EXPECT_THAT(Values<uint8_t>(resized(Vector<uint8_t>({10, 21, 255, 0}))),
              ElementsAre(10, 15, 59, 215, 127, 0));
  EXPECT_THAT(Values<int32_t>(resized(Vector<int32_t>({-10, 21, -255, 0}))),
              ElementsAre(-10, 5, -24, -208, -127, 0));
}

// 2.2 and 0.6 are floats: 11 / 2.2 is 5, 1.5 / 0.6 is 2.5.
TEST(Breadth, ResizeByScalesThatAreNearlyDecimals) {
  const auto resized = [](std::vector<float> x, float scale, const char* coordinates) {
    return Values<float>(RunOp("Resize", Vector<float>(std::move(x)),
                               {Vector<float>({}), Vector<float>({scale})},
                               {{"coordinate_transformation_mode", std::string(coordinates)},
                                {"nearest_mode", std::string("floor")}})[0]);
  };
  EXPECT_THAT(resized({0, 1, 2, 3, 4, 5, 6}, 2.2f, "asymmetric"),
              ElementsAre(0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 5, 6));
  EXPECT_THAT(resized({0, 1, 2, 3, 4}, 0.6f, "half_pixel"), ElementsAre(0, 2, 3));
}

// Of 12.5 outputs there are 12; the ninth lies at 3, and not a little beyond.
TEST(Breadth, ResizeOfHalfPixelsThatLieExactly) {
  EXPECT_THAT(
      Values<float>(RunOp("Resize", Vector<float>({0, 1, 2, 3, 4}),
                          {Vector<float>({}), Vector<float>({2.5f})},
                          {{"coordinate_transformation_mode", std::string("half_pixel_symmetric")},
                           {"nearest_mode", std::string("ceil")}})[0]),
      ElementsAre(0, 1, 1, 1, 2, 2, 3, 3, 3, 4, 4, 4));
}

TEST(Breadth, ProductsOfDoublesAndOfIntegers) {
  const auto matrix = []<typename T>(std::vector<T> values) {
    return Tensor::Of<T>({2, 2}, values);
  };
  const int32_t half = 1 << 30;
  EXPECT_THAT(Values<int32_t>(RunOp("MatMul", matrix(std::vector<int32_t>{half, 1, -2, 3}),
                                    {matrix(std::vector<int32_t>{2, 1, 5, -7})})[0]),
              ElementsAre(std::numeric_limits<int32_t>::min() + 5, half - 7, 11, -23));
  const int64_t large = int64_t{1} << 40;
  EXPECT_THAT(Values<int64_t>(RunOp("MatMul", matrix(std::vector<int64_t>{large, 1, 0, -1}),
                                    {matrix(std::vector<int64_t>{3, 0, 1, 2})})[0]),
              ElementsAre(3 * large + 1, 2, -1, -2));
  const double small = 1e-12;
  EXPECT_THAT(Values<double>(RunOp("Gemm", matrix(std::vector<double>{1, small, 0, 1}),
                                   {matrix(std::vector<double>{1, 1, 2, 3}),
                                    Tensor::Of<double>({2, 1}, std::vector<double>{4, 8})},
                                   {{"transB", int64_t{1}}, {"alpha", 2.0f}, {"beta", 0.5f}})[0]),
              ElementsAre(4 + 2 * small, 6 + 6 * small, 6, 10));
}

TEST(Breadth, AveragePoolOfPixelsApart) {
  std::vector<float> pixels(16);
  for (size_t i = 0; i < 16; ++i) pixels[i] = static_cast<float>(i);
  const Tensor x = Tensor::Of<float>({1, 1, 4, 4}, pixels);
  std::map<std::string, Attribute> attributes = {
      {"kernel_shape", Ints{2, 2}}, {"dilations", Ints{2, 1}}, {"pads", Ints{1, 0, 0, 0}}};
  EXPECT_THAT(Values<float>(RunOp("AveragePool", x, {}, attributes)[0]),
              ElementsAre(4.5f, 5.5f, 6.5f, 4.5f, 5.5f, 6.5f, 8.5f, 9.5f, 10.5f));
  attributes["count_include_pad"] = int64_t{1};
  EXPECT_THAT(Values<float>(RunOp("AveragePool", x, {}, attributes)[0]),
              ElementsAre(2.25f, 2.75f, 3.25f, 4.5f, 5.5f, 6.5f, 8.5f, 9.5f, 10.5f));
}

TEST(Breadth, ActivationsOfNaN) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const char* op : {"Celu", "Elu", "HardSigmoid", "LeakyRelu", "Selu"}) {
    EXPECT_TRUE(std::isnan(Values<float>(RunOp(op, Vector<float>({nan}), {})[0])[0])) << op;
  }
}

// Line by line by the convolution of images.
TEST(Breadth, ConvolutionsOfLinesAreThoseOfImages) {
  for (const int64_t groups : {1, 2, 4}) {
    const Tensor x = RandomTensor({2, 4, 11}, 1), w = RandomTensor({8, 4 / groups, 3}, 2);
    const Tensor b = RandomTensor({8}, 3);
    Tensor image = x, kernel = w;
    image.Reshape({2, 4, 1, 11});
    kernel.Reshape({8, 4 / groups, 1, 3});
    const Tensor line = RunOp("Conv", x, {w, b},
                              {{"group", groups}, {"strides", Ints{2}}, {"pads", Ints{2, 1}}})[0];
    Tensor expected =
        RunOp("Conv", image, {kernel, b},
              {{"group", groups}, {"strides", Ints{1, 2}}, {"pads", Ints{0, 2, 0, 1}}})[0];
    expected.Reshape(line.shape());
    ExpectNear(line, expected, 1e-5f);
  }
}

// A cube of one layer is an image.
TEST(Breadth, ConvolutionsOfCubesAgreeWithThoseOfImages) {
  const Tensor x = RandomTensor({1, 4, 6, 7}, 1), w = RandomTensor({6, 2, 3, 3}, 2);
  Tensor cube = x, kernel = w;
  cube.Reshape({1, 4, 1, 6, 7});
  kernel.Reshape({6, 2, 1, 3, 3});
  const Tensor expected =
      RunOp("Conv", x, {w}, {{"group", int64_t{2}}, {"pads", Ints{1, 1, 1, 1}}})[0];
  Tensor y =
      RunOp("Conv", cube, {kernel}, {{"group", int64_t{2}}, {"pads", Ints{0, 1, 1, 0, 1, 1}}})[0];
  y.Reshape(expected.shape());
  ExpectNear(y, expected, 1e-5f);
}

// The clamp of a fused Relu holds for lines and cubes too, and an Add behind them stays.
TEST(Breadth, WhatFollowsAConvolutionOfLinesIsFusedOrStays) {
  for (const Ints& shape : {Ints{1, 3, 9}, Ints{1, 3, 3, 3, 3}}) {
    Ints kernel = shape;
    kernel[0] = 3;
    for (size_t i = 2; i < kernel.size(); ++i) kernel[i] = 1;
    GraphBuilder builder;
    builder.Input("x", DType::kF32, shape);
    builder.Init("w", Shape(kernel), RandomFloats(9, 2));
    builder.Op("Conv", {"x", "w"}, "c").Op("Add", {"c", "x"}, "a").Op("Relu", {"a"}, "y");
    builder.Output("y");
    const Tensor x = RandomTensor(Shape(shape), 1);
    PlanOptions plain;
    plain.fuse = false;
    ExpectNear(RunGraph(builder.graph, {x})[0], RunGraph(builder.graph, {x}, plain)[0], 1e-5f);
  }
}

// The gradient of a convolution: <conv(x), y> = <x, transposed(y)>.
TEST(Breadth, ConvTransposeIsTheAdjointOfConv) {
  const Tensor x = RandomTensor({1, 4, 7, 8}, 1), w = RandomTensor({6, 2, 3, 2}, 2);
  const std::map<std::string, Attribute> attributes = {{"group", int64_t{2}},
                                                       {"strides", Ints{2, 3}},
                                                       {"dilations", Ints{1, 2}},
                                                       {"pads", Ints{1, 0, 1, 1}}};
  const Tensor forward = RunOp("Conv", x, {w}, attributes)[0];
  const Tensor y = RandomTensor(forward.shape(), 3);
  auto backward = attributes;
  backward["output_shape"] = Ints{7, 8};
  backward.erase("pads");
  backward["output_padding"] = Ints{0, 0};
  GraphBuilder builder;
  builder.Input("y", DType::kF32, y.shape().dims());
  builder.graph.initializers.emplace("w", w);
  std::map<std::string, Attribute> padded = attributes;
  padded["output_padding"] =
      Ints{7 - (2 * (y.shape()[2] - 1) + 3 - 2), 8 - (3 * (y.shape()[3] - 1) + 3 - 1)};
  builder.Op("ConvTranspose", {"y", "w"}, "t", padded).Output("t");
  const Tensor t = RunGraph(builder.graph, {y}).at(0);
  ASSERT_EQ(t.shape(), x.shape());
  double left = 0, right = 0;
  for (size_t i = 0; i < static_cast<size_t>(y.elements()); ++i) {
    left += double{forward.as<float>()[i]} * y.as<float>()[i];
  }
  for (size_t i = 0; i < static_cast<size_t>(x.elements()); ++i) {
    right += double{t.as<float>()[i]} * x.as<float>()[i];
  }
  EXPECT_NEAR(left, right, 1e-3);
}

// Constant weights take the kernels of convolution, others loops.
TEST(Breadth, ConvTransposeByKernelsAgreesWithLoops) {
  for (const int64_t groups : {1, 2}) {
    for (const Ints& pads : {Ints{0, 0, 0, 0}, Ints{1, 0, 0, 1}, Ints{3, 3, 3, 3}}) {
      const Tensor x = RandomTensor({2, 4, 5, 6}, 1), w = RandomTensor({4, 3, 3, 2}, 2);
      const Tensor b = RandomTensor({3 * groups}, 3);
      const std::map<std::string, Attribute> attributes = {{"group", groups},
                                                           {"strides", Ints{2, 3}},
                                                           {"dilations", Ints{2, 1}},
                                                           {"output_padding", Ints{1, 0}},
                                                           {"pads", pads}};
      const Tensor by_kernels = RunOp("ConvTranspose", x, {w, b}, attributes)[0];
      GraphBuilder builder;
      builder.Input("x", DType::kF32, {2, 4, 5, 6}).Input("w", DType::kF32, {4, 3, 3, 2});
      builder.graph.initializers.emplace("b", b);
      builder.Op("ConvTranspose", {"x", "w", "b"}, "y", attributes).Output("y");
      ExpectNear(by_kernels, RunGraph(builder.graph, {x, w}).at(0), 1e-5f);
    }
  }
}

TEST(Breadth, PadRepeats) {
  const Tensor x = Vector<float>({1, 2, 3});
  const auto pad = [&](const char* mode, Ints pads) {
    return Values<float>(
        RunOp("Pad", x, {Vector<int64_t>(std::move(pads))}, {{"mode", std::string(mode)}})[0]);
  };
  EXPECT_THAT(pad("wrap", {2, 4}), ElementsAre(2, 3, 1, 2, 3, 1, 2, 3, 1));
  EXPECT_THAT(pad("reflect", {5, 1}), ElementsAre(2, 1, 2, 3, 2, 1, 2, 3, 2));
  EXPECT_THAT(pad("edge", {1, -1}), ElementsAre(1, 1, 2));
  EXPECT_THAT(pad("reflect", {-1, 1}), ElementsAre(2, 3, 2));
}

TEST(Breadth, ScattersCombine) {
  GraphBuilder builder;
  builder.Input("x", DType::kF32, {3});
  builder.Init<int64_t>("i", {3}, {0, -1, 0}).Init<float>("u", {3}, {5, -5, 7});
  builder.Op("ScatterElements", {"x", "i", "u"}, "y", {{"reduction", std::string("max")}});
  builder.Output("y");
  EXPECT_THAT(Values<float>(RunGraph(builder.graph, {Vector<float>({6, 1, 2})}).at(0)),
              ElementsAre(7, 1, 2));
}

TEST(Breadth, IndicesOutsideAreErrorsOfTheRun) {
  GraphBuilder builder;
  builder.Input("x", DType::kF32, {3}).Input("i", DType::kI64, {2});
  builder.Op("GatherElements", {"x", "i"}, "y").Output("y");
  Session session(BuildPlan(builder.graph));
  Tensor x = Vector<float>({1, 2, 3}), i = Vector<int64_t>({0, 3}), y = Vector<float>({0, 0});
  const std::vector<TensorView> in = {x.view(), i.view()}, out = {y.view()};
  EXPECT_THAT(session.Run(in, out).message(), testing::HasSubstr("index 3 is outside"));
  i.as<int64_t>()[1] = -1;
  EXPECT_TRUE(session.Run(in, out).ok());
  EXPECT_THAT(Values<float>(y), ElementsAre(1, 3));
}

TEST(Breadth, TopKPutsNaNFirstAndEqualsInOrder) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const auto y = RunOp("TopK", Vector<float>({1, 3, nan, 3}), {Vector<int64_t>({3})}, {}, 2);
  EXPECT_THAT(Values<int64_t>(y[1]), ElementsAre(2, 1, 3));
}

TEST(Breadth, SplitOutputsAreWrittenTwice) {
  const auto y = RunOp("Split", RandomTensor({4, 6, 3}, 1), {Vector<int64_t>({1, 5})},
                       {{"axis", int64_t{1}}}, 2);
  EXPECT_EQ(y[0].shape(), (Shape{4, 1, 3}));
  EXPECT_EQ(y[1].shape(), (Shape{4, 5, 3}));
  EXPECT_EQ(y[1].as<float>()[0], RandomTensor({4, 6, 3}, 1).as<float>()[3]);
}

TEST(Breadth, QLinearAddRoundsOnce) {
  GraphBuilder builder;
  builder.Input("a", DType::kI8, {3});
  builder.Init<float>("s", {}, {0.5f}).Init<int8_t>("z", {}, {-3});
  builder.Init<int8_t>("b", {1}, {127}).Init<float>("r", {}, {1.0f});
  Node node{.name = "add",
            .op_type = "QLinearAdd",
            .domain = "com.microsoft",
            .inputs = {"a", "s", "z", "b", "s", "", "r", "z"},
            .outputs = {"y"},
            .attributes = {}};
  builder.graph.nodes.push_back(node);
  builder.Output("y", DType::kI8);
  const auto y = RunGraph(builder.graph, {Vector<int8_t>({-128, 0, 127})});
  // (a + 3) / 2 + 63.5 is 1, 65, 128.5; 128.5 rounds to 128, less 3 it is 125.
  EXPECT_THAT(Values<int8_t>(y.at(0)), ElementsAre(-2, 62, 125));
}

}  // namespace
}  // namespace assay::engine
