// Contestant: one library's way to do one problem, and Peer: an entry of the table of libraries,
// one file of contestants/.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "harness/compare/peer.h"

namespace assay::peers {

using compare::Algorithm;
using compare::Peer;
using Contestant = compare::PeerRun;
using Task = compare::PeerTask;

std::span<const Peer* const> AllPeers();

// The fastest of several ways to do the same, by a short look: so a peer is at its best. Error:
// there is none.
Result<std::unique_ptr<Contestant>> Fastest(std::vector<std::unique_ptr<Contestant>> ways);

}  // namespace assay::peers
