#include "harness/engine/transposed_convolution.h"

#include <algorithm>

#include "harness/engine/convolution.h"
#include "harness/engine/taps.h"
#include "kernels/cpu/split.h"

namespace assay::engine {
namespace {

struct Extents {
  int64_t n, c, groups, wide, taps;  // `wide`: output channels of a group.
  int64_t oc() const { return groups * wide; }
  int64_t products() const { return groups * taps * wide; }  // Of a pixel.
};

Extents ExtentsOf(const Node& node, const Lowerer& lowerer) {
  const Shape &x = lowerer.shape(node.input(0)), &w = lowerer.shape(node.input(1));
  return {x[0], x[1], node.Int("group", 1), w[1], w.elements(2, w.rank())};
}

// [c][wide][taps] as a 1x1 convolution takes it: [group][tap][wide] by [c / groups].
std::vector<float> ProductWeights(const Tensor& weights, const Extents& e) {
  const int64_t depth = e.c / e.groups;
  const auto from = weights.as<float>();
  std::vector<float> to(from.size());
  for (int64_t c = 0; c < e.c; ++c) {
    for (int64_t k = 0; k < e.wide; ++k) {
      for (int64_t tap = 0; tap < e.taps; ++tap) {
        const int64_t row = (c / depth * e.taps + tap) * e.wide + k;
        to[static_cast<size_t>(row * depth + c % depth)] =
            from[static_cast<size_t>((c * e.wide + k) * e.taps + tap)];
      }
    }
  }
  return to;
}

// An image of any number of axes as one line, channels last.
Operand Line(const Operand& dense) {
  const Shape& shape = dense.shape;
  return dense.Reshaped({shape[0], shape[1], 1, shape.elements(2, shape.rank())});
}

// The products of every pixel: an image of e.products() channels.
Result<Operand> AddProducts(const Node& node, Lowerer& lowerer, const Extents& e) {
  Convolution product;
  if (lowerer.shape(node.input(0)).rank() == 4) {
    product.src = lowerer.Image(node.input(0));
  } else {
    const Operand line = Line(lowerer.Dense(node.input(0)));
    product.src = lowerer.ScratchImage(DType::kF32, line.shape);
    lowerer.Copy(node, "Layout", line, product.src);
  }
  const Shape& shape = product.src.shape;
  product.spec = {
      .n = e.n, .h = shape[2], .w = shape[3], .c = e.c, .oc = e.products(), .groups = e.groups};
  const std::vector<float> weights = ProductWeights(*lowerer.constant(node.input(1)), e);
  product.weights.data = weights.data();
  product.dst = lowerer.ScratchImage(DType::kF32, {e.n, e.products(), shape[2], shape[3]});
  ASSAY_RETURN_IF_ERROR(AddConvolution(node, lowerer, product));
  return product.dst;
}

// dst = bias + the products that contribute, pixel by pixel of the output.
void AddGathering(const Node& node, Lowerer& lowerer, const Extents& e, const Taps& taps,
                  const Operand& products, const Operand& dst) {
  std::vector<float> bias(static_cast<size_t>(e.oc()));
  if (node.has_input(2))
    std::ranges::copy(lowerer.constant(node.input(2))->as<float>(), bias.begin());
  const int64_t pixel = dst.PixelStride();
  const double cycles =
      CyclesOfBytes(4.0 * static_cast<double>(e.oc())) *
      (2 + static_cast<double>(taps.pixels() * e.taps) / static_cast<double>(taps.outputs()));
  lowerer.Add(node, {products}, {dst}, [=](const Frame& frame) -> Status {
    const float* from = frame.At<const float>(products);
    float* to = frame.At<float>(dst);
    const int64_t outputs = taps.outputs();
    Split(e.n * outputs, cycles, *frame.pool, [&](int64_t begin, int64_t end, int) {
      for (int64_t at = begin; at < end; ++at) {
        const float* image = from + at / outputs * taps.pixels() * e.products();
        float* out = to + at * pixel;
        std::ranges::copy(bias, out);
        taps.VisitTransposed(at % outputs, [&](int64_t tap, int64_t source) {
          const float* product = image + source * e.products() + tap * e.wide;
          for (int64_t group = 0; group < e.groups; ++group, product += e.taps * e.wide) {
            float* sum = out + group * e.wide;
            for (int64_t k = 0; k < e.wide; ++k) sum[k] += product[k];
          }
        });
      }
    });
    return {};
  });
}

}  // namespace

bool GathersProducts(const Node& node, const Lowerer& lowerer,
                     const std::vector<WindowAxis>& axes) {
  constexpr int64_t kGrowth = 64;  // Of the products, over what is read and written.
  const Extents e = ExtentsOf(node, lowerer);
  const int64_t pixels = e.n * Taps(axes).pixels();
  if (pixels == 0 || !Shape::Make({pixels, e.groups, e.taps, e.wide}).ok()) return false;
  const int64_t given = lowerer.shape(node.input(0)).elements();
  const int64_t wanted = lowerer.shape(node.outputs[0]).elements();
  return pixels * e.products() / kGrowth <= given + wanted;
}

Status AddTransposedConvolution(const Node& node, Lowerer& lowerer,
                                const std::vector<WindowAxis>& axes) {
  const Extents e = ExtentsOf(node, lowerer);
  ASSAY_ASSIGN_OR_RETURN(const Operand products, AddProducts(node, lowerer, e));
  if (axes.size() == 2) {
    AddGathering(node, lowerer, e, Taps(axes), products,
                 lowerer.New(node.outputs[0], Order::kImage));
    return {};
  }
  const Operand dst = Line(lowerer.New(node.outputs[0], Order::kDense));
  const Operand image = lowerer.ScratchImage(DType::kF32, dst.shape);
  AddGathering(node, lowerer, e, Taps(axes), products, image);
  lowerer.Copy(node, "Layout", image, dst);
  return {};
}

}  // namespace assay::engine
