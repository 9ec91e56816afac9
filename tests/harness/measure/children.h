// What main.cc registers before the tests run: the functions that tests start in child processes.
#pragma once

namespace assay::measure {

void RegisterTestChildren();   // child_test.cc
void RegisterTestFootprint();  // footprint_test.cc

}  // namespace assay::measure
