#include "harness/cli/json_output.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "harness/file/write_whole.h"

namespace assay::cli {

Status CheckJsonPlace(const std::string& where) {
  const std::filesystem::path folder = std::filesystem::path(where).parent_path();
  std::error_code code;
  if (where == "-" || folder.empty() || std::filesystem::is_directory(folder, code)) return {};
  return Error(fmt::format("--json {}: there is no folder {}", where, folder.string()));
}

Status WriteJson(const std::string& where, const nlohmann::json& json) {
  // A model may hold any bytes in its names.
  const std::string text =
      json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  if (where != "-") return WriteWhole(where, text);
  fmt::print("{}", text);
  return {};
}

}  // namespace assay::cli
