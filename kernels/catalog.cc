#include "kernels/catalog.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <optional>
#include <random>
#include <variant>

#include "kernels/base/buffer.h"
#include "kernels/base/check.h"
#include "kernels/base/tuning.h"
#include "kernels/conv/conv.h"
#include "kernels/conv/geometry.h"
#include "kernels/conv/reference.h"
#include "kernels/conv/spelling.h"
#include "kernels/depthwise/depthwise.h"
#include "kernels/gemm/gemm.h"

namespace assay::catalog {
namespace {

constexpr int64_t kMaxOperandElements = int64_t{1} << 31;
// What the plain loops do within about a second.
constexpr int64_t kVerifiedMacs = int64_t{1} << 29;

Status ShapeError(std::string_view text, const std::string& why) {
  return Error("shape '" + std::string(text) + "': " + why +
               "; expected gemm:TYPES:MxNxK or conv:TYPES:NxHxWxC:OCxKHxKW[:sS][:pP][:gG] with "
               "TYPES f32, u8s8s32 or u8s8u8");
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::optional<int64_t> ParseNumber(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "1x56x56x64" as exactly `count` positive numbers.
std::optional<std::vector<int64_t>> ParseExtents(std::string_view text, size_t count) {
  std::vector<int64_t> extents;
  for (std::string_view part : Split(text, 'x')) {
    const auto value = ParseNumber(part);
    if (!value || *value < 1) return std::nullopt;
    extents.push_back(*value);
  }
  if (extents.size() != count) return std::nullopt;
  return extents;
}

std::optional<ComputeType> ParseTypes(std::string_view text) {
  for (ComputeType type : {ComputeType::kF32, ComputeType::kU8S8S32, ComputeType::kU8S8U8}) {
    if (text == Name(type)) return type;
  }
  return std::nullopt;
}

// Reads the optional fields sS, pP and gG, in this order, off the end of a convolution.
bool ParseModifiers(const std::vector<std::string_view>& fields, size_t first, ConvSpec* spec) {
  int64_t stride = 1, padding = 0, groups = 1;
  size_t at = first;
  for (auto [letter, value] : {std::pair{'s', &stride}, {'p', &padding}, {'g', &groups}}) {
    if (at == fields.size() || fields[at].empty() || fields[at][0] != letter) continue;
    const auto number = ParseNumber(fields[at].substr(1));
    if (!number) return false;
    *value = *number;
    ++at;
  }
  spec->stride_h = spec->stride_w = stride;
  spec->pad_top = spec->pad_left = spec->pad_bottom = spec->pad_right = padding;
  spec->groups = groups;
  return at == fields.size();
}

Status CheckSize(const ConvSpec& s) {
  ASSAY_RETURN_IF_ERROR(conv::CheckGeometry(s));
  for (int64_t elements : {s.n * s.h * s.w * s.c, s.n * s.oh() * s.ow() * s.oc,
                           s.oc * (s.c / s.groups) * s.kh * s.kw}) {
    if (elements > kMaxOperandElements) {
      return Error("an operand has " + std::to_string(elements) + " elements, more than 2^31");
    }
  }
  return {};
}

using Operator = std::variant<gemm::Gemm, conv::Conv, depthwise::Depthwise>;

int64_t DstBytes(ComputeType type) { return type == ComputeType::kU8S8U8 ? 1 : 4; }
int64_t PixelProducts(const ConvSpec& s) { return s.c / s.groups * s.kh * s.kw; }

// How far an output may be off: operands are at most 1.
double ToleranceOf(const Operator& op, const ConvSpec& spec) {
  const auto* dense = std::get_if<conv::Conv>(&op);
  return dense != nullptr ? dense->error_bound() * static_cast<double>(PixelProducts(spec)) : 0;
}

// The first of `count` elements that differ; `count` if none does. A tolerance is for floats.
int64_t FirstDifference(const uint8_t* want, const uint8_t* got, int64_t count, int64_t bytes,
                        double tolerance) {
  if (std::memcmp(want, got, static_cast<size_t>(count * bytes)) == 0) return count;
  for (int64_t i = 0; i < count; ++i) {
    if (std::memcmp(want + i * bytes, got + i * bytes, static_cast<size_t>(bytes)) == 0) continue;
    if (tolerance == 0) return i;
    float a, b;
    std::memcpy(&a, want + i * bytes, sizeof(a));
    std::memcpy(&b, got + i * bytes, sizeof(b));
    if (!(std::abs(a - b) <= tolerance)) return i;
  }
  return count;
}

// Bytes over their full range, or floats that are multiples of 1/16 in [-1, 1]: products are then
// multiples of 1/256 below 1, and sums of up to 2^16 of them are exact in any order.
Buffer Operand(int64_t elements, bool real, uint32_t seed) {
  std::minstd_rand random(seed);
  Buffer buffer(static_cast<size_t>(elements) * (real ? 4 : 1));
  for (int64_t i = 0; i < elements; ++i) {
    const auto bits = static_cast<uint32_t>(random() >> 8);
    if (real) {
      buffer.as<float>()[i] = static_cast<float>(static_cast<int32_t>(bits % 33) - 16) / 16.0f;
    } else {
      buffer.data()[i] = static_cast<uint8_t>(bits);
    }
  }
  return buffer;
}

Buffer Bias(const Problem& problem) {
  const int64_t channels = problem.spec.oc;
  if (problem.type == ComputeType::kF32) return Operand(channels, true, 4);
  Buffer bias(static_cast<size_t>(channels) * 4);
  for (int64_t i = 0; i < channels; ++i) {
    bias.as<int32_t>()[i] = static_cast<int32_t>(i * 7919 % 20011) - 10000;
  }
  return bias;
}

OutputStage StageOf(const Problem& problem) {
  OutputStage stage;
  const bool relu = problem.family != Family::kGemm;
  if (relu) stage.lo = 0;
  // Of u8 times s8, uniform, the standard deviation is about 10900: this fills 0..255.
  const auto k = static_cast<float>(PixelProducts(problem.spec));
  stage.scale = {64.0f / (10900.0f * std::sqrt(k))};
  stage.zero_point = relu ? 0 : 128;
  return stage;
}

Result<Operator> MakeOperator(const Problem& problem, const Weights& weights,
                              const OutputStage& stage, const KernelOptions& options) {
  const ConvSpec& s = problem.spec;
  if (problem.family == Family::kGemm) {
    const gemm::GemmSpec spec{.m = s.w, .n = s.oc, .k = s.c, .rhs_transposed = true};
    ASSAY_ASSIGN_OR_RETURN(gemm::Gemm made,
                           gemm::Gemm::Make(spec, problem.type, weights, stage, options));
    return Operator(std::move(made));
  }
  if (problem.family == Family::kDepthwise) {
    ASSAY_ASSIGN_OR_RETURN(depthwise::Depthwise made,
                           depthwise::Depthwise::Make(s, problem.type, weights, stage, options));
    return Operator(std::move(made));
  }
  ASSAY_ASSIGN_OR_RETURN(conv::Conv made,
                         conv::Conv::Make(s, problem.type, weights, stage, options));
  return Operator(std::move(made));
}

}  // namespace

std::string_view Name(Family family) {
  switch (family) {
    case Family::kGemm:
      return "gemm";
    case Family::kConv:
      return "conv";
    case Family::kDepthwise:
      return "depthwise";
  }
  return "?";
}

std::string Problem::ToString() const {
  const ConvSpec& s = spec;
  return family == Family::kGemm ? ProductShape(type, s.w, s.oc, s.c) : conv::Spelling(s, type);
}

Result<Problem> ParseShape(std::string_view text) {
  const std::vector<std::string_view> fields = Split(text, ':');
  if (fields.size() < 3) return ShapeError(text, "too few fields");
  const auto type = ParseTypes(fields[1]);
  if (!type) return ShapeError(text, "unknown types '" + std::string(fields[1]) + "'");
  Problem problem;
  problem.type = *type;
  ConvSpec& s = problem.spec;
  if (fields[0] == "gemm") {
    const auto mnk = ParseExtents(fields[2], 3);
    if (!mnk || fields.size() != 3) return ShapeError(text, "a gemm ends with MxNxK");
    s.w = (*mnk)[0];
    s.oc = (*mnk)[1];
    s.c = (*mnk)[2];
  } else if (fields[0] == "conv") {
    const auto image = ParseExtents(fields[2], 4);
    if (!image) return ShapeError(text, "the image must be NxHxWxC");
    if (fields.size() < 4) return ShapeError(text, "the kernel is missing");
    const auto kernel = ParseExtents(fields[3], 3);
    if (!kernel) return ShapeError(text, "the kernel must be OCxKHxKW");
    s.n = (*image)[0];
    s.h = (*image)[1];
    s.w = (*image)[2];
    s.c = (*image)[3];
    s.oc = (*kernel)[0];
    s.kh = (*kernel)[1];
    s.kw = (*kernel)[2];
    if (!ParseModifiers(fields, 4, &s)) {
      return ShapeError(text, "behind the kernel only sS, pP and gG may stand, in this order");
    }
    problem.family = s.depthwise() ? Family::kDepthwise : Family::kConv;
  } else {
    return ShapeError(text, "unknown family '" + std::string(fields[0]) + "'");
  }
  if (Status size = CheckSize(s); !size.ok()) {
    return Error("shape '" + std::string(text) + "': " + size.message());
  }
  return problem;
}

std::vector<VariantChoice> Explain(const Problem& problem, const KernelOptions& options) {
  const ConvSpec& s = problem.spec;
  switch (problem.family) {
    case Family::kGemm:
      return gemm::Explain(gemm::GemmSpec{.m = s.w, .n = s.oc, .k = s.c}, problem.type, options);
    case Family::kConv:
      return conv::Explain(s, problem.type, options);
    case Family::kDepthwise:
      return depthwise::Explain(s, problem.type, options);
  }
  return {};
}

struct Run::Impl {
  Problem problem;
  KernelOptions options;
  OutputStage stage;
  Buffer own_src, own_weights, own_bias, own_dst, workspace;
  GivenOperands operands;
  int64_t src_bytes = 0, dst_bytes = 0;
  std::optional<Operator> op;
  std::string variant;
  std::unique_ptr<ThreadPool> pool;

  uint8_t* dst() const { return static_cast<uint8_t*>(operands.dst); }
  int64_t pixels() const { return problem.spec.n * problem.spec.oh() * problem.spec.ow(); }
  int64_t pixel_bytes() const { return problem.spec.oc * DstBytes(problem.type); }

  // Outputs that are left out are then seen to be wrong.
  void OnceFromNothing(Run& self) const {
    std::fill_n(dst(), dst_bytes, uint8_t{0xee});
    self.Once();
  }

  Status Compare(int64_t pixel, const uint8_t* want, double tolerance,
                 const std::string& whose) const {
    const int64_t channels = problem.spec.oc;
    const int64_t channel = FirstDifference(want, dst() + pixel * pixel_bytes(), channels,
                                            DstBytes(problem.type), tolerance);
    if (channel == channels) return {};
    return Error(problem.ToString() + " by " + variant + ": output pixel " + std::to_string(pixel) +
                 ", channel " + std::to_string(channel) + " differs from " + whose);
  }
};

Run::Run(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Run::Run(Run&&) noexcept = default;
Run& Run::operator=(Run&&) noexcept = default;
Run::~Run() = default;

Result<Run> Run::Make(const Problem& problem, const KernelOptions& options) {
  const ConvSpec& s = problem.spec;
  const bool real = problem.type == ComputeType::kF32;
  Buffer src = Operand(s.n * s.h * s.w * s.c, real, 2);
  Buffer weights = Operand(s.oc * PixelProducts(s), real, 3), bias = Bias(problem);
  Buffer dst =
      Buffer::Zeroed(static_cast<size_t>(s.n * s.oh() * s.ow() * s.oc * DstBytes(problem.type)));
  ASSAY_ASSIGN_OR_RETURN(
      Run run, Make(problem, options, {src.data(), {weights.data(), bias.data()}, dst.data()}));
  run.impl_->own_src = std::move(src);
  run.impl_->own_weights = std::move(weights);
  run.impl_->own_bias = std::move(bias);
  run.impl_->own_dst = std::move(dst);
  return run;
}

Result<Run> Run::Make(const Problem& problem, const KernelOptions& options,
                      const GivenOperands& operands) {
  const ConvSpec& s = problem.spec;
  auto impl = std::make_unique<Impl>();
  impl->problem = problem;
  impl->options = options;
  impl->stage = StageOf(problem);
  impl->operands = operands;
  impl->src_bytes = s.n * s.h * s.w * s.c * (problem.type == ComputeType::kF32 ? 4 : 1);
  impl->dst_bytes = s.n * s.oh() * s.ow() * s.oc * DstBytes(problem.type);
  ASSAY_ASSIGN_OR_RETURN(impl->op, MakeOperator(problem, operands.weights, impl->stage, options));
  impl->pool = std::make_unique<ThreadPool>(std::max(1, options.threads));
  std::visit(
      [&](const auto& op) {
        if constexpr (requires { op.workspace_bytes(1); }) {
          impl->workspace = Buffer(op.workspace_bytes(impl->pool->threads()));
        }
        impl->variant = op.variant();
      },
      *impl->op);
  return Run(std::move(impl));
}

void Run::Once() {
  Impl& run = *impl_;
  if (auto* product = std::get_if<gemm::Gemm>(&*run.op)) {
    product->Run(run.problem.spec.w, {.lhs = run.operands.src, .dst = run.dst()}, *run.pool);
  } else if (auto* dense = std::get_if<conv::Conv>(&*run.op)) {
    dense->Run(run.operands.src, run.dst(), nullptr, run.workspace.data(), *run.pool);
  } else {
    std::get<depthwise::Depthwise>(*run.op).Run(run.operands.src, run.dst(), nullptr,
                                                run.workspace.data(), *run.pool);
  }
}

void Run::Pack() {
  Impl& run = *impl_;
  Result<Operator> op = MakeOperator(run.problem, run.operands.weights, run.stage, run.options);
  ASSAY_CHECK(op.ok());  // It was when this run was made.
  run.op = *std::move(op);
}

Status Run::Verify() {
  Impl& run = *impl_;
  run.OnceFromNothing(*this);
  const ConvSpec& s = run.problem.spec;
  const int64_t pixels = run.pixels();
  const int64_t step = std::max<int64_t>(1, run.problem.macs() / kVerifiedMacs);
  std::vector<uint8_t> want(static_cast<size_t>(s.oc * DstBytes(run.problem.type)));
  for (int64_t at = 0; at < pixels; at += step) {
    const int64_t pixel = pixels - 1 - at;
    conv::ReferencePixel(s, run.problem.type, run.operands.src, run.operands.weights, run.stage,
                         nullptr, pixel, want.data());
    ASSAY_RETURN_IF_ERROR(run.Compare(pixel, want.data(), Tolerance(), "the reference"));
  }
  return {};
}

Status Run::VerifyBy(const Run& verified) {
  Impl& run = *impl_;
  ASSAY_CHECK(verified.impl_->dst_bytes == run.dst_bytes && verified.Tolerance() == 0);
  run.OnceFromNothing(*this);
  const double tolerance = Tolerance();
  for (int64_t pixel = 0; pixel < run.pixels(); ++pixel) {
    ASSAY_RETURN_IF_ERROR(run.Compare(pixel, verified.impl_->dst() + pixel * run.pixel_bytes(),
                                      tolerance, verified.variant()));
  }
  return {};
}

const Problem& Run::problem() const { return impl_->problem; }
const std::string& Run::variant() const { return impl_->variant; }

Operands Run::operands() const {
  return {.src = impl_->operands.src,
          .weights = impl_->operands.weights,
          .stage = &impl_->stage,
          .dst = {impl_->dst(), static_cast<size_t>(impl_->dst_bytes)}};
}

std::vector<std::span<const uint8_t>> Run::activations() const {
  return {
      operands().dst,
      {static_cast<const uint8_t*>(impl_->operands.src), static_cast<size_t>(impl_->src_bytes)}};
}

double Run::Tolerance() const { return ToleranceOf(*impl_->op, impl_->problem.spec); }

size_t Run::packed_bytes() const {
  return std::visit([](const auto& op) { return op.packed_bytes(); }, *impl_->op);
}

int64_t Run::bytes_touched() const {
  return impl_->src_bytes + static_cast<int64_t>(packed_bytes()) + impl_->dst_bytes;
}

}  // namespace assay::catalog
