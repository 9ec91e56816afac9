// Assay itself as a contestant: a run of the catalog.
#pragma once

#include "bench/peers/contestant.h"

namespace assay::peers {

class AssayContestant : public Contestant {
 public:
  explicit AssayContestant(catalog::Run run) : run_(std::move(run)) {}

  void Once() override { run_.Once(); }
  void CopyOutput(void* dst) override;
  std::string detail() const override { return run_.variant(); }
  std::vector<std::span<const uint8_t>> activations() const override { return run_.activations(); }

  Algorithm algorithm() const;
  catalog::Run& run() { return run_; }

 private:
  catalog::Run run_;
};

}  // namespace assay::peers
