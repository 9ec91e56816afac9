// oneDNN's Winograd convolution: it must be asked for by name.
#include "bench/peers/onednn/convolution.h"

namespace assay::peers {
namespace {

Result<std::unique_ptr<Contestant>> Make(const Task& task) {
  const ConvSpec& s = task.problem.spec;
  if (task.problem.family != catalog::Family::kConv || task.problem.type != ComputeType::kF32 ||
      s.kh != 3 || s.kw != 3 || s.stride_h != 1 || s.stride_w != 1 || s.groups != 1) {
    return Error("takes dense fp32 3x3 convolutions of stride 1 only");
  }
  return onednn::MakeConvolution(task, Algorithm::kWinograd);
}

}  // namespace

extern const Peer onednn_winograd;
const Peer onednn_winograd = {"onednn_winograd", "oneDNN: fp32 3x3 stride 1, Winograd",
                              Algorithm::kWinograd, Make};

}  // namespace assay::peers
