// Operands: what the host gives to both builds of a case, and the comparison of what they computed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/gate/registry.h"
#include "kernels/base/buffer.h"

namespace assay::gate {

int64_t Bytes(const assay_operand& operand);

class Operands {
 public:
  // Allocates and fills as registry.h says: the same for the same case, seed and machine.
  Operands(const assay_case& definition, uint64_t seed);

  const void* const* inputs() const { return inputs_.data(); }
  void* output() { return output_.data(); }

  // Fills the output with bytes that no result is likely to be.
  void Spoil();
  std::vector<uint8_t> Output() const;

 private:
  std::vector<Buffer> buffers_;
  std::vector<const void*> inputs_;
  Buffer output_;
};

// "element 17: 0.5 in the base, 0.25 in the candidate (tolerance 0)"; "" where outputs agree. A NaN
// agrees with a NaN.
std::string Difference(const assay_case& definition, const std::vector<uint8_t>& base,
                       const std::vector<uint8_t>& candidate);

}  // namespace assay::gate
