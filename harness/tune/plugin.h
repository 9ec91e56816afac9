// Plugins: loads shared objects that add objectives (objectives/plugin.h).
#pragma once

#include <filesystem>

#include "kernels/base/status.h"

namespace assay::tune {

// Loads the plugin and registers its objectives; once per file, however often it is asked for. It
// stays loaded. Error: it is no shared object, no plugin of Assay or one for another Assay, or a
// name of its objectives is taken.
Status LoadPlugin(const std::filesystem::path& file);

}  // namespace assay::tune
