// The environment that peers read when they are loaded.
#pragma once

namespace assay::peers {

// Sets what makes the peers do their best, under the same instruction-set cap as Assay, on as many
// threads; where anything changed, starts this program anew, since most of it is read by
// constructors of shared libraries, before main. What the caller has set stays, threads excepted.
void PrepareEnvironment(int threads, char** argv);

}  // namespace assay::peers
