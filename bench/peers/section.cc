#include "bench/peers/section.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace assay::peers {
namespace {

// 3 digits, at least: 0.954, 8.12, 1234.
std::string Microseconds(double seconds) {
  const double us = seconds * 1e6;
  return us >= 100 ? fmt::format("{:.0f}", us)
                   : fmt::format("{:.{}f}", us,
                                 us >= 10  ? 1
                                 : us >= 1 ? 2
                                           : 3);
}

std::string Percent(double share) {
  return std::isfinite(share) ? fmt::format("{:.0f}", share * 100) : "-";
}

// The shape without its family and types: the title has them.
std::string Shape(const catalog::Problem& problem) {
  const std::string text = problem.ToString();
  return text.substr(text.find(':', text.find(':') + 1) + 1);
}

std::string TypeOf(const Verdict& verdict) { return std::string(Name(verdict.race->problem.type)); }

// Peers that took part in any of these races, by name.
std::vector<std::string> PeersOf(const std::vector<Verdict>& verdicts) {
  std::vector<std::string> names;
  for (const Verdict& verdict : verdicts) {
    for (const Lane& lane : verdict.race->lanes) {
      const bool known = std::find(names.begin(), names.end(), lane.name) != names.end();
      if (lane.role == Role::kPeer && !known) names.push_back(lane.name);
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> RowOf(const Verdict& verdict, const std::vector<std::string>& peers) {
  const Race& race = *verdict.race;
  std::vector<std::string> row = {Shape(race.problem), Microseconds(verdict.ours->median_s()),
                                  Percent(race.FractionOfPeak(*verdict.ours)),
                                  fmt::format("{:.1f}", verdict.ours->spread() * 100),
                                  Microseconds(race.pack_s)};
  for (const std::string& name : peers) {
    const auto lane = std::find_if(race.lanes.begin(), race.lanes.end(),
                                   [&](const Lane& lane) { return lane.name == name; });
    row.push_back(lane == race.lanes.end()
                      ? "-"
                      : Microseconds(lane->median_s()) + (lane->saturates ? "!" : ""));
  }
  row.push_back(verdict.best->name);
  row.push_back(Percent(race.FractionOfPeak(*verdict.best)));
  row.push_back(fmt::format("{:.1f}", verdict.best->spread() * 100));
  row.push_back(fmt::format("{:.3f}", verdict.ratio.value));
  row.push_back(
      fmt::format("{:.3f}..{:.3f}", verdict.ratio.interval.lo, verdict.ratio.interval.hi));
  row.push_back(verdict.ours->detail);
  return row;
}

Section MakeSection(const std::vector<Verdict>& verdicts) {
  const Race& first = *verdicts[0].race;
  const std::vector<std::string> peers = PeersOf(verdicts);
  Section section;
  section.title = fmt::format(
      "{} {}: geometric mean {:.3f} over {} shapes; {} thread{}, peak {:.1f} Gop/s",
      verdicts[0].contest, TypeOf(verdicts[0]), GeometricMean(verdicts), verdicts.size(),
      first.threads, first.threads > 1 ? "s" : "", first.peak_ops_per_s / 1e9);
  section.header = {"shape", "assay us", "% peak", "±%", "pack us"};
  for (const std::string& name : peers) section.header.push_back(name + " us");
  section.header.insert(section.header.end(),
                        {"best peer", "its % peak", "its ±%", "ratio", "95 %", "variant"});
  for (const Verdict& verdict : verdicts) section.rows.push_back(RowOf(verdict, peers));
  return section;
}

}  // namespace

std::vector<Section> MakeSections(const std::vector<Verdict>& verdicts) {
  std::vector<std::vector<Verdict>> groups;
  for (const Verdict& verdict : verdicts) {
    const auto same = std::find_if(groups.begin(), groups.end(), [&](const auto& group) {
      return group[0].contest == verdict.contest && TypeOf(group[0]) == TypeOf(verdict);
    });
    (same != groups.end() ? *same : groups.emplace_back()).push_back(verdict);
  }
  std::vector<Section> sections;
  for (const auto& group : groups) sections.push_back(MakeSection(group));
  return sections;
}

std::vector<Section> MakeVariantSections(const std::vector<Race>& races) {
  std::vector<Section> sections;
  for (const Race& race : races) {
    Section section{.title = race.problem.ToString() + ": variants of Assay",
                    .header = {"variant", "us", "% peak", "±%"}};
    for (const Lane& lane : race.lanes) {
      if (lane.role == Role::kPeer || lane.seconds.empty()) continue;
      section.rows.push_back({(lane.role == Role::kChoice ? "* " : "  ") + lane.detail,
                              Microseconds(lane.median_s()), Percent(race.FractionOfPeak(lane)),
                              fmt::format("{:.1f}", lane.spread() * 100)});
    }
    if (section.rows.size() > 1) sections.push_back(std::move(section));
  }
  return sections;
}

}  // namespace assay::peers
