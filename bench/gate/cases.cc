// The library of cases that two builds are gated by: Assay's kernels, and whole models, behind the
// C registry. Nothing is exported but assay_cases.
#include <cstdio>
#include <deque>
#include <string>
#include <vector>

#include "bench/gate/embedded_models.h"
#include "bench/gate/kernel_case.h"
#include "bench/gate/model_case.h"
#include "bench/gate/suite.h"
#include "harness/gate/registry.h"

namespace assay::gate {
namespace {

constexpr std::string_view kModel = "model:";

class Cases {
 public:
  Cases() {
    for (const SuiteCase& listed : Suite()) Add(listed);
    registry_ = {.version = ASSAY_REGISTRY_VERSION,
                 .case_size = sizeof(assay_case),
                 .case_count = static_cast<int64_t>(cases_.size()),
                 .cases = cases_.data(),
                 .make_case = Make};
  }
  const assay_registry* registry() const { return &registry_; }

 private:
  void Add(const SuiteCase& listed) {
    names_.push_back(listed.name);
    Result<assay_case> made =
        listed.name.starts_with(kModel) ? Embedded(listed.name) : KernelCase(names_.back().c_str());
    if (!made.ok()) return;  // A shape or a model of another version.
    cases_.push_back(*made);
    cases_.back().quick = listed.quick ? 1 : 0;
  }

  Result<assay_case> Embedded(const std::string& name) {
    ASSAY_ASSIGN_OR_RETURN(std::string path, EmbeddedModel(name.substr(kModel.size())));
    models_.push_back({name, std::move(path)});
    return ModelCase(models_.back());
  }

  // "model:FILE": of a file that is not built in.
  static const assay_case* Make(const char* name, char* error, int64_t error_bytes) {
    static std::deque<ModelFile> files;
    static std::deque<assay_case> made;
    const std::string_view text = name;
    const bool model = text.starts_with(kModel);
    files.push_back({name, std::string(model ? text.substr(kModel.size()) : text)});
    Result<assay_case> added =
        model ? ModelCase(files.back()) : KernelCase(files.back().name.c_str());
    if (!added.ok()) {
      std::snprintf(error, static_cast<size_t>(error_bytes), "%s", added.message().c_str());
      return nullptr;
    }
    made.push_back(*added);
    return &made.back();
  }

  std::deque<std::string> names_;
  std::deque<ModelFile> models_;
  std::vector<assay_case> cases_;
  assay_registry registry_ = {};
};

}  // namespace
}  // namespace assay::gate

extern "C" __attribute__((visibility("default"))) const assay_registry* assay_cases(void) {
  static const assay::gate::Cases cases;
  return cases.registry();
}
