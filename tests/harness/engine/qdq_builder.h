// Building quantized graphs for tests.
#pragma once

#include "tests/harness/engine/run_graph.h"

namespace assay::engine {

struct QdqBuilder {
  GraphBuilder builder;
  Graph& graph = builder.graph;

  QdqBuilder& Input(const std::string& name, DType dtype, std::vector<int64_t> dims) {
    builder.Input(name, dtype, std::move(dims));
    return *this;
  }
  QdqBuilder& Image(const std::string& name) { return Input(name, DType::kF32, {2, 8, 6, 7}); }
  template <typename T>
  QdqBuilder& Init(const std::string& name, Shape shape, std::vector<T> values) {
    builder.Init<T>(name, std::move(shape), std::move(values));
    return *this;
  }
  QdqBuilder& Op(const std::string& op_type, std::vector<std::string> inputs,
                 const std::string& output, std::map<std::string, Attribute> attributes = {}) {
    builder.Op(op_type, std::move(inputs), output, std::move(attributes));
    return *this;
  }
  QdqBuilder& Output(const std::string& name, DType dtype = DType::kF32) {
    builder.Output(name, dtype);
    return *this;
  }

  std::string Scale(float scale) { return Constant(Tensor::Scalar(scale)); }
  std::string ZeroPoint(int zero_point) {
    return Constant(Tensor::Scalar(static_cast<uint8_t>(zero_point)));
  }
  std::string SignedZeroPoint(int zero_point) {
    return Constant(Tensor::Scalar(static_cast<int8_t>(zero_point)));
  }

  // name -> name_q -> name_dq.
  QdqBuilder& Quantize(const std::string& name, float scale, int zero_point) {
    return Pair(name, Scale(scale), ZeroPoint(zero_point));
  }
  QdqBuilder& QuantizeSigned(const std::string& name, float scale, int zero_point) {
    return Pair(name, Scale(scale), SignedZeroPoint(zero_point));
  }
  // Full-range s8 weights, one scale; name_dq.
  QdqBuilder& Weights(const std::string& name, Shape shape, float scale) {
    const int64_t count = shape.elements();
    Init(name, std::move(shape), RandomIntegers<int8_t>(count, -128, 127, 17));
    return Op("DequantizeLinear", {name, Scale(scale), SignedZeroPoint(0)}, name + "_dq");
  }
  // Scales 1/32, 1/64, 1/128, ... by channel.
  QdqBuilder& ChannelWeights(const std::string& name, Shape shape, int axis = 0) {
    const int64_t count = shape.elements(), channels = shape[axis];
    std::vector<float> scales;
    for (int64_t i = 0; i < channels; ++i)
      scales.push_back(1.0f / static_cast<float>(32 << (i % 3)));
    Init(name, std::move(shape), RandomIntegers<int8_t>(count, -128, 127, 17));
    const std::string scale = Constant(Tensor::Of<float>({channels}, scales));
    return Op("DequantizeLinear", {name, scale}, name + "_dq", {{"axis", int64_t{axis}}});
  }
  QdqBuilder& Bias(const std::string& name, int64_t channels, float scale) {
    Init(name, {channels}, RandomIntegers<int32_t>(channels, -5000, 5000, 19));
    return Op("DequantizeLinear", {name, Scale(scale)}, name + "_dq");
  }

 private:
  std::string Constant(Tensor tensor) {
    const std::string name = "constant" + std::to_string(graph.initializers.size());
    graph.initializers.emplace(name, std::move(tensor));
    return name;
  }
  QdqBuilder& Pair(const std::string& name, const std::string& scale, const std::string& zero) {
    Op("QuantizeLinear", {name, scale, zero}, name + "_q");
    return Op("DequantizeLinear", {name + "_q", scale, zero}, name + "_dq");
  }
};

}  // namespace assay::engine
