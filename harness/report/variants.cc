#include "harness/report/variants.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "harness/report/comparison.h"
#include "harness/report/terminal.h"

namespace assay::report {
namespace {

using compare::Times;
using compare::VariantComparison;
using compare::VariantTimes;

using Choose = const Times& (*)(const VariantTimes&);
const Times& Warm(const VariantTimes& variant) { return variant.warm; }
const Times& Cold(const VariantTimes& variant) { return *variant.cold; }

bool HasCold(const VariantComparison& comparison) {
  return comparison.variants[0].cold.has_value();
}

std::vector<const VariantTimes*> FastestFirst(const VariantComparison& comparison) {
  std::vector<const VariantTimes*> variants;
  for (const VariantTimes& variant : comparison.variants) variants.push_back(&variant);
  std::ranges::sort(variants, {}, [](const auto* variant) { return variant->warm.median_s; });
  return variants;
}

std::vector<std::string> Cells(const Times& times) {
  return {FormatSeconds(times.median_s), FormatRatio(times.standing.ratio_to_best_other),
          times.standing.tied ? "yes" : "-"};
}

std::vector<std::string> Row(const VariantTimes& variant) {
  std::vector<std::string> row = {(variant.picked ? "* " : "  ") + variant.name};
  const auto add = [&](std::vector<std::string> cells) {
    row.insert(row.end(), cells.begin(), cells.end());
  };
  add(Cells(variant.warm));
  row.push_back(std::isfinite(variant.fraction_of_peak)
                    ? fmt::format("{:.1f}", 100 * variant.fraction_of_peak)
                    : "-");
  if (variant.cold) add(Cells(*variant.cold));
  return row;
}

std::string Winners(const VariantComparison& comparison, Choose choose) {
  std::string names;
  for (const VariantTimes* variant : FastestFirst(comparison)) {
    if (choose(*variant).standing.tied) names += (names.empty() ? "" : ", ") + variant->name;
  }
  return names;
}

// Where nobody is shown to be faster, dispatch is right as far as one can tell.
std::string Dispatch(const VariantComparison& comparison, Choose choose, const char* when) {
  const VariantTimes* picked = comparison.picked();
  if (picked == nullptr) return "";
  const Standing& standing = choose(*picked).standing;
  if (standing.tied) return fmt::format("{}: dispatch's pick is a winner\n", when);
  return Paint(fmt::format("{}: dispatch's pick {} is beaten: it takes {} of the best's time", when,
                           picked->name, FormatRatio(standing.ratio_to_best_other)),
               Color::kYellow) +
         "\n";
}

std::string ColdCheck(const VariantComparison& comparison) {
  const double rate = comparison.dram_bytes_per_s / 1e9;
  if (rate <= 0) return "cold: the bandwidth of DRAM is unknown, so cold times are unchecked\n";
  const std::vector<std::string> wrong = comparison.NotCold();
  if (wrong.empty()) {
    return fmt::format(
        "cold: no call took less than reading its weights at DRAM's measured {:.1f} GB/s\n", rate);
  }
  return fmt::format(
      "cold: INVALID for {}: faster than reading the weights at DRAM's {:.1f} GB/s\n",
      fmt::join(wrong, ", "), rate);
}

std::string Title(const VariantComparison& comparison, bool markdown) {
  std::string title = comparison.problem.ToString();
  const std::string peak = comparison.peak_ops_per_s > 0
                               ? fmt::format(", peak {:.1f} Gop/s", comparison.peak_ops_per_s / 1e9)
                               : "";
  const std::string rounds =
      fmt::format(", {} rounds in {} placements", comparison.variants[0].warm.seconds.size(),
                  comparison.variants[0].warm.placements.size());
  if (markdown) return "### " + title + peak + rounds + "\n\n";
  return Paint(title, Color::kBold) + peak + rounds + "\n";
}

}  // namespace

std::string VariantText(const VariantComparison& comparison, bool markdown) {
  std::vector<std::string> header = {"variant", "warm", "/ best other", "winner", "% of peak"};
  if (HasCold(comparison)) header.insert(header.end(), {"cold", "/ best other", "winner"});
  Table table(header);
  for (const VariantTimes* variant : FastestFirst(comparison)) {
    table.Add(Row(*variant), variant->warm.standing.tied ? Color::kGreen : Color::kNone);
  }
  std::string text = Title(comparison, markdown);
  text += (markdown ? table.ToMarkdown() : table.ToString()) + "\n";
  for (const VariantTimes& variant : comparison.variants) {
    if (variant.detail.empty()) continue;
    text += fmt::format("{}{}: {}\n", markdown ? "- " : "", variant.name, variant.detail);
  }
  text += "winners, warm: " + Winners(comparison, Warm) + "\n";
  if (HasCold(comparison)) text += "winners, cold: " + Winners(comparison, Cold) + "\n";
  text += Dispatch(comparison, Warm, "warm");
  if (HasCold(comparison)) text += Dispatch(comparison, Cold, "cold") + ColdCheck(comparison);
  return text;
}

std::string DispatchText(std::span<const VariantComparison> comparisons, bool markdown) {
  Table table({"shape", "pick", "/ best other", "verdict", "fastest"});
  size_t beaten = 0, asked = 0;
  for (const VariantComparison& comparison : comparisons) {
    const VariantTimes* picked = comparison.picked();
    if (picked == nullptr) continue;
    const Standing& standing = picked->warm.standing;
    ++asked;
    beaten += !standing.tied;
    table.Add(
        {comparison.problem.ToString(), picked->name, FormatRatio(standing.ratio_to_best_other),
         standing.tied ? "a winner" : "beaten", FastestFirst(comparison)[0]->name},
        standing.tied ? Color::kNone : Color::kYellow);
  }
  return (markdown ? table.ToMarkdown() : table.ToString()) +
         fmt::format("\ndispatch, warm: a winner for {} of {} shapes\n", asked - beaten, asked);
}

}  // namespace assay::report
