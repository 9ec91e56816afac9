// oneDNN with images in blocks of channels: older generated kernels, which are faster than its NHWC
// ones on some fp32 shapes. A network would have to keep that layout throughout.
#include "bench/peers/onednn/convolution.h"

namespace assay::peers {
namespace {

Result<std::unique_ptr<Contestant>> Make(const Task& task) {
  if (task.problem.family == catalog::Family::kGemm || task.problem.type != ComputeType::kF32) {
    return Error("takes fp32 convolutions only");
  }
  return onednn::MakeConvolution(task, Algorithm::kDirect, onednn::Layout::kBlocked);
}

}  // namespace

extern const Peer onednn_blocked;
const Peer onednn_blocked = {"onednn_blocked", "oneDNN: fp32 direct convolution, blocked channels",
                             Algorithm::kDirect, Make};

}  // namespace assay::peers
