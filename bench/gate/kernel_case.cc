#include "bench/gate/kernel_case.h"

#include <cstdio>
#include <string>
#include <utility>

#include "kernels/catalog.h"

namespace assay::gate {
namespace {

assay_operand Operand(assay_type type, int64_t elements) { return {type, elements}; }

void* SetUp(const assay_case* self, const void* const* inputs, void* output, char* error,
            int64_t error_bytes) {
  const auto fail = [&](const std::string& message) -> void* {
    std::snprintf(error, static_cast<size_t>(error_bytes), "%s", message.c_str());
    return nullptr;
  };
  const auto problem = catalog::ParseShape(self->name);
  if (!problem.ok()) return fail(problem.message());
  KernelOptions options;
  options.threads = self->threads;
  auto run = catalog::Run::Make(*problem, options, {inputs[0], {inputs[1], inputs[2]}, output});
  if (!run.ok()) return fail(run.message());
  return new catalog::Run(*std::move(run));
}

void RunCase(void* state, int64_t iterations) {
  auto& run = *static_cast<catalog::Run*>(state);
  for (int64_t i = 0; i < iterations; ++i) run.Once();
}

const char* Variant(void* state) { return static_cast<catalog::Run*>(state)->variant().c_str(); }

void TearDown(void* state) { delete static_cast<catalog::Run*>(state); }

// How far apart two outputs of fp32 may be: Winograd's bound on each side. Direct sums are exact.
double ToleranceOf(const catalog::Problem& problem) {
  if (problem.type != ComputeType::kF32 || problem.family != catalog::Family::kConv) return 0;
  const ConvSpec& s = problem.spec;
  const bool winograd = s.kh == 3 && s.kw == 3 && s.stride_h == 1 && s.groups == 1;
  return winograd ? 2e-5 * static_cast<double>(s.c * s.kh * s.kw) : 0;
}

}  // namespace

Result<assay_case> KernelCase(const char* name) {
  ASSAY_ASSIGN_OR_RETURN(const catalog::Problem problem, catalog::ParseShape(name));
  const ConvSpec& s = problem.spec;
  const bool real = problem.type == ComputeType::kF32;
  assay_case made = {};
  made.name = name;
  made.threads = 1;
  made.input_count = 3;
  made.inputs[0] = Operand(real ? ASSAY_F32 : ASSAY_U8, s.n * s.h * s.w * s.c);
  made.inputs[1] = Operand(real ? ASSAY_F32 : ASSAY_S8, s.oc * (s.c / s.groups) * s.kh * s.kw);
  made.inputs[2] = Operand(real ? ASSAY_F32 : ASSAY_S32, s.oc);
  const assay_type out = real                                    ? ASSAY_F32
                         : problem.type == ComputeType::kU8S8S32 ? ASSAY_S32
                                                                 : ASSAY_U8;
  made.output = Operand(out, s.n * s.oh() * s.ow() * s.oc);
  made.tolerance = ToleranceOf(problem);
  made.setup = SetUp;
  made.run = RunCase;
  made.variant = Variant;
  made.teardown = TearDown;
  return made;
}

}  // namespace assay::gate
