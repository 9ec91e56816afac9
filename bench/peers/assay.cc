#include "bench/peers/assay.h"

#include <algorithm>

namespace assay::peers {

void AssayContestant::CopyOutput(void* dst) {
  const auto output = run_.operands().dst;
  std::copy(output.begin(), output.end(), static_cast<uint8_t*>(dst));
}

Algorithm AssayContestant::algorithm() const {
  return run_.variant().find("winograd") == std::string::npos ? Algorithm::kDirect
                                                              : Algorithm::kWinograd;
}

}  // namespace assay::peers
