// oneDNN: products and direct convolutions of every type.
#include "bench/peers/onednn/convolution.h"
#include "bench/peers/onednn/product.h"

namespace assay::peers {
namespace {

Result<std::unique_ptr<Contestant>> Make(const Task& task) {
  if (task.problem.family == catalog::Family::kGemm) return onednn::MakeProduct(task);
  return onednn::MakeConvolution(task, Algorithm::kDirect);
}

}  // namespace

extern const Peer onednn_direct;
const Peer onednn_direct = {"onednn", "oneDNN: matmul or inner product, direct convolution",
                            Algorithm::kDirect, Make};

}  // namespace assay::peers
