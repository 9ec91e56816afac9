#include "harness/data/subset.h"

#include <utility>

#include "harness/data/fingerprint.h"

namespace assay::data {
namespace {

class Subset final : public Dataset {
 public:
  Subset(std::shared_ptr<const Dataset> whole, std::vector<int64_t> indices)
      : whole_(std::move(whole)), indices_(std::move(indices)) {
    for (int64_t index : indices_) ASSAY_CHECK(0 <= index && index < whole_->size());
  }

  int64_t size() const override { return static_cast<int64_t>(indices_.size()); }

  Result<Sample> Get(int64_t index) const override {
    ASSAY_CHECK(index >= 0 && index < size());
    return whole_->Get(indices_[static_cast<size_t>(index)]);
  }

  std::string fingerprint() const override {
    Fingerprint hash;
    hash.Add(whole_->fingerprint());
    for (int64_t index : indices_) hash.Add(index);
    return hash.hex();
  }

 private:
  std::shared_ptr<const Dataset> whole_;
  std::vector<int64_t> indices_;
};

}  // namespace

std::unique_ptr<Dataset> MakeSubset(std::shared_ptr<const Dataset> whole,
                                    std::vector<int64_t> indices) {
  ASSAY_CHECK(whole != nullptr);
  return std::make_unique<Subset>(std::move(whole), std::move(indices));
}

}  // namespace assay::data
