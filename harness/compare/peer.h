// Peer: another library's way to do kernel problems, which takes part in contests of variants.
// Peers come from outside: bench/peers has those of libraries that are installed here, in a program
// of its own and as a library that is loaded (peer_library.h).
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "kernels/base/status.h"
#include "kernels/catalog.h"

namespace assay::compare {

// Winograd's convolution is another trade (time for error and memory): it is compared apart.
enum class Algorithm { kDirect, kWinograd };

// A problem and the data to do it with; the data outlives what is made of it.
struct PeerTask {
  catalog::Problem problem;
  catalog::Operands operands;
  int threads = 1;
};

class PeerRun {
 public:
  virtual ~PeerRun() = default;
  // Computes once. What is done once per model (packing, choice of a kernel) was done before.
  virtual void Once() = 0;
  // Copies what the last Once computed, m x n or NHWC, dense.
  virtual void CopyOutput(void* dst) = 0;
  // How it does it: "brgconv:avx512_core_vnni, any layout".
  virtual std::string detail() const = 0;
  // The memory that Once writes its output to, and that it reads the source from, in this order.
  virtual std::vector<std::span<const uint8_t>> activations() const = 0;
  // Whether the problem's bias is in the output. A library that cannot fuse it is given the bare
  // product, which favors it.
  virtual bool adds_bias() const { return true; }
};

struct Peer {
  const char* name;
  const char* summary;
  Algorithm algorithm;
  // Error: why it cannot do this task. That is no fault: it does not take part.
  Result<std::unique_ptr<PeerRun>> (*make)(const PeerTask& task);
};

}  // namespace assay::compare
