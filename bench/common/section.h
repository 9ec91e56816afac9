// Section: a table under a title, as a person reads it, on a terminal or in Markdown.
#pragma once

#include <string>
#include <vector>

namespace assay::bench {

struct Section {
  std::string title;  // "gemm f32: geometric mean 1.02 over 15 shapes, peak 150.1 Gop/s"
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows = {};
};

std::string ToTerminal(const Section& section);
std::string ToMarkdown(const Section& section);

}  // namespace assay::bench
