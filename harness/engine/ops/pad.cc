#include <algorithm>
#include <cstring>

#include "harness/engine/copy.h"
#include "harness/engine/line.h"
#include "harness/engine/loop_nest.h"
#include "harness/engine/lowering.h"
#include "harness/engine/per_image.h"

namespace assay::engine {
namespace {

constexpr int64_t kLargestPad = int64_t{1} << 40;

// {begin of every axis, end of every axis}; negative ones take away.
Result<std::vector<int64_t>> PadsOf(const Inference& inference) {
  ASSAY_ASSIGN_OR_RETURN(std::vector<int64_t> pads, inference.Integers(1));
  const auto rank = static_cast<size_t>(inference.shape(0).rank());
  if (pads.size() != 2 * rank) {
    return inference.Error("{} pads, {} are expected", pads.size(), 2 * rank);
  }
  for (size_t i = 0; i < pads.size(); ++i) {
    if (pads[i] < -kLargestPad || pads[i] > kLargestPad) {
      return inference.Error("a pad of {}", pads[i]);
    }
  }
  for (size_t i = 0; i < rank; ++i) {
    const int64_t size = inference.shape(0)[static_cast<int>(i)];
    const int64_t taken = std::max<int64_t>(0, -pads[i]) + std::max<int64_t>(0, -pads[i + rank]);
    if (taken > size) return inference.Error("pads take {} of {} elements away", taken, size);
  }
  return pads;
}

enum class Repeat { kEdge, kReflect, kWrap };

Repeat RepeatOf(const Node& node) {
  const std::string mode = node.String("mode", "constant");
  return mode == "edge" ? Repeat::kEdge : mode == "wrap" ? Repeat::kWrap : Repeat::kReflect;
}

// The element along an axis of `size` that position `at` of the unpadded axis shows.
int64_t Source(Repeat repeat, int64_t at, int64_t size) {
  if (repeat == Repeat::kWrap) return (at % size + size) % size;
  if (repeat == Repeat::kEdge || size == 1) return std::clamp<int64_t>(at, 0, size - 1);
  const int64_t period = 2 * (size - 1);
  const int64_t within = (at % period + period) % period;
  return within < size ? within : period - within;
}

// Modes that repeat elements need some.
Status CheckMode(const Inference& inference, const std::vector<int64_t>& pads) {
  const std::string mode = inference.node().String("mode", "constant");
  if (mode == "constant") return {};
  if (mode != "reflect" && mode != "edge" && mode != "wrap") {
    return inference.Error("mode is '{}', allowed: constant, reflect, edge, wrap", mode);
  }
  const size_t rank = pads.size() / 2;
  for (size_t i = 0; i < rank; ++i) {
    const int64_t size = inference.shape(0)[static_cast<int>(i)];
    if (size == 0 && (pads[i] > 0 || pads[i + rank] > 0)) {
      return inference.Error("axis {} is empty, and padded by mode '{}'", i, mode);
    }
  }
  return {};
}

Status Infer(Inference& inference) {
  ASSAY_RETURN_IF_ERROR(inference.ExpectInputs(2, 3));
  if (inference.has(2)) {
    ASSAY_RETURN_IF_ERROR(inference.ExpectType(2, {inference.dtype(0)}));
    if (inference.constant(2) == nullptr || inference.shape(2).elements() != 1) {
      return inference.Error("the value to pad with must be one constant");
    }
  }
  ASSAY_ASSIGN_OR_RETURN(const std::vector<int64_t> pads, PadsOf(inference));
  ASSAY_RETURN_IF_ERROR(CheckMode(inference, pads));
  std::vector<int64_t> dims = inference.shape(0).dims();
  for (size_t i = 0; i < dims.size(); ++i) dims[i] += pads[i] + pads[i + dims.size()];
  return inference.Set(0, inference.dtype(0), std::move(dims));
}

bool PerImage(const Inference& inference) {
  const auto pads = PadsOf(inference);
  return OnlyFirstIsBatch(inference) && pads.ok() && pads->front() == 0 &&
         (*pads)[pads->size() / 2] == 0;
}

// dst = value everywhere. `T` is an unsigned integer of the element's size.
template <typename T>
StepBody FillBody(const Operand& dst, const Tensor* value) {
  T bits = 0;
  if (value != nullptr) std::memcpy(&bits, value->data(), sizeof(T));
  const LoopNest<1> nest(dst.shape, {dst.strides});
  return [=](const Frame& frame) -> Status {
    T* to = frame.At<T>(dst);
    const int64_t count = nest.inner(), step = nest.steps()[0];
    nest.Run(*frame.pool, [&](const auto& at) {
      T* run = to + at[0];
      if (step == 1) {
        std::fill_n(run, count, bits);
      } else {
        for (int64_t i = 0; i < count; ++i) run[i * step] = bits;
      }
    });
    return {};
  };
}

StepBody Fill(const Operand& dst, const Tensor* value) {
  switch (SizeOf(dst.dtype)) {
    case 1:
      return FillBody<uint8_t>(dst, value);
    case 4:
      return FillBody<uint32_t>(dst, value);
    default:
      return FillBody<uint64_t>(dst, value);
  }
}

// Modes that repeat elements, axis after axis: each is a gather along it.
void LowerRepeating(const Node& node, Lowerer& lowerer, const std::vector<int64_t>& pads) {
  const Repeat repeat = RepeatOf(node);
  Operand src = lowerer.Dense(node.input(0));
  const int rank = src.shape.rank();
  std::vector<int> padded;
  for (int axis = 0; axis < rank; ++axis) {
    const bool kept =
        pads[static_cast<size_t>(axis)] == 0 && pads[static_cast<size_t>(axis + rank)] == 0;
    if (!kept) padded.push_back(axis);
  }
  for (int axis : padded) {
    Shape shape = src.shape;
    shape[axis] = lowerer.shape(node.outputs[0])[axis];
    const Operand dst = axis == padded.back() ? lowerer.New(node.outputs[0], Order::kDense)
                                              : lowerer.Scratch(src.dtype, shape);
    const int64_t begin = pads[static_cast<size_t>(axis)];
    const Lines from = LinesOf(src.shape, axis), to = LinesOf(shape, axis);
    const auto bytes = static_cast<size_t>(from.inner) * SizeOf(src.dtype);
    lowerer.Add(node, {src}, {dst}, [=](const Frame& frame) -> Status {
      const auto* read = static_cast<const uint8_t*>(frame.Raw(src));
      auto* write = static_cast<uint8_t*>(frame.Raw(dst));
      frame.pool->Run(to.outer, [&](int64_t o, int) {
        for (int64_t i = 0; i < to.count; ++i) {
          const int64_t source = o * from.count + Source(repeat, i - begin, from.count);
          std::memcpy(write + static_cast<size_t>(o * to.count + i) * bytes,
                      read + static_cast<size_t>(source) * bytes, bytes);
        }
      });
      return {};
    });
    src = dst;
  }
  if (padded.empty()) lowerer.Define(node.outputs[0], src);
}

Status Lower(const Node& node, Lowerer& lowerer) {
  ASSAY_ASSIGN_OR_RETURN(const std::vector<int64_t> pads, PadsOf(lowerer.Operands(node)));
  if (node.String("mode", "constant") != "constant") {
    LowerRepeating(node, lowerer, pads);
    return {};
  }
  Operand src = lowerer.Get(node.input(0));
  const bool image = src.ChannelsLast() || lowerer.WantsImage(node.outputs[0]);
  const Operand dst = lowerer.New(node.outputs[0], image ? Order::kImage : Order::kDense);
  Operand inside = dst;
  for (int axis = 0; axis < src.shape.rank(); ++axis) {
    const int64_t begin = pads[static_cast<size_t>(axis)];
    const int64_t end = pads[static_cast<size_t>(axis + src.shape.rank())];
    const int64_t extent =
        src.shape[axis] + std::min<int64_t>(begin, 0) + std::min<int64_t>(end, 0);
    src = src.Sliced(axis, std::max<int64_t>(-begin, 0), 1, extent);
    inside = inside.Sliced(axis, std::max<int64_t>(begin, 0), 1, extent);
  }
  const Tensor* value = node.has_input(2) ? lowerer.constant(node.input(2)) : nullptr;
  lowerer.Add(node, {src}, {dst},
              [fill = Fill(dst, value),
               copy = CopyBody(src, inside, lowerer.usable())](const Frame& frame) -> Status {
                ASSAY_RETURN_IF_ERROR(fill(frame));
                return copy(frame);
              });
  return {};
}

}  // namespace

extern const Lowering pad;
const Lowering pad = {.op_type = "Pad", .infer = Infer, .lower = Lower, .per_image = PerImage};

}  // namespace assay::engine
