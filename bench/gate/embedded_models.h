// Models that are part of the library of cases, so that it needs no files beside it.
#pragma once

#include <string>
#include <string_view>

#include "kernels/base/status.h"

namespace assay::gate {

// A path by which the model can be read while this process lives. Error: there is none of this
// name, or no memory for it.
Result<std::string> EmbeddedModel(std::string_view name);

}  // namespace assay::gate
