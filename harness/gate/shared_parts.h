// What two builds have one of between them when one process loads both: code or data of the one
// would then be timed as the other's, and any change of it be found harmless.
#pragma once

#include <string>

namespace assay::gate {

// "": nothing. Otherwise a sentence of a symbol that the loader makes unique in a process
// (STB_GNU_UNIQUE), or of a library that both need, each another one. Of files that are
// no libraries nothing is said.
std::string SharedParts(const std::string& base, const std::string& candidate);

}  // namespace assay::gate
