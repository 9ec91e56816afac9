// `--json FILE|-`, the same for every command that has it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "kernels/base/status.h"

namespace assay::cli {

// Before long work: error when the folder of FILE is not there.
Status CheckJsonPlace(const std::string& where);

// To stdout for "-"; otherwise the whole file, under a temporary name first.
Status WriteJson(const std::string& where, const nlohmann::json& json);

}  // namespace assay::cli
