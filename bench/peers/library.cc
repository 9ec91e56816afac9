// The peers as a shared object that `assay compare --peers` loads.
#include "bench/peers/contestant.h"
#include "harness/compare/peer_library.h"

extern "C" __attribute__((visibility("default"))) const assay::compare::PeerTable* assay_peers() {
  static const assay::compare::PeerTable table = {ASSAY_VERSION, assay::peers::AllPeers()};
  return &table;
}
