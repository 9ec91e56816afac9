#include "harness/quantize/columns.h"

#include <gtest/gtest.h>

#include "harness/quantize/value_stream.h"
#include "tests/harness/quantize/small_nets.h"

namespace assay::quantize {
namespace {

// Rows times columns, plus the bias, is what the engine computes: with padding, strides, groups.
TEST(Columns, TimesRowsAreTheOutputs) {
  const Graph graph = SmallMobileNet();
  const CalibrationOptions options = SomeSamples(3);
  for (const Anchor& anchor : FindAnchors(graph)) {
    const Node& node = graph.nodes[static_cast<size_t>(anchor.node)];
    ValueStream in(graph, anchor.inputs[0], options), out(graph, node.outputs[0], options);
    const auto check = [&](int64_t first, std::vector<Tensor>& inputs) -> Status {
      ASSAY_ASSIGN_OR_RETURN(const TensorView x, in.Run(inputs));
      ASSAY_ASSIGN_OR_RETURN(const TensorView y, out.Run(inputs));
      ASSAY_ASSIGN_OR_RETURN(const auto columns, ColumnsOf(graph, anchor, x, first, 1000));
      const ProductShape shape = ProductOf(graph, anchor);
      const auto rows = RowsOf(*graph.Initializer(anchor.weights), anchor.channel_axis);
      const auto bias = graph.Initializer(anchor.bias)->as<float>();
      const int64_t places = y.shape.elements(2, 4), channels = y.shape[1];
      EXPECT_EQ(columns.size(), static_cast<size_t>(3 * places * shape.groups * shape.k));
      for (int64_t i = 0; i < y.elements(); ++i) {
        const int64_t sample = i / places / channels, channel = i / places % channels;
        const int64_t column =
            (sample * places + i % places) * shape.groups + channel / shape.channels_per_group();
        double sum = double{bias[static_cast<size_t>(channel)]};
        for (int64_t j = 0; j < shape.k; ++j) {
          sum += double{rows[static_cast<size_t>(channel * shape.k + j)]} *
                 double{columns[static_cast<size_t>(column * shape.k + j)]};
        }
        EXPECT_NEAR(y.as<float>()[static_cast<size_t>(i)], sum, 1e-4) << node.name;
      }
      return {};
    };
    const Status done = ForEachBatch(graph, FillWithNoise, options, check);
    ASSERT_TRUE(done.ok()) << done.message();
  }
}

TEST(Columns, AreAsManyAsAskedAndTheSameForEveryBatch) {
  const Graph graph = SmallMobileNet();
  const Anchor anchor = FindAnchors(graph)[0];
  Tensor images(DType::kF32, {2, 3, 8, 8});
  ASSERT_TRUE(FillWithNoise(0, std::vector<TensorView>{images.view()}).ok());
  const auto both = ColumnsOf(graph, anchor, images.view(), 0, 5);
  Tensor second(DType::kF32, {1, 3, 8, 8});
  ASSERT_TRUE(FillWithNoise(1, std::vector<TensorView>{second.view()}).ok());
  const auto one = ColumnsOf(graph, anchor, second.view(), 1, 5);
  ASSERT_TRUE(both.ok() && one.ok());
  ASSERT_EQ(both->size(), 2u * 5 * 27);
  EXPECT_EQ(std::vector<float>(both->begin() + 5 * 27, both->end()), *one);
}

TEST(Columns, RowsComeBackInTheOrderOfTheModel) {
  const Tensor weights = Tensor::Of<float>({3, 2}, {1, 2, 3, 4, 5, 6});
  for (int axis : {0, 1}) {
    const auto rows = RowsOf(weights, axis);
    EXPECT_EQ(rows[1], axis == 0 ? 2 : 3);
    const Tensor back = FromRows(rows, weights.shape(), axis);
    for (size_t i = 0; i < 6; ++i) EXPECT_EQ(back.as<float>()[i], weights.as<float>()[i]);
  }
}

}  // namespace
}  // namespace assay::quantize
