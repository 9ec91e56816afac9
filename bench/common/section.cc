#include "bench/common/section.h"

#include "harness/report/terminal.h"

namespace assay::bench {

std::string ToTerminal(const Section& section) {
  report::Table table(section.header);
  for (const auto& row : section.rows) table.Add(row);
  return report::Paint(section.title, report::Color::kBold) + "\n" + table.ToString() + "\n";
}

std::string ToMarkdown(const Section& section) {
  std::string text = "### " + section.title + "\n\n|";
  for (const std::string& cell : section.header) text += " " + cell + " |";
  text += "\n|---|";
  for (size_t i = 1; i < section.header.size(); ++i) text += "--:|";
  for (const auto& row : section.rows) {
    text += "\n|";
    for (const std::string& cell : row) text += " " + cell + " |";
  }
  return text + "\n\n";
}

}  // namespace assay::bench
