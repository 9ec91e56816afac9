#include "harness/engine/batch_parts.h"

#include <algorithm>
#include <optional>

#include "harness/engine/lowering.h"
#include "harness/engine/per_image.h"

namespace assay::engine {
namespace {

// What the second-level cache holds: of a batch whose steps need no more, one thread gains nothing.
constexpr int64_t kNearBytes = int64_t{1} << 20;
// Bytes of its own data for each byte of weights, as the model has them, that a part reads.
constexpr int64_t kWeightsWorth = 4;
// Of the time of all threads, the part that they may wait for the last one.
constexpr double kIdle = 0.1;

// The extent of axis 0 of all inputs; 0 where they have none in common.
int64_t BatchOf(const Graph& graph, const Types& types) {
  int64_t batch = 0;
  for (const ValueInfo& input : graph.inputs) {
    const Shape& shape = types.at(input.name).shape;
    if (shape.rank() == 0 || (batch != 0 && shape[0] != batch)) return 0;
    batch = shape[0];
  }
  return batch;
}

// `part` is `whole` with its batch along axis 0 cut down to so many images.
bool IsPart(const ValueType& part, const ValueType& whole, int64_t batch, int64_t images) {
  const Shape &a = part.shape, &b = whole.shape;
  return a.rank() > 0 && a.rank() == b.rank() && part.dtype == whole.dtype && a[0] == images &&
         b[0] == batch && a.elements() > 0 &&
         std::equal(a.dims().begin() + 1, a.dims().end(), b.dims().begin() + 1);
}

// Adds the outputs of a node to `part`. False: it mixes images, or is made for the whole batch
// only.
bool InferPart(const Graph& graph, const Node& node, const Types& whole, int64_t batch,
               int64_t images, Types& part) {
  const Lowering& lowering = *FindLowering(node);
  const Inference before(node, graph, whole);
  const auto alone = lowering.pointwise ? OnlyFirstIsBatch : lowering.per_image;
  if (alone == nullptr || !alone(before)) return false;
  Inference after(node, graph, part);
  if (!lowering.infer(after).ok()) return false;
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    const std::string& output = node.outputs[i];
    if (output.empty()) continue;
    if (i >= after.outputs().size() || after.outputs()[i].constant) return false;
    const ValueType& type = after.outputs()[i].type;
    if (!IsPart(type, whole.at(output), batch, images)) return false;
    part[output] = type;
  }
  return true;
}

// The types of a part of so many images; nullopt where the model does not come apart.
std::optional<Types> TypesOfPart(const Graph& graph, const Types& whole, int64_t batch,
                                 int64_t images) {
  Types part;
  for (const auto& [name, tensor] : graph.initializers) part[name] = whole.at(name);
  for (const ValueInfo& input : graph.inputs) {
    ValueType& type = part[input.name] = whole.at(input.name);
    type.shape[0] = images;
    if (!IsPart(type, whole.at(input.name), batch, images)) return std::nullopt;
  }
  for (const Node& node : graph.nodes) {
    if (!InferPart(graph, node, whole, batch, images, part)) return std::nullopt;
  }
  const bool batched = std::ranges::none_of(graph.outputs, [&](const ValueInfo& output) {
    return graph.Initializer(output.name) != nullptr;
  });
  return batched ? std::optional(std::move(part)) : std::nullopt;
}

// Bytes of a batch that all nodes together, and the one with the most, read and write.
struct Traffic {
  int64_t sum = 0, most = 0;
};
Traffic TrafficOf(const Graph& graph, const Types& types) {
  Traffic traffic;
  for (const Node& node : graph.nodes) {
    int64_t bytes = 0;
    for (const auto* names : {&node.inputs, &node.outputs}) {
      for (const std::string& name : *names) {
        if (name.empty() || graph.Initializer(name) != nullptr) continue;
        const ValueType& type = types.at(name);
        bytes += type.shape.elements() * static_cast<int64_t>(SizeOf(type.dtype));
      }
    }
    traffic.sum += bytes;
    traffic.most = std::max(traffic.most, bytes);
  }
  return traffic;
}

int64_t ConstantBytes(const Graph& graph) {
  int64_t bytes = 0;
  for (const auto& [name, tensor] : graph.initializers) {
    bytes += static_cast<int64_t>(tensor.bytes());
  }
  return bytes;
}

// Every thread has about as much to do.
bool KeepsBusy(int64_t parts, int threads) {
  const int64_t turns = (parts + threads - 1) / threads;
  return static_cast<double>(parts) >= (1 - kIdle) * static_cast<double>(turns * threads);
}

// How many images a part should have; `batch`: all of them. Every part reads all weights, so that
// its own data must be some times as much: of the parts measured, the fastest or as fast as any
// were those of 1 image in mobilenetv1_025 and mobilenetv2, 2 in resnet8 and resnet20, 4 in
// resnet50, and none in vgg16.
int64_t ImagesThatPay(const Graph& graph, const Types& types, int64_t batch, int threads) {
  const Traffic traffic = TrafficOf(graph, types);
  if (threads == 1 && traffic.most <= kNearBytes) return batch;
  const int64_t weights = ConstantBytes(graph);
  for (int64_t images = 1; images < batch; ++images) {
    const bool divides = batch % images == 0 && KeepsBusy(batch / images, threads);
    if (divides && traffic.sum / batch * images >= kWeightsWorth * weights) return images;
  }
  return batch;
}

}  // namespace

BatchParts PartsOf(const Graph& graph, Types types, const PlanOptions& options) {
  const int64_t batch = BatchOf(graph, types);
  if (batch >= 2 && options.keep.empty()) {
    int64_t images = options.images_at_once;
    if (images == PlanOptions::kAsPays) {
      images = ImagesThatPay(graph, types, batch, options.threads);
    }
    if (images < batch && batch % images == 0) {
      if (auto part = TypesOfPart(graph, types, batch, images)) {
        return {batch / images, *std::move(part)};
      }
    }
  }
  return {1, std::move(types)};
}

}  // namespace assay::engine
