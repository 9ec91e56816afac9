// Every float operator against results worked out by hand or by a few lines of plain code.
#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "tests/harness/engine/run_graph.h"

namespace assay::engine {
namespace {

using testing::ElementsAre;
using testing::FloatEq;
using testing::FloatNear;
using testing::Pointwise;
using Ints = std::vector<int64_t>;

// One node on float inputs x0, x1, ...
Tensor RunNode(const std::string& op, std::vector<Tensor> inputs,
               std::map<std::string, Attribute> attributes = {}) {
  GraphBuilder builder;
  std::vector<std::string> names;
  for (const Tensor& input : inputs) {
    names.push_back("x" + std::to_string(names.size()));
    builder.Input(names.back(), input.dtype(), input.shape().dims());
  }
  builder.Op(op, names, "y", std::move(attributes)).Output("y");
  return RunGraph(builder.graph, std::move(inputs)).at(0);
}

// The same with all inputs but the first constant.
Tensor RunNodeWith(const std::string& op, Tensor input, std::vector<Tensor> constants,
                   std::map<std::string, Attribute> attributes = {}) {
  GraphBuilder builder;
  builder.Input("x", input.dtype(), input.shape().dims());
  std::vector<std::string> names = {"x"};
  for (Tensor& constant : constants) {
    names.push_back("c" + std::to_string(names.size()));
    builder.graph.initializers.emplace(names.back(), std::move(constant));
  }
  builder.Op(op, names, "y", std::move(attributes)).Output("y");
  std::vector<Tensor> inputs;
  inputs.push_back(std::move(input));
  return RunGraph(builder.graph, std::move(inputs)).at(0);
}

Tensor F(Shape shape, std::vector<float> values) {
  return Tensor::Of<float>(std::move(shape), values);
}
Tensor I(Ints values) { return Tensor::Of<int64_t>({static_cast<int64_t>(values.size())}, values); }

TEST(Ops, Pointwise) {
  const Tensor x = F({5}, {-2, -0.5, 0, 1, 4});
  EXPECT_THAT(Values<float>(RunNode("Relu", {x})), ElementsAre(0, 0, 0, 1, 4));
  EXPECT_THAT(Values<float>(RunNodeWith("Clip", x, {F({}, {-1}), F({}, {2})})),
              ElementsAre(-1, -0.5, 0, 1, 2));
  // Bounds that are not there are the ends of what is finite.
  const float most = std::numeric_limits<float>::max();
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_THAT(Values<float>(RunNode("Clip", {F({3}, {-infinity, 0.5, infinity})})),
              ElementsAre(-most, 0.5, most));
  const Tensor sigmoid = RunNode("Sigmoid", {x});
  const Tensor exp = RunNode("Exp", {x});
  for (size_t i = 0; i < 5; ++i) {
    const double v = x.as<float>()[i];
    EXPECT_NEAR(sigmoid.as<float>()[i], 1 / (1 + std::exp(-v)), 1e-6);
    EXPECT_NEAR(exp.as<float>()[i], std::exp(v), 1e-5);
  }
  EXPECT_THAT(Values<float>(RunNode("Sqrt", {F({3}, {0, 4, 9})})), ElementsAre(0, 2, 3));
}

TEST(Ops, ArithmeticBroadcasts) {
  const Tensor a = F({2, 1, 3}, {1, 2, 3, 4, 5, 6}), b = F({2, 1}, {10, 20});
  EXPECT_THAT(Values<float>(RunNode("Add", {a, b})),
              ElementsAre(11, 12, 13, 21, 22, 23, 14, 15, 16, 24, 25, 26));
  EXPECT_THAT(Values<float>(RunNode("Sub", {b, a})),
              ElementsAre(9, 8, 7, 19, 18, 17, 6, 5, 4, 16, 15, 14));
  EXPECT_THAT(Values<float>(RunNode("Mul", {a, F({}, {2})})), ElementsAre(2, 4, 6, 8, 10, 12));
  EXPECT_THAT(Values<float>(RunNode("Div", {a, F({1}, {2})})), ElementsAre(0.5, 1, 1.5, 2, 2.5, 3));
  EXPECT_EQ(RunNode("Add", {a, b}).shape(), (Shape{2, 2, 3}));
}

TEST(Ops, IntegerArithmeticTruncatesAndWraps) {
  const int64_t lowest = std::numeric_limits<int64_t>::min();
  EXPECT_THAT(Values<int64_t>(RunNode("Div", {I({7, -7, lowest}), I({2, 2, -1})})),
              ElementsAre(3, -3, lowest));
  EXPECT_THAT(Values<int64_t>(RunNode("Sub", {I({lowest}), I({1})})),
              ElementsAre(std::numeric_limits<int64_t>::max()));
}

TEST(Ops, IntegerDivisionByZeroIsAnErrorOfTheRun) {
  GraphBuilder builder;
  builder.Input("a", DType::kI64, {1}).Input("b", DType::kI64, {1});
  builder.Op("Div", {"a", "b"}, "y").Output("y", DType::kI64);
  Session session(BuildPlan(builder.graph));
  Tensor a = I({1}), b = I({0}), y = I({0});
  const std::vector<TensorView> in = {a.view(), b.view()}, out = {y.view()};
  const Status status = session.Run(in, out);
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.message().find("y_Div"), std::string::npos) << status.message();
  b.as<int64_t>()[0] = 1;
  EXPECT_TRUE(session.Run(in, out).ok());
}

// Direct convolution in double, NCHW.
Tensor PlainConv(const Tensor& x, const Tensor& w, const Tensor& b, int64_t groups, int64_t stride,
                 int64_t pad, int64_t dilation) {
  const int64_t n = x.shape()[0], c = x.shape()[1], h = x.shape()[2], width = x.shape()[3];
  const int64_t oc = w.shape()[0], cg = w.shape()[1], k = w.shape()[2];
  const int64_t oh = (h + 2 * pad - dilation * (k - 1) - 1) / stride + 1;
  const int64_t ow = (width + 2 * pad - dilation * (k - 1) - 1) / stride + 1;
  Tensor y(DType::kF32, {n, oc, oh, ow});
  size_t at = 0;
  for (int64_t i = 0; i < n; ++i)
    for (int64_t o = 0; o < oc; ++o)
      for (int64_t r = 0; r < oh; ++r)
        for (int64_t s = 0; s < ow; ++s) {
          double sum = b.as<float>()[static_cast<size_t>(o)];
          for (int64_t ci = 0; ci < cg; ++ci)
            for (int64_t u = 0; u < k; ++u)
              for (int64_t v = 0; v < k; ++v) {
                const int64_t row = r * stride - pad + u * dilation;
                const int64_t column = s * stride - pad + v * dilation;
                if (row < 0 || row >= h || column < 0 || column >= width) continue;
                const int64_t channel = o / (oc / groups) * cg + ci;
                sum += double{x.as<float>()[static_cast<size_t>(
                           ((i * c + channel) * h + row) * width + column)]} *
                       w.as<float>()[static_cast<size_t>(((o * cg + ci) * k + u) * k + v)];
              }
          y.as<float>()[at++] = static_cast<float>(sum);
        }
  return y;
}

TEST(Ops, Conv) {
  for (const int64_t groups : {int64_t{1}, int64_t{2}, int64_t{8}}) {
    for (const int64_t stride : {int64_t{1}, int64_t{2}}) {
      for (const int64_t dilation : {int64_t{1}, int64_t{2}}) {
        const Tensor x = RandomTensor({2, 8, 9, 7}, 1);
        const Tensor w = RandomTensor({8, 8 / groups, 3, 3}, 2), b = RandomTensor({8}, 3);
        const Tensor y = RunNodeWith("Conv", x, {w, b},
                                     {{"group", groups},
                                      {"strides", Ints{stride, stride}},
                                      {"dilations", Ints{dilation, dilation}},
                                      {"pads", Ints{1, 1, 1, 1}}});
        ExpectNear(y, PlainConv(x, w, b, groups, stride, 1, dilation), 1e-4f);
      }
    }
  }
}

TEST(Ops, ConvPadsSame) {
  const Tensor x = F({1, 1, 1, 4}, {1, 2, 3, 4}), w = F({1, 1, 1, 2}, {1, 10});
  EXPECT_THAT(Values<float>(RunNodeWith("Conv", x, {w}, {{"auto_pad", std::string("SAME_UPPER")}})),
              ElementsAre(21, 32, 43, 4));
  EXPECT_THAT(Values<float>(RunNodeWith("Conv", x, {w}, {{"auto_pad", std::string("SAME_LOWER")}})),
              ElementsAre(10, 21, 32, 43));
  EXPECT_THAT(Values<float>(RunNodeWith("Conv", x, {w}, {{"auto_pad", std::string("VALID")}})),
              ElementsAre(21, 32, 43));
}

TEST(Ops, Gemm) {
  const Tensor a = F({2, 2}, {1, 2, 3, 4}), b = F({2, 3}, {1, 0, 2, 0, 1, 3});
  const Tensor bt = F({3, 2}, {1, 0, 0, 1, 2, 3}), c = F({3}, {10, 20, 30});
  EXPECT_THAT(Values<float>(RunNodeWith("Gemm", a, {b, c})), ElementsAre(11, 22, 38, 13, 24, 48));
  EXPECT_THAT(Values<float>(RunNodeWith("Gemm", a, {bt, c},
                                        {{"transB", int64_t{1}}, {"alpha", 2.0f}, {"beta", 0.5f}})),
              ElementsAre(7, 14, 31, 11, 18, 51));
  EXPECT_THAT(Values<float>(RunNodeWith("Gemm", a, {b}, {{"transA", int64_t{1}}})),
              ElementsAre(1, 3, 11, 2, 4, 16));
  EXPECT_THAT(Values<float>(RunNode("Gemm", {a, b, F({2, 1}, {100, 200})})),
              ElementsAre(101, 102, 108, 203, 204, 218));
}

TEST(Ops, MatMul) {
  const Tensor a = F({2, 1, 2}, {1, 2, 3, 4}), b = F({2, 2}, {1, 10, 100, 1000});
  EXPECT_THAT(Values<float>(RunNodeWith("MatMul", a, {b})), ElementsAre(201, 2010, 403, 4030));
  EXPECT_THAT(Values<float>(RunNode("MatMul", {a, b})), ElementsAre(201, 2010, 403, 4030));
  EXPECT_THAT(Values<float>(RunNode("MatMul", {a, F({2, 2, 1}, {1, 1, 2, 2})})),
              ElementsAre(3, 14));
  const Tensor dot = RunNode("MatMul", {F({2}, {1, 2}), F({2}, {3, 4})});
  EXPECT_EQ(dot.shape(), Shape{});
  EXPECT_THAT(Values<float>(dot), ElementsAre(11));
}

TEST(Ops, MaxPool) {
  const Tensor x = F({1, 1, 3, 3}, {1, 2, 3, 4, 9, 6, 7, 8, 5});
  EXPECT_THAT(Values<float>(RunNode("MaxPool", {x}, {{"kernel_shape", Ints{2, 2}}})),
              ElementsAre(9, 9, 9, 9));
  const Tensor ceil =
      RunNode("MaxPool", {x},
              {{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}, {"ceil_mode", int64_t{1}}});
  EXPECT_THAT(Values<float>(ceil), ElementsAre(9, 6, 8, 5));
  const Tensor dilated =
      RunNode("MaxPool", {x}, {{"kernel_shape", Ints{2, 2}}, {"dilations", Ints{2, 2}}});
  EXPECT_THAT(Values<float>(dilated), ElementsAre(7));
}

TEST(Ops, MaxPoolOfCodes) {
  const Tensor s8 = Tensor::Of<int8_t>({1, 1, 1, 4}, std::vector<int8_t>{-128, -3, 5, 127});
  const std::map<std::string, Attribute> pair = {{"kernel_shape", Ints{1, 2}}};
  EXPECT_THAT(Values<int8_t>(RunNode("MaxPool", {s8}, pair)), ElementsAre(-3, 5, 127));
  const Tensor u8 = Tensor::Of<uint8_t>({1, 1, 1, 3}, std::vector<uint8_t>{0, 200, 100});
  EXPECT_THAT(Values<uint8_t>(RunNode("MaxPool", {u8}, pair)), ElementsAre(200, 200));
}

TEST(Ops, AveragePool) {
  const Tensor x = F({1, 1, 2, 2}, {1, 2, 3, 4});
  const Ints pads = {1, 1, 0, 0};
  EXPECT_THAT(
      Values<float>(RunNode("AveragePool", {x}, {{"kernel_shape", Ints{2, 2}}, {"pads", pads}})),
      ElementsAre(1, 1.5, 2, 2.5));
  EXPECT_THAT(
      Values<float>(RunNode(
          "AveragePool", {x},
          {{"kernel_shape", Ints{2, 2}}, {"pads", pads}, {"count_include_pad", int64_t{1}}})),
      ElementsAre(0.25, 0.75, 1, 2.5));
  EXPECT_THAT(Values<float>(RunNode("GlobalAveragePool", {x})), ElementsAre(2.5));
}

TEST(Ops, BatchNormalization) {
  const Tensor x = F({1, 2, 1, 2}, {1, 2, 3, 4});
  const Tensor y = RunNodeWith("BatchNormalization", x,
                               {F({2}, {2, 1}), F({2}, {0, 1}), F({2}, {1, 3}), F({2}, {4, 1})},
                               {{"epsilon", 0.0f}});
  EXPECT_THAT(Values<float>(y), ElementsAre(0, 1, 1, 2));
}

TEST(Ops, ViewsOfShape) {
  const Tensor x = F({2, 3, 1}, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(RunNode("Flatten", {x}, {{"axis", int64_t{2}}}).shape(), (Shape{6, 1}));
  EXPECT_EQ(RunNodeWith("Reshape", x, {I({0, -1})}).shape(), (Shape{2, 3}));
  EXPECT_EQ(RunNodeWith("Squeeze", x, {I({-1})}).shape(), (Shape{2, 3}));
  EXPECT_EQ(RunNodeWith("Unsqueeze", x, {I({0, -1})}).shape(), (Shape{1, 2, 3, 1, 1}));
  EXPECT_EQ(Values<float>(RunNode("Identity", {x})), Values<float>(x));
}

TEST(Ops, Transpose) {
  const Tensor x = F({2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_THAT(Values<float>(RunNode("Transpose", {x})), ElementsAre(1, 4, 2, 5, 3, 6));
  const Tensor y = RunNode("Transpose", {F({1, 2, 2, 2}, {0, 1, 2, 3, 4, 5, 6, 7})},
                           {{"perm", Ints{0, 2, 3, 1}}});
  EXPECT_THAT(Values<float>(y), ElementsAre(0, 4, 1, 5, 2, 6, 3, 7));
}

TEST(Ops, ConcatAlongAnyAxis) {
  const Tensor a = F({2, 1}, {1, 2}), b = F({2, 2}, {3, 4, 5, 6});
  EXPECT_THAT(Values<float>(RunNode("Concat", {a, b, a}, {{"axis", int64_t{-1}}})),
              ElementsAre(1, 3, 4, 1, 2, 5, 6, 2));
  EXPECT_THAT(Values<float>(RunNode("Concat", {b, b}, {{"axis", int64_t{0}}})),
              ElementsAre(3, 4, 5, 6, 3, 4, 5, 6));
}

TEST(Ops, SliceAsNumpy) {
  const Tensor x = F({2, 5}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  const int64_t far = std::numeric_limits<int64_t>::max();
  const auto slice = [&](Ints starts, Ints ends, Ints axes, Ints steps) {
    return Values<float>(RunNodeWith("Slice", x, {I(starts), I(ends), I(axes), I(steps)}));
  };
  EXPECT_THAT(slice({1}, {far}, {1}, {2}), ElementsAre(1, 3, 6, 8));
  EXPECT_THAT(slice({-2}, {far}, {1}, {1}), ElementsAre(3, 4, 8, 9));
  EXPECT_THAT(slice({-1}, {-far}, {1}, {-2}), ElementsAre(4, 2, 0, 9, 7, 5));
  EXPECT_THAT(slice({0, 1}, {1, 3}, {0, 1}, {1, 1}), ElementsAre(1, 2));
  EXPECT_THAT(slice({3}, {2}, {1}, {1}), ElementsAre());
}

TEST(Ops, Pad) {
  const Tensor x = F({2, 2}, {1, 2, 3, 4});
  EXPECT_THAT(Values<float>(RunNodeWith("Pad", x, {I({0, 1, 1, 0}), F({}, {9})})),
              ElementsAre(9, 1, 2, 9, 3, 4, 9, 9, 9));
  EXPECT_THAT(Values<float>(RunNodeWith("Pad", x, {I({-1, 0, 0, 1})})), ElementsAre(3, 4, 0));
}

TEST(Ops, Gather) {
  const Tensor x = F({2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_THAT(Values<float>(RunNode("Gather", {x, I({2, -3})}, {{"axis", int64_t{1}}})),
              ElementsAre(3, 1, 6, 4));
  GraphBuilder builder;
  builder.Input("x", DType::kF32, {2, 3}).Input("i", DType::kI64, {1});
  builder.Op("Gather", {"x", "i"}, "y").Output("y");
  Session session(BuildPlan(builder.graph));
  Tensor data = x, index = I({2}), y(DType::kF32, {1, 3});
  const std::vector<TensorView> in = {data.view(), index.view()}, out = {y.view()};
  EXPECT_FALSE(session.Run(in, out).ok());
}

TEST(Ops, Cast) {
  const float infinity = std::numeric_limits<float>::infinity();
  const Tensor x = F({5}, {-1.7f, 0, 2.9f, infinity, NAN});
  EXPECT_THAT(Values<int32_t>(RunNode("Cast", {x}, {{"to", int64_t{6}}})),
              ElementsAre(-1, 0, 2, std::numeric_limits<int32_t>::max(), 0));
  EXPECT_THAT(Values<bool>(RunNode("Cast", {x}, {{"to", int64_t{9}}})),
              ElementsAre(true, false, true, true, true));
}

TEST(Ops, Softmax) {
  const Tensor x = F({2, 2}, {0, std::log(3.0f), 1000, 1000});
  EXPECT_THAT(Values<float>(RunNode("Softmax", {x})),
              Pointwise(FloatNear(1e-6f), {0.25f, 0.75f, 0.5f, 0.5f}));
  EXPECT_THAT(Values<float>(RunNode("Softmax", {F({2, 1}, {0, 0})}, {{"axis", int64_t{0}}})),
              ElementsAre(0.5, 0.5));
}

TEST(Ops, ReduceMean) {
  const Tensor x = F({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  EXPECT_THAT(Values<float>(RunNode("ReduceMean", {x}, {{"axes", Ints{0, 2}}})),
              ElementsAre(3.5, 5.5));
  const Tensor all = RunNode("ReduceMean", {x}, {{"keepdims", int64_t{0}}});
  EXPECT_EQ(all.shape(), Shape{});
  EXPECT_THAT(Values<float>(all), ElementsAre(4.5));
}

TEST(Ops, ShapesFold) {
  GraphBuilder builder;
  builder.Input("x", DType::kF32, {-1, 4, 2});
  builder.Init<int64_t>("zero", {}, {0}).Init<int64_t>("axes", {1}, {0});
  builder.Init<int64_t>("rest", {1}, {-1});
  builder.Op("Shape", {"x"}, "shape").Op("Gather", {"shape", "zero"}, "n");
  builder.Op("Unsqueeze", {"n", "axes"}, "n1")
      .Op("Concat", {"n1", "rest"}, "to", {{"axis", int64_t{0}}});
  builder.Op("Reshape", {"x", "to"}, "flat");
  builder.Op("ConstantOfShape", {"to2"}, "ones", {{"value", F({1}, {1})}});
  builder.Init<int64_t>("to2", {2}, {1, 8});
  builder.Op("Add", {"flat", "ones"}, "y").Output("y");
  const auto plan = BuildPlan(builder.graph, {.batch = 3});
  ASSERT_NE(plan, nullptr);
  EXPECT_THAT(StepOps(*plan), ElementsAre("Add"));
  EXPECT_EQ(plan->outputs()[0].shape, (Shape{3, 8}));
}

TEST(Ops, QuantizeRoundsHalfToEven) {
  const Tensor x = F({6}, {-0.25, 0.25, 0.75, 1.25, 500, -500});
  const Tensor u8 = RunNodeWith("QuantizeLinear", x, {F({}, {0.5}), Tensor::Scalar<uint8_t>(128)});
  EXPECT_THAT(Values<uint8_t>(u8), ElementsAre(128, 128, 130, 130, 255, 0));
  const Tensor s8 = RunNodeWith("QuantizeLinear", x, {F({}, {0.5}), Tensor::Scalar<int8_t>(-1)});
  EXPECT_THAT(Values<int8_t>(s8), ElementsAre(-1, -1, 1, 1, 127, -128));
  const Tensor axis = RunNodeWith("QuantizeLinear", F({2, 2}, {1, 2, 3, 4}), {F({2}, {1, 2})},
                                  {{"axis", int64_t{1}}});
  EXPECT_THAT(Values<uint8_t>(axis), ElementsAre(1, 1, 3, 2));
}

TEST(Ops, Dequantize) {
  const Tensor q = Tensor::Of<int8_t>({2, 2}, std::vector<int8_t>{-128, 127, 0, 4});
  EXPECT_THAT(Values<float>(RunNodeWith(
                  "DequantizeLinear", q,
                  {F({2}, {1, 0.5}), Tensor::Of<int8_t>({2}, std::vector<int8_t>{0, 2})},
                  {{"axis", int64_t{0}}})),
              ElementsAre(-128, 127, -1, 1));
}

// Dense rows of four axes could be read as an image of one channel.
TEST(Ops, MatMulOfFourAxesOfWhichOneIsSingle) {
  const Tensor x = RandomTensor({2, 1, 3, 8}, 1);
  GraphBuilder b;
  b.Input("x", DType::kF32, {2, 1, 3, 8}).Input("v", DType::kF32, {8, 4});
  b.Op("MatMul", {"x", "v"}, "y").Output("y");
  GraphBuilder constant;
  constant.Input("x", DType::kF32, {2, 1, 3, 8}).Init("v", {8, 4}, RandomFloats(32, 2));
  constant.Op("MatMul", {"x", "v"}, "y").Output("y");
  const Tensor v = RandomTensor({8, 4}, 2);
  ExpectNear(RunGraph(constant.graph, {x}).at(0), RunGraph(b.graph, {x, v}).at(0), 1e-5f);
}

}  // namespace
}  // namespace assay::engine
