// PeerLibrary: peers that are loaded from a shared object, so that nothing of theirs is linked
// here.
#pragma once

#include <span>
#include <string>

#include "harness/compare/peer.h"

namespace assay::compare {

// What the object's `extern "C" const PeerTable* assay_peers()` gives. It is of the same build: C++
// of another version would not fit.
struct PeerTable {
  const char* version;  // ASSAY_VERSION
  std::span<const Peer* const> peers;
};

// Sets the environment of peers on so many threads, then loads; it stays loaded. Error: it cannot
// be loaded, exports no table, or one of another version.
Result<std::span<const Peer* const>> LoadPeers(const std::string& path, int threads);

}  // namespace assay::compare
