// What an option's number must be.
#pragma once

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <string>

namespace assay::cli {

// From `least` to `most`; CLI::Range takes "nan", too.
inline CLI::Validator Between(double least, double most) {
  const auto check = [=](const std::string& text) {
    double value = 0;
    const bool number = CLI::detail::lexical_cast(text, value);
    if (number && least <= value && value <= most) return std::string();
    return fmt::format("{} is not in the range {:g} to {:g}", text, least, most);
  };
  return {check, fmt::format("in [{:g} - {:g}]", least, most), "Between"};
}

}  // namespace assay::cli
