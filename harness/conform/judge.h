// Judge: runs a test case and says what became of it.
#pragma once

#include "harness/conform/test_case.h"
#include "harness/conform/verdict.h"

namespace assay::conform {

// Every data set in turn, by a plan of its own, on one thread. Where the plan has to know inputs
// (a shape, the weights of a convolution), those behind the first become constants; where that is
// not enough, all. What import or plan building refuses with a sentence is unsupported; wrong
// outputs and a run that fails are failures.
Verdict Judge(const TestCase& test_case);

// To be registered in main (measure/child.h).
void RegisterJudge();

// The same in a process of its own, so that a crash or a run beyond `timeout_s` is a failure of
// this case alone. Error: the user interrupted.
Result<Verdict> JudgeInChild(const TestCase& test_case, double timeout_s);

}  // namespace assay::conform
