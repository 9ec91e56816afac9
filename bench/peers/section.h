// Section: the table of one contest and type, as a person reads it, on a terminal or in Markdown.
#pragma once

#include <string>
#include <vector>

#include "bench/peers/verdict.h"

namespace assay::peers {

struct Section {
  std::string title;  // "gemm f32: geometric mean 1.02 over 15 shapes, peak 150.1 Gop/s"
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows = {};
};

// In the order in which contests and types first appear. One row per verdict: times of Assay and of
// all peers in microseconds, shares of peak, the ratio to the best peer and its 95 % interval.
std::vector<Section> MakeSections(const std::vector<Verdict>& verdicts);

// The lanes of each race that no section shows: Assay's variants and its one-thread run.
std::vector<Section> MakeVariantSections(const std::vector<Race>& races);

std::string ToTerminal(const Section& section);
std::string ToMarkdown(const Section& section);

}  // namespace assay::peers
