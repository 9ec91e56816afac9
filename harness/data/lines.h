// The lines of a text file that lists things.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "kernels/base/status.h"

namespace assay::data {

inline constexpr std::string_view kBlanks = " \t\r";

// Calls f(text, line number from 1) for each line that is not blank, up to the first error.
template <typename F>
Status ForEachLine(std::string_view text, F f) {
  for (int64_t line = 1; !text.empty(); ++line) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view row = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (row.find_first_not_of(kBlanks) == std::string_view::npos) continue;
    ASSAY_RETURN_IF_ERROR(f(row, line));
  }
  return {};
}

}  // namespace assay::data
