// The environment that peers read when they are loaded.
#pragma once

namespace assay::compare {

// Sets what makes the peers do their best, under the same instruction-set cap as Assay, on as many
// threads. What the caller has set stays, threads excepted. Whether anything changed.
bool SetPeerEnvironment(int threads);

}  // namespace assay::compare
