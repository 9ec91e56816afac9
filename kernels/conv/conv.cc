#include "kernels/conv/conv.h"

#include <cmath>
#include <optional>
#include <string>
#include <variant>

#include "kernels/base/check.h"
#include "kernels/base/tuning.h"
#include "kernels/conv/direct.h"
#include "kernels/conv/geometry.h"
#include "kernels/conv/spelling.h"
#include "kernels/conv/word_conv.h"
#include "kernels/winograd/dispatch.h"
#include "kernels/winograd/winograd.h"

namespace assay::conv {
namespace {

using winograd::Algorithm;

// Winograd is taken where it is reckoned to take less than this part of the direct time: it costs
// memory, of floats exactness, and both are estimates. With weights in the caches it wins more often
// than in a model: int8 14x14x256 to 256 takes 0.8 of the direct time there, and five of them gain
// resnet50 1 % of one image's 18 ms, for 20 MB.
constexpr double kWorthwhile = 0.85;

// "7.1 MB": rounded up.
std::string Megabytes(int64_t bytes) {
  const auto tenths = static_cast<int64_t>(std::ceil(static_cast<double>(bytes) / 1e5));
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " MB";
}

// Why an algorithm that can do the convolution may not be picked; empty: it may.
std::string OverBudget(const ConvSpec& spec, const Algorithm& algorithm,
                       const KernelOptions& options) {
  const int64_t bytes = winograd::ExtraBytes(spec, algorithm);
  if (bytes <= options.winograd_bytes) return "";
  return "transformed weights need " + Megabytes(bytes) + ", budget is " +
         (options.winograd_bytes <= 0 ? "0" : Megabytes(options.winograd_bytes));
}

// What gemm's dispatch sees where no other algorithm is picked.
gemm::Problem ToProduct(const ConvSpec& spec, ComputeType type) {
  return WordConv::Pays(spec, type) ? WordConv::ToProblem(spec, type) : ToProblem(spec, type);
}

// The cheapest algorithm that may be picked, if it is worth it.
std::optional<Algorithm> Cheapest(const ConvSpec& spec, ComputeType type,
                                  const KernelOptions& options) {
  const gemm::Problem problem = ToProduct(spec, type);
  const auto direct = gemm::Choose(problem, options);
  if (!direct.ok()) return std::nullopt;
  double least = kWorthwhile * gemm::EstimateCycles(**direct, problem);
  std::optional<Algorithm> best;
  for (const Algorithm& algorithm : winograd::Algorithms()) {
    if (!winograd::Refusal(spec, type, algorithm, options).empty()) continue;
    if (!OverBudget(spec, algorithm, options).empty()) continue;
    const double cycles = winograd::EstimateCycles(spec, algorithm, options);
    if (cycles >= least) continue;
    least = cycles;
    best = algorithm;
  }
  return best;
}

// nullopt: direct. Error: a forced algorithm is unknown or cannot be used.
Result<std::optional<Algorithm>> Choose(const ConvSpec& spec, ComputeType type,
                                        const KernelOptions& options) {
  if (options.variant.empty()) return Cheapest(spec, type, options);
  if (!winograd::IsName(options.variant)) return std::optional<Algorithm>();
  ASSAY_ASSIGN_OR_RETURN(const Algorithm forced, winograd::Find(options.variant));
  const std::string refusal = winograd::Refusal(spec, type, forced, options);
  if (refusal.empty()) return std::optional(forced);
  return Error("kernel variant '" + options.variant + "' cannot be used: it " + refusal);
}

VariantChoice ToChoice(const ConvSpec& spec, ComputeType type, const Algorithm& algorithm,
                       const KernelOptions& options) {
  VariantChoice choice;
  choice.name = algorithm.name();
  choice.isa = algorithm.variant->isa;
  choice.reason = winograd::Refusal(spec, type, algorithm, options);
  choice.available = choice.reason.empty();
  if (!choice.available) return choice;
  choice.reason = OverBudget(spec, algorithm, options);
  choice.affordable = choice.reason.empty();
  if (choice.affordable) {
    const double cycles = winograd::EstimateCycles(spec, algorithm, options);
    choice.reason = std::to_string(static_cast<int64_t>(cycles)) + " cycles estimated, " +
                    Megabytes(winograd::ExtraBytes(spec, algorithm)) + " more for the weights";
  }
  return choice;
}

// A tuned pick is no reason to exceed the budget.
KernelOptions Tuned(const ConvSpec& spec, ComputeType type, const KernelOptions& options) {
  return assay::Tuned(options, Spelling(spec, type), [&](const KernelOptions& tuned) {
    const auto algorithm = Choose(spec, type, tuned);
    if (!algorithm.ok()) return false;
    if (algorithm->has_value()) return OverBudget(spec, **algorithm, tuned).empty();
    return gemm::Choose(ToProduct(spec, type), tuned).ok();
  });
}

}  // namespace

struct Conv::Impl {
  std::variant<Direct, WordConv, winograd::Winograd> planned;
  double error_bound;
};

Conv::Conv(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Conv::Conv(Conv&&) noexcept = default;
Conv& Conv::operator=(Conv&&) noexcept = default;
Conv::~Conv() = default;

Result<Conv> Conv::Make(const ConvSpec& spec, ComputeType type, const Weights& weights,
                        const OutputStage& stage, const KernelOptions& given) {
  ASSAY_RETURN_IF_ERROR(CheckGeometry(spec));
  ASSAY_CHECK(weights.data != nullptr);
  const KernelOptions options = Tuned(spec, type, given);
  ASSAY_ASSIGN_OR_RETURN(const std::optional<Algorithm> algorithm, Choose(spec, type, options));
  const bool forced = !options.variant.empty();
  if (algorithm && (forced || winograd::Fits(spec, *algorithm, weights))) {
    ASSAY_ASSIGN_OR_RETURN(auto made,
                           winograd::Winograd::Make(spec, *algorithm, weights, stage, options));
    const double error_bound = type == ComputeType::kF32 ? winograd::ErrorBound(spec.c) : 0;
    return Conv(std::make_unique<Impl>(Impl{std::move(made), error_bound}));
  }
  if (WordConv::Pays(spec, type)) {
    ASSAY_ASSIGN_OR_RETURN(auto made, WordConv::Make(spec, type, weights, stage, options));
    return Conv(std::make_unique<Impl>(Impl{std::move(made), 0}));
  }
  ASSAY_ASSIGN_OR_RETURN(auto made, Direct::Make(spec, type, weights, stage, options));
  return Conv(std::make_unique<Impl>(Impl{std::move(made), 0}));
}

size_t Conv::workspace_bytes(int threads) const {
  return std::visit([&](const auto& conv) { return conv.workspace_bytes(threads); },
                    impl_->planned);
}

size_t Conv::packed_bytes() const {
  return std::visit([](const auto& conv) { return conv.packed_bytes(); }, impl_->planned);
}

double Conv::error_bound() const { return impl_->error_bound; }

const std::string& Conv::variant() const {
  return std::visit([](const auto& conv) -> const std::string& { return conv.variant(); },
                    impl_->planned);
}

void Conv::Run(const void* src, void* dst, const void* residual, void* workspace,
               ThreadPool& pool) const {
  std::visit([&](const auto& conv) { conv.Run(src, dst, residual, workspace, pool); },
             impl_->planned);
}

std::vector<VariantChoice> Explain(const ConvSpec& spec, ComputeType type,
                                   const KernelOptions& given) {
  ASSAY_CHECK(CheckGeometry(spec).ok());
  const KernelOptions options = Tuned(spec, type, given);
  const auto chosen = Choose(spec, type, options);
  const std::string picked = chosen.ok() && chosen->has_value() ? (*chosen)->name() : "";
  std::vector<VariantChoice> choices = gemm::Explain(ToProduct(spec, type), options);
  if (!picked.empty()) {
    for (VariantChoice& choice : choices) choice.picked = false;
  }
  for (const Algorithm& algorithm : winograd::Algorithms()) {
    VariantChoice choice = ToChoice(spec, type, algorithm, options);
    choice.picked = choice.name == picked;
    if (choice.picked && !options.variant.empty()) choice.reason = "forced";
    choices.push_back(std::move(choice));
  }
  TellTuned(given, options, choices);
  return choices;
}

}  // namespace assay::conv
