// libxsmm: fp32 products by its generated kernels. It is a library of small products; larger ones
// are cut here into blocks of packed weights, several sizes of which are tried.
//
// Its matrices are column-major, so it is asked for dst' (n x m) = rhs' (n x k) * lhs' (k x m).
#include <libxsmm.h>

#include <algorithm>

#include "bench/peers/contestant.h"
#include "kernels/base/buffer.h"

namespace assay::peers {
namespace {

struct Blocks {
  int64_t m = 0, n = 0, k = 0;
};

class BlockedProduct : public Contestant {
 public:
  BlockedProduct(const Task& task, Blocks blocks)
      : m_(task.problem.spec.w),
        n_(task.problem.spec.oc),
        k_(task.problem.spec.c),
        blocks_(blocks),
        lhs_(static_cast<const float*>(task.operands.src)),
        rhs_(static_cast<size_t>(n_ * k_) * sizeof(float)),
        dst_(static_cast<size_t>(m_ * n_) * sizeof(float)) {
    Pack(static_cast<const float*>(task.operands.weights.data));
    Plan();
  }

  // Whether a kernel was generated for every block.
  bool complete() const { return complete_; }

  void Once() override {
    for (const Call& call : calls_) call.kernel(call.rhs, call.lhs, call.dst);
  }
  void CopyOutput(void* dst) override {
    std::copy_n(dst_.data(), dst_.size(), static_cast<uint8_t*>(dst));
  }
  std::string detail() const override {
    return "blocks " + std::to_string(blocks_.m) + "x" + std::to_string(blocks_.n) + "x" +
           std::to_string(blocks_.k);
  }
  std::vector<std::span<const uint8_t>> activations() const override {
    const size_t bytes = static_cast<size_t>(m_) * static_cast<size_t>(k_) * sizeof(float);
    return {{dst_.data(), dst_.size()}, {reinterpret_cast<const uint8_t*>(lhs_), bytes}};
  }
  bool adds_bias() const override { return false; }

 private:
  struct Call {
    libxsmm_smmfunction kernel;
    const float *rhs, *lhs;
    float* dst;
  };

  // n x k, row-major, to panels of blocks_.n columns, each k x blocks_.n.
  void Pack(const float* weights) {
    float* packed = rhs_.as<float>();
    for (int64_t n0 = 0; n0 < n_; n0 += blocks_.n) {
      const int64_t width = std::min(blocks_.n, n_ - n0);
      for (int64_t k = 0; k < k_; ++k) {
        for (int64_t n = 0; n < width; ++n) *packed++ = weights[(n0 + n) * k_ + k];
      }
    }
  }

  // The list of kernel calls: lhs blocks stay in L2 while the panels pass by.
  void Plan() {
    for (int64_t k0 = 0; k0 < k_; k0 += blocks_.k) {
      for (int64_t m0 = 0; m0 < m_; m0 += blocks_.m) {
        for (int64_t n0 = 0; n0 < n_; n0 += blocks_.n) AddCall(m0, n0, k0);
      }
    }
  }

  void AddCall(int64_t m0, int64_t n0, int64_t k0) {
    const auto m = static_cast<libxsmm_blasint>(std::min(blocks_.m, m_ - m0));
    const auto n = static_cast<libxsmm_blasint>(std::min(blocks_.n, n_ - n0));
    const auto k = static_cast<libxsmm_blasint>(std::min(blocks_.k, k_ - k0));
    const auto lhs_stride = static_cast<libxsmm_blasint>(k_);
    const auto dst_stride = static_cast<libxsmm_blasint>(n_);
    const float alpha = 1, beta = k0 == 0 ? 0 : 1;
    const auto kernel =
        libxsmm_smmdispatch(n, m, k, &n, &lhs_stride, &dst_stride, &alpha, &beta, nullptr, nullptr);
    complete_ = complete_ && kernel != nullptr;
    calls_.push_back({kernel, rhs_.as<float>() + n0 * k_ + k0 * n, lhs_ + m0 * k_ + k0,
                      dst_.as<float>() + m0 * n_ + n0});
  }

  int64_t m_, n_, k_;
  Blocks blocks_;
  const float* lhs_;
  Buffer rhs_, dst_;
  std::vector<Call> calls_;
  bool complete_ = true;
};

// The whole product in one kernel, and blocks for larger ones.
std::vector<Blocks> Sizes(const ConvSpec& s) {
  const int64_t m = s.w, n = s.oc, k = s.c;
  std::vector<Blocks> sizes = {{m, n, k}};
  if (n > 64) sizes.push_back({m, 64, k});
  if (m * k > 16384) sizes.push_back({std::min<int64_t>(m, 48), std::min<int64_t>(n, 64), k});
  if (k > 256) {
    for (const int64_t depth : {int64_t{256}, int64_t{512}}) {
      sizes.push_back({std::min<int64_t>(m, 192), std::min<int64_t>(n, 64), std::min(k, depth)});
    }
  }
  return sizes;
}

Result<std::unique_ptr<Contestant>> Make(const Task& task) {
  if (task.problem.family != catalog::Family::kGemm || task.problem.type != ComputeType::kF32) {
    return Error("is asked for fp32 products only");
  }
  if (task.threads > 1) return Error("has no threads of its own");
  libxsmm_init();
  std::vector<std::unique_ptr<Contestant>> ways;
  for (const Blocks& blocks : Sizes(task.problem.spec)) {
    auto way = std::make_unique<BlockedProduct>(task, blocks);
    if (way->complete()) ways.push_back(std::move(way));
  }
  return Fastest(std::move(ways));
}

}  // namespace

extern const Peer libxsmm;
const Peer libxsmm = {"libxsmm", "libxsmm: fp32 products, one thread", Algorithm::kDirect, Make};

}  // namespace assay::peers
