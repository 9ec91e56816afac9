#include "kernels/depthwise/depthwise.h"

#include <algorithm>

#include "kernels/base/check.h"
#include "kernels/base/nearest_name.h"
#include "kernels/base/tuning.h"
#include "kernels/conv/spelling.h"
#include "kernels/cpu/split.h"
#include "kernels/depthwise/pack.h"
#include "kernels/depthwise/quads.h"
#include "kernels/depthwise/variant.h"

namespace assay::depthwise {
namespace {

// No extent, and no operand in elements, may come near what overflows their arithmetic.
constexpr int64_t kMaxExtent = int64_t{1} << 31;
constexpr double kMaxElements = 0x1p56;

double Elements(int64_t n, int64_t h, int64_t w, int64_t pixel) {
  return static_cast<double>(n) * static_cast<double>(h) * static_cast<double>(w) *
         static_cast<double>(pixel);
}

Status CheckGeometry(const ConvSpec& s) {
  const auto text = [](int64_t value) { return std::to_string(value); };
  const auto in = [](int64_t value, int64_t least) { return value >= least && value < kMaxExtent; };
  if (!in(s.n, 1) || !in(s.h, 1) || !in(s.w, 1) || !in(s.c, 1)) {
    return Error("depthwise convolution: image of " + text(s.n) + " x " + text(s.h) + " x " +
                 text(s.w) + " x " + text(s.c) + "; every extent must be at least 1");
  }
  if (s.oc != s.c || s.groups != s.c) {
    return Error("depthwise convolution: " + text(s.c) + " channels, " + text(s.oc) +
                 " output channels, " + text(s.groups) + " groups; they must be equal");
  }
  if (!in(s.kh, 1) || !in(s.kw, 1) || !in(s.stride_h, 1) || !in(s.stride_w, 1) ||
      !in(s.dilation_h, 1) || !in(s.dilation_w, 1)) {
    return Error("depthwise convolution: kernel, stride and dilation must be at least 1");
  }
  if (!in(s.pad_top, 0) || !in(s.pad_left, 0) || !in(s.pad_bottom, 0) || !in(s.pad_right, 0)) {
    return Error("depthwise convolution: negative padding");
  }
  if (s.dilation_h * (s.kh - 1) >= s.h + s.pad_top + s.pad_bottom ||
      s.dilation_w * (s.kw - 1) >= s.w + s.pad_left + s.pad_right) {
    return Error("depthwise convolution: a kernel of " + text(s.kh) + " x " + text(s.kw) +
                 ", dilated, does not fit the padded image of " +
                 text(s.h + s.pad_top + s.pad_bottom) + " x " +
                 text(s.w + s.pad_left + s.pad_right));
  }
  if (s.src_pixel() < s.c || s.dst_pixel() < s.c || s.residual_pixel() < s.c) {
    return Error("depthwise convolution: a pixel stride is less than the " + text(s.c) +
                 " channels");
  }
  if (!in(s.src_pixel(), 1) || !in(s.dst_pixel(), 1) || !in(s.residual_pixel(), 1) ||
      Elements(s.n, s.h, s.w, s.src_pixel()) > kMaxElements ||
      Elements(s.n, s.oh(), s.ow(), std::max(s.dst_pixel(), s.residual_pixel())) > kMaxElements) {
    return Error("depthwise convolution: an operand has more than 2^56 elements");
  }
  return Status();
}

// About what a row of output takes: as many multiply-adds as a vector has lanes in a cycle; of int8
// half a vector's, with interleaving and requantization (960 channels at 7x7 take 7.2 and 3.7 us).
double CyclesOfRow(const ConvSpec& s, ComputeType type) {
  const double lanes = type == ComputeType::kF32 ? 16 : 32;
  const double macs = static_cast<double>(s.ow() * s.c) * static_cast<double>(s.kh * s.kw);
  return macs / lanes;
}

Status CheckStage(const ConvSpec& s, ComputeType type, const OutputStage& stage) {
  if (type == ComputeType::kU8S8S32 && stage.residual) {
    return Error("depthwise convolution: u8s8s32 takes no residual");
  }
  const size_t scales = stage.scale.size();
  if (type == ComputeType::kU8S8U8 && scales != 1 && scales != static_cast<size_t>(s.c)) {
    return Error("depthwise convolution: " + std::to_string(scales) +
                 " scales; there must be one, or one for each of " + std::to_string(s.c) +
                 " channels");
  }
  return Status();
}

// Why `variant` cannot do the problem; empty: it can.
std::string Refusal(const Variant& variant, ComputeType type, const KernelOptions& options) {
  if (variant.int8 != (type != ComputeType::kF32)) {
    return "computes " + std::string(variant.int8 ? "int8" : "f32") + ", not " +
           std::string(Name(type));
  }
  if (!options.usable.has(variant.isa)) return "needs " + std::string(Name(variant.isa));
  return "";
}

// Vectors that a pixel takes; those that the CPU does in halves count twice.
double VectorsPerPixel(const Variant& variant, int64_t channels) {
  const int64_t lanes = variant.packing.lanes;
  const int64_t halves = lanes == 16 && HalvesAvx512() ? 2 : 1;
  return static_cast<double>((channels + lanes - 1) / lanes * halves);
}

// Whether `left` is to be preferred where both can run. On vectors of equal width VNNI wins; wider
// vectors win, unless f32 channels leave so many of their lanes empty that narrow ones are fewer,
// by 8 % and more; lanes that few channels of int8 leave empty hold other columns (quads.h).
bool Better(const Variant& left, const Variant& right, int64_t channels) {
  constexpr double kFewer = 1.08;
  if (!left.int8) {
    const double l = VectorsPerPixel(left, channels), r = VectorsPerPixel(right, channels);
    if (l * kFewer < r) return true;
    if (r * kFewer < l) return false;
  }
  return left.isa > right.isa;
}

const Variant* Best(ComputeType type, int64_t channels, const KernelOptions& options) {
  const Variant* best = nullptr;
  for (const Variant* variant : AllVariants()) {
    if (!Refusal(*variant, type, options).empty()) continue;
    if (best == nullptr || Better(*variant, *best, channels)) best = variant;
  }
  return best;
}

Result<const Variant*> Choose(ComputeType type, int64_t channels, const KernelOptions& options) {
  if (options.variant.empty()) {
    const Variant* best = Best(type, channels, options);
    if (best == nullptr) {
      return Error("depthwise convolution: no variant of " + std::string(Name(type)) +
                   " for the instruction sets {" + options.usable.ToString() + "}");
    }
    return best;
  }
  ASSAY_ASSIGN_OR_RETURN(const Variant* forced,
                         FindEntry("depthwise variant", options.variant, AllVariants()));
  const std::string refusal = Refusal(*forced, type, options);
  if (!refusal.empty()) return Error("depthwise variant " + options.variant + ": " + refusal);
  return forced;
}

KernelOptions Tuned(const ConvSpec& spec, ComputeType type, const KernelOptions& options) {
  return assay::Tuned(options, conv::Spelling(spec, type),
                      [&](const auto& tuned) { return Choose(type, spec.c, tuned).ok(); });
}

size_t RoundUp(size_t bytes) {
  return (bytes + Buffer::kAlignment - 1) / Buffer::kAlignment * Buffer::kAlignment;
}

}  // namespace

struct Depthwise::Impl {
  ConvSpec spec;
  ComputeType type;
  OutputStage stage;
  const Variant* variant;
  std::string name;
  Packed packed;
  size_t scratch_bytes;  // Of one worker.
};

Depthwise::Depthwise(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Depthwise::Depthwise(Depthwise&&) noexcept = default;
Depthwise& Depthwise::operator=(Depthwise&&) noexcept = default;
Depthwise::~Depthwise() = default;

Result<Depthwise> Depthwise::Make(const ConvSpec& spec, ComputeType type, const Weights& weights,
                                  const OutputStage& stage, const KernelOptions& options) {
  ASSAY_CHECK(weights.data != nullptr);
  ASSAY_RETURN_IF_ERROR(CheckGeometry(spec));
  ASSAY_RETURN_IF_ERROR(CheckStage(spec, type, stage));
  ASSAY_ASSIGN_OR_RETURN(const Variant* variant, Choose(type, spec.c, Tuned(spec, type, options)));
  auto impl = std::make_unique<Impl>();
  impl->spec = spec;
  impl->type = type;
  impl->stage = stage;
  impl->variant = variant;
  impl->name = variant->name;
  impl->packed = Pack(variant->packing, spec, type, weights, stage);
  impl->scratch_bytes = RoundUp(variant->scratch_bytes(spec));
  return Depthwise(std::move(impl));
}

size_t Depthwise::workspace_bytes(int threads) const {
  return impl_->scratch_bytes * static_cast<size_t>(threads);
}

size_t Depthwise::packed_bytes() const {
  return impl_->packed.bytes() + impl_->stage.scale.size() * sizeof(float);
}

const std::string& Depthwise::variant() const { return impl_->name; }

void Depthwise::Run(const void* src, void* dst, const void* residual, void* workspace,
                    ThreadPool& pool) const {
  const ConvSpec& s = impl_->spec;
  ASSAY_CHECK(src != nullptr && dst != nullptr);
  ASSAY_CHECK(!impl_->stage.residual || residual != nullptr);
  ASSAY_CHECK(impl_->scratch_bytes == 0 || workspace != nullptr);
  Task task;
  task.spec = &s;
  task.type = impl_->type;
  task.stage = &impl_->stage;
  task.weights = impl_->packed.weights.data();
  task.bias = impl_->packed.bias.data();
  task.scale = impl_->packed.scale.as<float>();
  task.bounded = impl_->packed.bounded;
  task.small = impl_->packed.small;
  task.src = src;
  task.dst = dst;
  task.residual = residual;
  Split(
      s.n * s.oh(), CyclesOfRow(s, impl_->type), pool,
      [&](int64_t begin, int64_t end, int worker) {
        Task part = task;
        part.scratch =
            static_cast<uint8_t*>(workspace) + impl_->scratch_bytes * static_cast<size_t>(worker);
        part.row_begin = begin;
        part.row_end = end;
        impl_->variant->run(part);
      },
      GroupRows(s.kh, s.stride_h, s.dilation_h).rows);
}

std::vector<VariantChoice> Explain(const ConvSpec& spec, ComputeType type,
                                   const KernelOptions& given) {
  const KernelOptions options = Tuned(spec, type, given);
  const Result<const Variant*> chosen = Choose(type, spec.c, options);
  const Variant* const picked = chosen.ok() ? *chosen : nullptr;
  std::vector<VariantChoice> choices;
  for (const Variant* variant : AllVariants()) {
    VariantChoice choice{variant->name, variant->isa, false, variant == picked, ""};
    choice.reason = Refusal(*variant, type, options);
    choice.available = choice.reason.empty();
    if (choice.picked && !options.variant.empty()) {
      choice.reason = "forced by name";
    } else if (choice.picked) {
      choice.reason = "the fewest vectors, then the widest";
    } else if (choice.available) {
      choice.reason = picked != nullptr ? "slower than " + std::string(picked->name) : "not asked";
    }
    choices.push_back(std::move(choice));
  }
  TellTuned(given, options, choices);
  return choices;
}

}  // namespace assay::depthwise
