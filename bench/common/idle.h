// WaitUntilIdle: threads of a library go on turning for up to 60 ms behind its last call, on cores
// that the next subject wants.
#pragma once

namespace assay::bench {

// Sleeps until no thread of this process works, at most a second.
void WaitUntilIdle();

}  // namespace assay::bench
