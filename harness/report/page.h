// A report as one file of HTML that needs no network: its script, its data and the library that
// draws (Chart.js) are in it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace assay::report {

// Written by CMake: the files of harness/report/page/, and Chart.js.
struct PageParts {
  std::string_view page, style, common, tuning, gate, library;
};
extern const PageParts kPageParts;

// `script` draws; what is in `common` is there before it.
std::string Page(std::string_view script, const nlohmann::json& data);

}  // namespace assay::report
