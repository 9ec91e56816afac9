// Ctrl-C asks long work to stop at the next whole step; a second one ends the process at once.
#pragma once

namespace assay::measure {

// From now on the first SIGINT or SIGTERM only sets a flag; the next one of either kind has its
// default effect. Once per process, from main.
void CatchInterrupts();

// Whether a signal came. Checked by long work between its steps; commands then end with exit code
// 130 (architecture: the table of exit codes).
bool Interrupted();

// Forgets the signal and catches anew.
void ResetInterrupts();

}  // namespace assay::measure
