// What tells libraries apart.
#pragma once

#include <string>

#include "kernels/base/status.h"

namespace assay::gate {

// 16 hexadecimal digits: FNV-1a 64 of the file's bytes. Error: it cannot be read.
Result<std::string> HashOf(const std::string& file);

}  // namespace assay::gate
