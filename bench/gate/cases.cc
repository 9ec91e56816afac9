// The library of cases that two builds are gated by: Assay's kernels behind the C registry. Nothing
// is exported but assay_cases.
#include <algorithm>
#include <cstdio>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/gate/suite.h"
#include "harness/gate/registry.h"
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

class Cases {
 public:
  Cases() {
    for (const SuiteCase& listed : Suite()) Add(listed);
    registry_ = {.version = ASSAY_REGISTRY_VERSION,
                 .case_size = sizeof(assay_case),
                 .case_count = static_cast<int64_t>(cases_.size()),
                 .cases = cases_.data()};
  }
  const assay_registry* registry() const { return &registry_; }

 private:
  void Add(const SuiteCase& listed) {
    const auto problem = catalog::ParseShape(listed.shape);
    if (!problem.ok()) return;  // A shape of another version.
    const ConvSpec& s = problem->spec;
    const bool real = problem->type == ComputeType::kF32;
    assay_case added = {};
    names_.emplace_back(listed.shape);
    added.name = names_.back().c_str();
    added.quick = listed.quick ? 1 : 0;
    added.threads = 1;
    added.input_count = 3;
    added.inputs[0] = Operand(real ? ASSAY_F32 : ASSAY_U8, s.n * s.h * s.w * s.c);
    added.inputs[1] = Operand(real ? ASSAY_F32 : ASSAY_S8, s.oc * (s.c / s.groups) * s.kh * s.kw);
    added.inputs[2] = Operand(real ? ASSAY_F32 : ASSAY_S32, s.oc);
    const assay_type out = real                                     ? ASSAY_F32
                           : problem->type == ComputeType::kU8S8S32 ? ASSAY_S32
                                                                    : ASSAY_U8;
    added.output = Operand(out, s.n * s.oh() * s.ow() * s.oc);
    added.tolerance = ToleranceOf(*problem);
    added.setup = SetUp;
    added.run = RunCase;
    added.variant = Variant;
    added.teardown = TearDown;
    cases_.push_back(added);
  }

  std::deque<std::string> names_;
  std::vector<assay_case> cases_;
  assay_registry registry_ = {};
};

}  // namespace
}  // namespace assay::gate

extern "C" __attribute__((visibility("default"))) const assay_registry* assay_cases(void) {
  static const assay::gate::Cases cases;
  return cases.registry();
}
