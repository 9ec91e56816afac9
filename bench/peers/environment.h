// The environment that peers read when they are loaded.
#pragma once

namespace assay::peers {

// compare::SetPeerEnvironment; where that changed anything, starts this program anew, since most of
// it is read by constructors of shared libraries, before main.
void PrepareEnvironment(int threads, char** argv);

}  // namespace assay::peers
