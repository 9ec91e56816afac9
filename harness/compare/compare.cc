#include "harness/compare/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "objectives/stats/geometric_mean.h"
#include "objectives/stats/trimmed.h"

namespace assay::compare {
namespace {

std::string Note(const Line& line) {
  if (!line.has_ratio()) {
    const Sample& bad =
        std::isfinite(line.baseline.logarithm.value) ? line.candidate : line.baseline;
    const char* side = &bad == &line.baseline ? "baseline" : "candidate";
    return fmt::format("{}: {}", side,
                       bad.problem.empty() ? "it has no positive time" : bad.problem);
  }
  if (line.baseline.clock != line.candidate.clock) return "CPU time against real time";
  for (const Sample* sample : {&line.baseline, &line.candidate}) {
    if (!sample->problem.empty()) return sample->problem;
  }
  if (line.log_ratio.known()) return "";
  return line.baseline.runs > 1 && line.candidate.runs > 1 ? "no standard deviation: no interval"
                                                           : "a single run: no interval";
}

Line MakeLine(const Sample& baseline, const Sample& candidate) {
  Line line{.baseline = baseline, .candidate = candidate};
  const bool runs = baseline.seconds.size() > 1 && candidate.seconds.size() > 1;
  line.log_ratio = runs ? LogRatio(candidate.seconds, baseline.seconds)
                        : Difference(candidate.logarithm, baseline.logarithm);
  line.note = Note(line);
  return line;
}

Contrast Match(const Side& baseline, const Side& candidate, const CompareOptions& options) {
  Contrast contrast{.baseline = baseline.name, .candidate = candidate.name};
  const auto wanted = [&](const Sample& sample) {
    return !options.filter || std::regex_search(sample.name, *options.filter);
  };
  std::map<std::string, Sample> others;
  std::vector<std::string> order;
  for (Sample& sample : Samples(candidate.files, options.clock)) {
    if (!wanted(sample)) continue;
    order.push_back(sample.name);
    others.emplace(sample.name, std::move(sample));
  }
  for (const Sample& sample : Samples(baseline.files, options.clock)) {
    if (!wanted(sample)) continue;
    const auto other = others.find(sample.name);
    if (other == others.end()) {
      contrast.only_in_baseline.push_back(sample.name);
      continue;
    }
    contrast.lines.push_back(MakeLine(sample, other->second));
    others.erase(other);
  }
  std::ranges::copy_if(order, std::back_inserter(contrast.only_in_candidate),
                       [&](const std::string& name) { return others.contains(name); });
  return contrast;
}

void JudgeTogether(std::vector<Contrast>& contrasts, const ComparisonRules& rules) {
  std::vector<Location> ratios;
  for (const Contrast& contrast : contrasts) {
    for (const Line& line : contrast.lines) ratios.push_back(line.log_ratio);
  }
  const std::vector<Judgement> judgements = Judge(ratios, rules);
  size_t at = 0;
  for (Contrast& contrast : contrasts) {
    for (Line& line : contrast.lines) line.judgement = judgements[at++];
  }
}

// The mean log time of each file over these benchmarks; empty where a file lacks one of them.
std::vector<double> MeansByFile(const std::vector<const Sample*>& samples, size_t files) {
  std::vector<double> means(files, 0);
  for (const Sample* sample : samples) {
    if (sample->seconds.size() != files) return {};
    for (size_t i = 0; i < files; ++i) {
      means[i] += std::log(sample->seconds[i]) / static_cast<double>(samples.size());
    }
  }
  return means;
}

// Of several processes a side, the error comes from how their means differ: what makes one process
// slower makes all of its benchmarks slower. Otherwise lines are taken as independent.
Location MeanRatio(const std::vector<const Line*>& lines, const Side& baseline,
                   const Side& candidate) {
  std::vector<Location> ratios;
  std::vector<const Sample*> left, right;
  for (const Line* line : lines) {
    ratios.push_back(line->log_ratio);
    left.push_back(&line->baseline);
    right.push_back(&line->candidate);
  }
  if (baseline.files.size() > 1 && candidate.files.size() > 1) {
    const auto x = MeansByFile(right, candidate.files.size());
    const auto y = MeansByFile(left, baseline.files.size());
    if (!x.empty() && !y.empty()) return TrimmedDifference(x, y, 0);
  }
  return MeanOf(ratios);
}

void Average(Contrast& contrast, const Side& baseline, const Side& candidate, double level) {
  std::vector<const Line*> lines;
  for (const Line& line : contrast.lines) {
    if (line.has_ratio()) lines.push_back(&line);
  }
  contrast.averaged = std::ssize(lines);
  contrast.geometric_mean = Exp(MeanRatio(lines, baseline, candidate).At(level));
}

}  // namespace

Result<std::vector<Contrast>> Compare(std::span<const Side> sides, const CompareOptions& options) {
  ASSAY_CHECK(sides.size() > 1);
  std::vector<Contrast> contrasts;
  for (size_t i = 1; i < sides.size(); ++i) {
    contrasts.push_back(Match(sides[0], sides[i], options));
    if (contrasts.back().lines.empty()) {
      return Error(fmt::format("no benchmark{} is in both {} and {}",
                               options.filter ? " that --filter leaves" : "", sides[0].name,
                               sides[i].name));
    }
  }
  JudgeTogether(contrasts, options.rules);
  for (size_t i = 1; i < sides.size(); ++i) {
    Average(contrasts[i - 1], sides[0], sides[i], options.rules.level);
  }
  return contrasts;
}

std::vector<std::string> MachineDifferences(std::span<const Side> sides) {
  const BenchmarkFile& first = sides[0].files[0];
  const Identity reference = IdentityOf(first);
  std::vector<std::string> sentences;
  for (const Side& side : sides) {
    for (const BenchmarkFile& file : side.files) {
      const Identity identity = IdentityOf(file);
      const auto differences = Differences(reference, identity);
      if (differences.empty()) continue;
      sentences.push_back(fmt::format("{} is of machine {}, {} of {}", first.path,
                                      reference.ToString(), file.path, identity.ToString()));
      for (const std::string& difference : differences) sentences.push_back("  " + difference);
    }
  }
  return sentences;
}

}  // namespace assay::compare
