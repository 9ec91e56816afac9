// OpenBLAS: fp32 products. It packs the weights in every call; there is no interface to keep them.
#include <cblas.h>

#include <algorithm>

#include "bench/peers/contestant.h"
#include "kernels/base/buffer.h"

namespace assay::peers {
namespace {

enum class Way { kTransposed, kPlain, kVector };

class Product : public Contestant {
 public:
  Product(const Task& task, Way way)
      : way_(way),
        m_(static_cast<int>(task.problem.spec.w)),
        n_(static_cast<int>(task.problem.spec.oc)),
        k_(static_cast<int>(task.problem.spec.c)),
        lhs_(static_cast<const float*>(task.operands.src)),
        rhs_(static_cast<const float*>(task.operands.weights.data)),
        dst_(static_cast<size_t>(task.problem.spec.w * task.problem.spec.oc) * sizeof(float)) {
    if (way == Way::kPlain) Transpose();
  }

  void Once() override {
    float* dst = dst_.as<float>();
    if (way_ == Way::kVector) {
      cblas_sgemv(CblasRowMajor, CblasNoTrans, n_, k_, 1, rhs_, k_, lhs_, 1, 0, dst, 1);
    } else if (way_ == Way::kTransposed) {
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, m_, n_, k_, 1, lhs_, k_, rhs_, k_, 0,
                  dst, n_);
    } else {
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m_, n_, k_, 1, lhs_, k_,
                  transposed_.as<float>(), n_, 0, dst, n_);
    }
  }
  void CopyOutput(void* dst) override {
    std::copy_n(dst_.data(), dst_.size(), static_cast<uint8_t*>(dst));
  }
  std::string detail() const override {
    const char* call = way_ == Way::kVector       ? "sgemv"
                       : way_ == Way::kTransposed ? "sgemm, rhs transposed"
                                                  : "sgemm";
    return std::string(call) + ", " + openblas_get_corename();
  }
  std::vector<std::span<const uint8_t>> activations() const override {
    const size_t bytes = static_cast<size_t>(m_) * static_cast<size_t>(k_) * sizeof(float);
    return {{dst_.data(), dst_.size()}, {reinterpret_cast<const uint8_t*>(lhs_), bytes}};
  }
  bool adds_bias() const override { return false; }

 private:
  void Transpose() {
    transposed_ = Buffer(static_cast<size_t>(n_) * static_cast<size_t>(k_) * sizeof(float));
    float* out = transposed_.as<float>();
    for (int64_t k = 0; k < k_; ++k) {
      for (int64_t n = 0; n < n_; ++n) out[k * n_ + n] = rhs_[n * k_ + k];
    }
  }

  Way way_;
  int m_, n_, k_;
  const float *lhs_, *rhs_;
  Buffer transposed_, dst_;
};

Result<std::unique_ptr<Contestant>> Make(const Task& task) {
  if (task.problem.family != catalog::Family::kGemm || task.problem.type != ComputeType::kF32) {
    return Error("does fp32 products only");
  }
  openblas_set_num_threads(task.threads);
  std::vector<std::unique_ptr<Contestant>> ways;
  ways.push_back(std::make_unique<Product>(task, Way::kTransposed));
  ways.push_back(std::make_unique<Product>(task, Way::kPlain));
  if (task.problem.spec.w == 1) ways.push_back(std::make_unique<Product>(task, Way::kVector));
  return Fastest(std::move(ways));
}

}  // namespace

extern const Peer openblas;
const Peer openblas = {"openblas", "OpenBLAS: fp32 products", Algorithm::kDirect, Make};

}  // namespace assay::peers
