// Contestant: one library's way to do one problem, and Peer: an entry of the table of libraries,
// one file of contestants/.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "kernels/base/status.h"
#include "kernels/catalog.h"

namespace assay::peers {

// Winograd's convolution is another trade (time for error and memory): it is compared apart.
enum class Algorithm { kDirect, kWinograd };

// A problem and the data to do it with; the data outlives the contestants.
struct Task {
  catalog::Problem problem;
  catalog::Operands operands;
  int threads = 1;
};

class Contestant {
 public:
  virtual ~Contestant() = default;
  // Computes once. What is done once per model (packing, choice of a kernel) was done before.
  virtual void Once() = 0;
  // Copies what the last Once computed, m x n or NHWC, dense.
  virtual void CopyOutput(void* dst) = 0;
  // How it does it: "brgconv:avx512_core_vnni, any layout".
  virtual std::string detail() const = 0;
  // Whether the problem's bias is in the output. A library that cannot fuse it is given the bare
  // product, which favors it.
  virtual bool adds_bias() const { return true; }
};

struct Peer {
  const char* name;
  const char* summary;
  Algorithm algorithm;
  // Error: why it cannot do this task. That is no fault: it does not take part.
  Result<std::unique_ptr<Contestant>> (*make)(const Task& task);
};

std::span<const Peer* const> AllPeers();

// The fastest of several ways to do the same, by a short look: so a peer is at its best. Error:
// there is none.
Result<std::unique_ptr<Contestant>> Fastest(std::vector<std::unique_ptr<Contestant>> ways);

}  // namespace assay::peers
