// modelsize: bytes of the artifact as it is deployed, equal to the file's size on disk.
#include "objectives/registry.h"

namespace assay {
namespace {

class ModelSize : public Objective {
 public:
  using Objective::Objective;

 protected:
  double OnEnd(const Observation& observation, Series&) override {
    if (!observation.artifact_bytes) return kUnavailable;
    return static_cast<double>(*observation.artifact_bytes);
  }
};

}  // namespace

extern const ObjectiveEntry modelsize = BuiltinEntry<ModelSize>({
    .name = "modelsize",
    .unit = "bytes",
    .higher_is_better = false,
    .pass = Pass::kSize,
    .representation = "model size",
});

}  // namespace assay
