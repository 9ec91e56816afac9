#include "kernels/gemm/gemm.h"

#include "kernels/base/shape.h"
#include "kernels/base/tuning.h"
#include "kernels/gemm/dense_rows.h"
#include "kernels/gemm/dispatch.h"
#include "kernels/gemm/product.h"

namespace assay::gemm {
namespace {

Problem ToProblem(const GemmSpec& spec, ComputeType type) {
  const int64_t element = type == ComputeType::kF32 ? 4 : 1;
  return {.type = type, .m = spec.m, .n = spec.n, .k = spec.k, .row_bytes = spec.k * element};
}

RhsView ToView(const GemmSpec& spec, const void* data) {
  RhsView view;
  view.data = data;
  view.k_inner = spec.k;
  view.n = spec.n;
  view.k_inner_stride = spec.rhs_transposed ? 1 : spec.n;
  view.column_stride = spec.rhs_transposed ? spec.k : 1;
  return view;
}

KernelOptions Tuned(const GemmSpec& spec, ComputeType type, const KernelOptions& options) {
  return assay::Tuned(options, ProductShape(type, spec.m, spec.n, spec.k),
                      [&](const auto& tuned) { return Choose(ToProblem(spec, type), tuned).ok(); });
}

}  // namespace

struct Gemm::Impl {
  Product product;
  GemmSpec spec;
  ComputeType type;
};

Gemm::Gemm(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Gemm::Gemm(Gemm&&) noexcept = default;
Gemm& Gemm::operator=(Gemm&&) noexcept = default;
Gemm::~Gemm() = default;

Result<Gemm> Gemm::Make(const GemmSpec& spec, ComputeType type, const Weights& weights,
                        const OutputStage& stage, const KernelOptions& options) {
  if (spec.m < 1 || spec.n < 1 || spec.k < 1) {
    return Error("gemm: m, n and k must be positive, not " + std::to_string(spec.m) + ", " +
                 std::to_string(spec.n) + ", " + std::to_string(spec.k));
  }
  for (const auto& extents :
       {Shape{spec.m, spec.n}, Shape{spec.m, spec.k}, Shape{spec.k, spec.n}}) {
    ASSAY_RETURN_IF_ERROR(Shape::Make(extents.dims()).status());
  }
  ASSAY_CHECK(weights.data != nullptr);
  ASSAY_ASSIGN_OR_RETURN(Product product,
                         Product::Make(ToProblem(spec, type), ToView(spec, weights.data),
                                       weights.bias, stage, Tuned(spec, type, options)));
  return Gemm(std::make_unique<Impl>(Impl{std::move(product), spec, type}));
}

size_t Gemm::packed_bytes() const { return impl_->product.packed_bytes(); }
std::string Gemm::variant() const { return impl_->product.variant().name; }

void Gemm::Run(int64_t m, const Operands& operands, ThreadPool& pool) const {
  const GemmSpec& spec = impl_->spec;
  const auto dense = [](int64_t stride, int64_t extent) { return stride != 0 ? stride : extent; };
  const bool real = impl_->type == ComputeType::kF32;
  const int64_t row_bytes = dense(operands.lhs_stride, spec.k) * (real ? 4 : 1);
  const auto* lhs = static_cast<const uint8_t*>(operands.lhs);
  // Behind a row of bytes comes the next, unless others' elements lie between them.
  const bool contiguous = !real && row_bytes == spec.k;
  const DenseRows rows{lhs, row_bytes, 0, contiguous ? lhs + m * row_bytes : nullptr};
  impl_->product.Run({m}, rows,
                     {operands.dst, dense(operands.dst_stride, spec.n), operands.residual,
                      dense(operands.residual_stride, spec.n)},
                     nullptr, pool);
}

std::vector<VariantChoice> Explain(const GemmSpec& spec, ComputeType type,
                                   const KernelOptions& options) {
  const KernelOptions tuned = Tuned(spec, type, options);
  std::vector<VariantChoice> choices = Explain(ToProblem(spec, type), tuned);
  TellTuned(options, tuned, choices);
  return choices;
}

}  // namespace assay::gemm
