// Commands that a person copies into a shell.
#pragma once

#include <string>
#include <string_view>

namespace assay::report {

// The text as one word of a POSIX shell: as it is where that is safe, else in single quotes.
std::string ShellWord(std::string_view text);

}  // namespace assay::report
