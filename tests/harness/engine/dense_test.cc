// Products and convolutions of f32 that are both data, of three axes or transposed: by the kernels,
// against sums in double, on every instruction set and with several threads.
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "tests/harness/engine/run_graph.h"

namespace assay::engine {
namespace {

using Ints = std::vector<int64_t>;
using Attributes = std::map<std::string, Attribute>;

// A node whose inputs are data, or constants from input `first_constant` on.
struct Subject {
  std::string op;
  std::vector<Tensor> inputs;
  Attributes attributes = {};
  size_t first_constant = 99;

  std::shared_ptr<const Plan> Build(const PlanOptions& options) const {
    GraphBuilder builder;
    std::vector<std::string> names;
    for (size_t i = 0; i < inputs.size(); ++i) {
      names.push_back("x" + std::to_string(i));
      if (i < first_constant) {
        builder.Input(names.back(), DType::kF32, inputs[i].shape().dims());
      } else {
        builder.graph.initializers.emplace(names.back(), inputs[i]);
      }
    }
    builder.Op(op, names, "y", attributes).Output("y");
    return BuildPlan(builder.graph, options);
  }
  std::vector<Tensor> Data() const {
    return {inputs.begin(),
            inputs.begin() + static_cast<int64_t>(std::min(first_constant, inputs.size()))};
  }
};

// Against `want` on every tier; the bits of two and three threads are those of one. Kernels run.
void Check(const Subject& subject, const Tensor& want, float tolerance) {
  for (const Isa isa : kAllIsas) {
    SCOPED_TRACE(subject.op + " " + std::string(Name(isa)));
    PlanOptions options;
    options.usable = *IsaCap(Name(isa)) & DetectedIsas();
    options.threads = 3;
    const auto plan = subject.Build(options);
    ASSERT_NE(plan, nullptr);
    const auto steps = plan->steps();
    EXPECT_EQ(std::ranges::any_of(steps, [](const auto& step) { return !step.variant.empty(); }),
              want.elements() > 0);
    const Tensor alone = RunPlan(plan, subject.Data(), 1).at(0);
    ExpectNear(alone, want, tolerance);
    for (int threads : {2, 3}) {
      EXPECT_EQ(Values<float>(RunPlan(plan, subject.Data(), threads).at(0)), Values<float>(alone))
          << threads << " threads";
    }
    options.threads = 1;
    EXPECT_EQ(Values<float>(RunPlan(subject.Build(options), subject.Data(), 1).at(0)),
              Values<float>(alone));
    if (testing::Test::HasFailure()) return;
  }
}

int64_t Extent(const Shape& shape, int from_end) {
  return from_end > shape.rank() ? 1 : shape[shape.rank() - from_end];
}

// The element of `shape` at the place `index` of `whole`, with numpy's broadcasting of all axes but
// the last two, which are (row, column).
int64_t At(const Shape& shape, const Shape& whole, int64_t index, int64_t row, int64_t column) {
  int64_t at = row * Extent(shape, 1) + column, place = Extent(shape, 1) * Extent(shape, 2);
  for (int i = 3; i <= whole.rank(); ++i) {
    const int64_t extent = Extent(shape, i);
    at += index % Extent(whole, i) % extent * place;
    index /= Extent(whole, i);
    place *= extent;
  }
  return at;
}

Tensor MatMul(const Tensor& a, const Tensor& b, const Shape& whole) {
  Tensor y(DType::kF32, whole);
  const int64_t m = Extent(whole, 2), n = Extent(whole, 1), k = Extent(a.shape(), 1);
  for (int64_t i = 0; i < y.elements(); ++i) {
    double sum = 0;
    for (int64_t p = 0; p < k; ++p) {
      sum +=
          double{
              a.as<float>()[static_cast<size_t>(At(a.shape(), whole, i / (m * n), i / n % m, p))]} *
          b.as<float>()[static_cast<size_t>(At(b.shape(), whole, i / (m * n), p, i % n))];
    }
    y.as<float>()[static_cast<size_t>(i)] = static_cast<float>(sum);
  }
  return y;
}

TEST(Dense, MatMulBroadcasts) {
  const std::vector<std::array<Shape, 3>> cases = {
      {Shape{17, 33}, {33, 65}, {17, 65}},
      {Shape{3, 17, 20}, {3, 20, 31}, {3, 17, 31}},
      {Shape{3, 17, 20}, {20, 64}, {3, 17, 64}},
      {Shape{17, 20}, {3, 20, 9}, {3, 17, 9}},
      {Shape{2, 1, 7, 40}, {3, 40, 16}, {2, 3, 7, 16}},
      {Shape{2, 3, 7, 40}, {2, 1, 40, 16}, {2, 3, 7, 16}},
      {Shape{1, 3, 7, 40}, {2, 1, 40, 48}, {2, 3, 7, 48}},
      {Shape{4, 5, 6, 8}, {4, 5, 8, 7}, {4, 5, 6, 7}},
      {Shape{2, 30, 50}, {2, 50, 1}, {2, 30, 1}},
      {Shape{2, 30, 50}, {2, 50, 2}, {2, 30, 2}},
      {Shape{5, 13, 1}, {5, 1, 70}, {5, 13, 70}},
      // Few rows, which packing does not pay for; columns of more than one task.
      {Shape{3, 4, 20}, {3, 20, 31}, {3, 4, 31}},
      {Shape{2, 2, 1, 33}, {2, 33, 1100}, {2, 2, 1, 1100}},
      {Shape{3, 40}, {40, 1025}, {3, 1025}},
      {Shape{1, 1, 40}, {4, 40, 1}, {4, 1, 1}}};
  unsigned seed = 1;
  for (const auto& [a, b, y] : cases) {
    const Subject subject{"MatMul", {RandomTensor(a, seed++), RandomTensor(b, seed++)}};
    Check(subject, MatMul(subject.inputs[0], subject.inputs[1], y), 1e-4f);
  }
}

// A constant of several matrices, on either side.
TEST(Dense, MatMulOfConstantMatrices) {
  const Tensor a = RandomTensor({3, 9, 20}, 1), b = RandomTensor({3, 20, 33}, 2);
  Check({"MatMul", {a, b}, {}, 1}, MatMul(a, b, {3, 9, 33}), 1e-4f);
  GraphBuilder builder;
  builder.Init("a", {3, 9, 20}, Values<float>(a)).Input("b", DType::kF32, {3, 20, 33});
  builder.Op("MatMul", {"a", "b"}, "y").Output("y");
  ExpectNear(RunGraph(builder.graph, {b}).at(0), MatMul(a, b, {3, 9, 33}), 1e-4f);
}

TEST(Dense, MatMulOfVectors) {
  const Tensor row = RandomTensor({20}, 1), matrix = RandomTensor({2, 20, 33}, 2);
  const Tensor column = RandomTensor({33}, 3);
  Tensor want = MatMul(row, matrix, {2, 1, 33});
  want.Reshape({2, 33});
  Check({"MatMul", {row, matrix}}, want, 1e-4f);
  Tensor tall = column;
  tall.Reshape({33, 1});
  want = MatMul(matrix, tall, {2, 20, 1});
  want.Reshape({2, 20});
  Check({"MatMul", {matrix, column}}, want, 1e-4f);
  Check({"MatMul", {matrix, column}, {}, 1}, want, 1e-4f);
  tall = row;
  tall.Reshape({20, 1});
  want = MatMul(row, tall, {1, 1});
  want.Reshape({});
  Check({"MatMul", {row, row}}, want, 1e-4f);
  Check({"MatMul", {row, row}, {}, 1}, want, 1e-4f);
}

// The second operand is a view whose columns lie along k; of the first, rows are not contiguous.
TEST(Dense, MatMulOfTransposedViews) {
  const Tensor a = RandomTensor({2, 3, 10, 8}, 1), b = RandomTensor({2, 9, 3, 8}, 2);
  const auto view = [](const Tensor& x, const Ints& perm) {
    GraphBuilder builder;
    builder.Input("x", DType::kF32, x.shape().dims());
    builder.Op("Transpose", {"x"}, "y", {{"perm", perm}}).Output("y");
    return RunGraph(builder.graph, {x}).at(0);
  };
  GraphBuilder builder;
  builder.Input("a", DType::kF32, {2, 3, 10, 8}).Input("b", DType::kF32, {2, 9, 3, 8});
  builder.Op("Transpose", {"b"}, "bt", {{"perm", Ints{0, 2, 3, 1}}});
  builder.Op("MatMul", {"a", "bt"}, "y").Op("Relu", {"y"}, "z");
  builder.Op("Transpose", {"a"}, "at", {{"perm", Ints{0, 1, 3, 2}}});
  builder.Op("MatMul", {"at", "z"}, "t").Output("z").Output("t");
  Tensor z = MatMul(a, view(b, {0, 2, 3, 1}), {2, 3, 10, 9});
  for (float& value : z.as<float>()) value = std::max(value, 0.0f);
  const auto outputs = RunGraph(builder.graph, {a, b});
  ExpectNear(outputs.at(0), z, 1e-4f);
  ExpectNear(outputs.at(1), MatMul(view(a, {0, 1, 3, 2}), z, {2, 3, 8, 9}), 1e-3f);
}

TEST(Dense, MatMulOfNothing) {
  const Subject none{"MatMul", {RandomTensor({2, 3, 0}, 1), RandomTensor({2, 0, 4}, 2)}};
  Check(none, MatMul(none.inputs[0], none.inputs[1], {2, 3, 4}), 0);
  const Subject empty{"MatMul", {RandomTensor({2, 0, 5}, 1), RandomTensor({2, 5, 4}, 2)}};
  Check(empty, Tensor(DType::kF32, {2, 0, 4}), 0);
}

void CheckGemm(float alpha, float beta, int64_t m = 19) {
  for (const bool trans_a : {false, true}) {
    for (const bool trans_b : {false, true}) {
      for (const Shape& c : {Shape{m, 37}, Shape{37}, Shape{m, 1}, Shape{}, Shape{0}}) {
        Subject subject{"Gemm",
                        {RandomTensor(trans_a ? Shape{40, m} : Shape{m, 40}, 1),
                         RandomTensor(trans_b ? Shape{37, 40} : Shape{40, 37}, 2)},
                        {{"transA", int64_t{trans_a}},
                         {"transB", int64_t{trans_b}},
                         {"alpha", alpha},
                         {"beta", beta}}};
        const bool addend = c != Shape{0};
        if (addend) subject.inputs.push_back(RandomTensor(c, 3));
        const auto &a = subject.inputs[0], &b = subject.inputs[1];
        Tensor want(DType::kF32, {m, 37});
        for (int64_t i = 0; i < m; ++i) {
          for (int64_t j = 0; j < 37; ++j) {
            double sum = 0;
            for (int64_t p = 0; p < 40; ++p) {
              sum += double{a.as<float>()[static_cast<size_t>(trans_a ? p * m + i : i * 40 + p)]} *
                     b.as<float>()[static_cast<size_t>(trans_b ? j * 40 + p : p * 37 + j)];
            }
            const int64_t row = Extent(c, 2) == 1 ? 0 : i, column = Extent(c, 1) == 1 ? 0 : j;
            const auto at = static_cast<size_t>(row * Extent(c, 1) + column);
            want.as<float>()[static_cast<size_t>(i * 37 + j)] = static_cast<float>(
                alpha * sum + (addend ? beta * subject.inputs[2].as<float>()[at] : 0.0));
          }
        }
        Check(subject, want, 1e-4f);
        if (testing::Test::HasFailure()) return;
      }
    }
  }
}

TEST(Dense, GemmOfData) {
  CheckGemm(1, 1);
  CheckGemm(1, 2);
  CheckGemm(0.5f, 1);
  CheckGemm(1, 1, 3);
  CheckGemm(2, 1, 1);
}

// Convolutions of any number of axes as sums over all places: `forward` calls body(image, channel
// of x, pixel, output channel, weight, output) for every product.
struct Geometry {
  Ints image, kernel, stride, dilation, pads;  // pads: begins, then ends.
  int64_t n, c, oc, groups;

  Ints outputs() const {
    Ints dims;
    for (size_t i = 0; i < image.size(); ++i) {
      const int64_t room =
          image[i] + pads[i] + pads[i + image.size()] - dilation[i] * (kernel[i] - 1) - 1;
      dims.push_back(room / stride[i] + 1);
    }
    return dims;
  }
  static int64_t Product(const Ints& dims) {
    int64_t product = 1;
    for (int64_t dim : dims) product *= dim;
    return product;
  }
  // The pixel under a tap of an output; -1: padding.
  int64_t Pixel(int64_t output, int64_t tap) const {
    const Ints dims = outputs();
    int64_t pixel = 0, place = 1;
    for (size_t i = image.size(); i-- > 0;) {
      const int64_t at = output % dims[i] * stride[i] - pads[i] + tap % kernel[i] * dilation[i];
      if (at < 0 || at >= image[i]) return -1;
      pixel += at * place;
      place *= image[i];
      output /= dims[i];
      tap /= kernel[i];
    }
    return pixel;
  }
  template <typename Body>
  void Visit(const Body& body) const {
    const int64_t outs = Product(outputs()), taps = Product(kernel), depth = c / groups;
    for (int64_t output = 0; output < outs; ++output) {
      for (int64_t tap = 0; tap < taps; ++tap) {
        const int64_t pixel = Pixel(output, tap);
        if (pixel < 0) continue;
        for (int64_t image_ = 0; image_ < n; ++image_) {
          for (int64_t o = 0; o < oc; ++o) {
            for (int64_t k = 0; k < depth; ++k) {
              const int64_t channel = o / (oc / groups) * depth + k;
              body((image_ * c + channel) * Product(image) + pixel, (o * depth + k) * taps + tap,
                   (image_ * oc + o) * outs + output);
            }
          }
        }
      }
    }
  }
  static Shape With(int64_t n, int64_t c, const Ints& dims) {
    Ints all = {n, c};
    all.insert(all.end(), dims.begin(), dims.end());
    return Shape(all);
  }
  Attributes attributes() const {
    return {{"strides", stride}, {"dilations", dilation}, {"pads", pads}, {"group", groups}};
  }
  int64_t depth() const { return Product(kernel) * c / groups; }
};

Tensor Sums(const Shape& shape, const Tensor* bias,
            const std::function<void(std::vector<double>&)>& add) {
  Tensor y(DType::kF32, shape);
  std::vector<double> sums(static_cast<size_t>(y.elements()));
  add(sums);
  const int64_t inner = shape.elements(2, shape.rank());
  for (size_t i = 0; i < sums.size(); ++i) {
    const auto channel = static_cast<int64_t>(i) / inner % shape[1];
    if (bias != nullptr) sums[i] += bias->as<float>()[static_cast<size_t>(channel)];
    y.as<float>()[i] = static_cast<float>(sums[i]);
  }
  return y;
}

const std::vector<Geometry> kGeometries = {
    {{5, 6, 9}, {3, 3, 3}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1, 1, 1, 1}, 2, 4, 6, 1},
    {{5, 6, 40}, {3, 2, 3}, {2, 1, 3}, {1, 2, 2}, {1, 0, 2, 0, 3, 1}, 1, 6, 9, 3},
    {{4, 4, 4}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {0, 0, 0, 0, 0, 0}, 2, 20, 33, 1},
    {{4, 5, 6}, {1, 1, 1}, {2, 2, 2}, {1, 1, 1}, {0, 0, 0, 0, 0, 0}, 1, 8, 8, 8},
    {{2, 2, 2}, {2, 2, 2}, {1, 1, 1}, {3, 3, 3}, {4, 4, 4, 4, 4, 4}, 1, 2, 2, 1},
    {{3, 3, 3}, {3, 3, 3}, {1, 1, 1}, {1, 1, 1}, {0, 0, 0, 0, 0, 0}, 1, 7, 40, 1},
    {{5, 6, 9}, {3, 3, 3}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1, 1, 1, 1}, 2, 19, 19, 19},
    {{7, 8, 9}, {3, 3, 5}, {2, 1, 2}, {2, 1, 1}, {2, 1, 1, 2, 1, 3}, 1, 33, 33, 33},
    {{2, 4, 4}, {2, 2, 2}, {1, 1, 1}, {1, 1, 1}, {4, 0, 0, 0, 0, 0}, 1, 3, 3, 3},
    {{9, 11}, {3, 2}, {2, 1}, {1, 2}, {1, 1, 0, 2}, 2, 6, 10, 2},
    {{50}, {5}, {2}, {2}, {4, 1}, 3, 3, 7, 1}};

TEST(Dense, ConvOfAnyAxes) {
  for (const Geometry& g : kGeometries) {
    const Tensor x = RandomTensor(Geometry::With(g.n, g.c, g.image), 1);
    const Tensor w = RandomTensor(Geometry::With(g.oc, g.c / g.groups, g.kernel), 2);
    const Tensor b = RandomTensor({g.oc}, 3);
    for (const bool bias : {false, true}) {
      const Tensor want = Sums(Geometry::With(g.n, g.oc, g.outputs()), bias ? &b : nullptr,
                               [&](std::vector<double>& sums) {
                                 g.Visit([&](int64_t pixel, int64_t weight, int64_t output) {
                                   sums[static_cast<size_t>(output)] +=
                                       double{x.as<float>()[static_cast<size_t>(pixel)]} *
                                       w.as<float>()[static_cast<size_t>(weight)];
                                 });
                               });
      for (size_t first_constant : {1, 2, 9}) {  // Weights, the bias, nothing.
        Subject subject{"Conv", {x, w}, g.attributes(), first_constant};
        if (bias) subject.inputs.push_back(b);
        Check(subject, want, 1e-4f);
        if (HasFailure()) return;
      }
    }
  }
}

// The bias once, the clamp of all the sum; by the depthwise kernels of images.
TEST(Dense, DepthwiseVolumes) {
  GraphBuilder b;
  b.Input("x", DType::kF32, {2, 20, 4, 7, 6});
  b.graph.initializers.emplace("w", RandomTensor({20, 1, 3, 3, 3}, 2));
  b.graph.initializers.emplace("b", RandomTensor({20}, 3));
  b.Op("Conv", {"x", "w", "b"}, "c", {{"group", int64_t{20}}, {"pads", Ints(6, 1)}});
  b.Op("Relu", {"c"}, "y").Output("y");
  const auto plan = BuildPlan(b.graph, {.threads = 2});
  EXPECT_THAT(StepOps(*plan), testing::ElementsAre("Layout", "Conv", "Layout"));
  const Tensor x = RandomTensor({2, 20, 4, 7, 6}, 1);
  const Tensor y = RunPlan(plan, {x}, 2)[0];
  b.graph.initializers.erase("w");  // As data: unfolded.
  b.Input("w", DType::kF32, {20, 1, 3, 3, 3});
  ExpectNear(y, RunGraph(b.graph, {x, RandomTensor({20, 1, 3, 3, 3}, 2)})[0], 1e-4f);
}

// The geometry turned around: from outputs to pixels.
TEST(Dense, ConvTransposeOfAnyAxes) {
  for (const Geometry& g : kGeometries) {
    const Tensor x = RandomTensor(Geometry::With(g.n, g.oc, g.outputs()), 1);
    const Tensor w = RandomTensor(Geometry::With(g.oc, g.c / g.groups, g.kernel), 2);
    const Tensor b = RandomTensor({g.c}, 3);
    Attributes attributes = g.attributes();
    Ints extra;
    for (size_t i = 0; i < g.image.size(); ++i) {
      extra.push_back(g.image[i] + g.pads[i] + g.pads[i + g.image.size()] -
                      (g.stride[i] * (g.outputs()[i] - 1) + g.dilation[i] * (g.kernel[i] - 1) + 1));
    }
    attributes["output_padding"] = extra;
    const Tensor want = Sums(Geometry::With(g.n, g.c, g.image), &b, [&](std::vector<double>& sums) {
      g.Visit([&](int64_t pixel, int64_t weight, int64_t output) {
        sums[static_cast<size_t>(pixel)] += double{x.as<float>()[static_cast<size_t>(output)]} *
                                            w.as<float>()[static_cast<size_t>(weight)];
      });
    });
    Check({"ConvTranspose", {x, w, b}, attributes, 1}, want, 1e-4f);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace assay::engine
