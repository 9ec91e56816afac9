#include "bench/peers/verdict.h"

#include <cmath>
#include <functional>

#include "objectives/stats/bootstrap.h"

namespace assay::peers {
namespace {

using Rule = std::function<bool(const Lane&)>;

// The fastest lane that follows the rule; nullptr: none does.
const Lane* Best(const Race& race, const Rule& rule) {
  const Lane* best = nullptr;
  for (const Lane& lane : race.lanes) {
    if (!rule(lane) || lane.seconds.empty()) continue;
    if (best == nullptr || lane.median_s() < best->median_s()) best = &lane;
  }
  return best;
}

Rule PeerBy(Algorithm algorithm) {
  return [algorithm](const Lane& lane) {
    return lane.role == Role::kPeer && lane.algorithm == algorithm;
  };
}

// Assay's choice where it is direct, else its fastest direct variant.
const Lane* OurDirect(const Race& race) {
  if (race.lanes[0].algorithm == Algorithm::kDirect) return &race.lanes[0];
  return Best(race, [](const Lane& lane) {
    return lane.role == Role::kVariant && lane.algorithm == Algorithm::kDirect;
  });
}

void Add(std::vector<Verdict>& verdicts, std::string contest, const Race& race, const Lane* ours,
         const Lane* best) {
  if (ours == nullptr || best == nullptr || ours->seconds.empty()) return;
  verdicts.push_back({.contest = std::move(contest),
                      .race = &race,
                      .ours = ours,
                      .best = best,
                      .ratio = BootstrapMedianRatio(best->seconds, ours->seconds)});
}

}  // namespace

std::vector<Verdict> Judge(const std::vector<Race>& races) {
  std::vector<Verdict> verdicts;
  for (const Race& race : races) {
    const Lane* choice = &race.lanes[0];
    const Lane* direct = Best(race, PeerBy(Algorithm::kDirect));
    const Lane* winograd = Best(race, PeerBy(Algorithm::kWinograd));
    Add(verdicts, std::string(Name(race.problem.family)), race, OurDirect(race), direct);
    Add(verdicts, "winograd", race, choice, winograd);
    if (choice->algorithm == Algorithm::kWinograd) {
      Add(verdicts, "winograd/direct", race, choice, direct);
    }
    if (race.problem.family == catalog::Family::kConv) {
      Add(verdicts, "choice", race, choice,
          Best(race, [](const Lane& lane) { return lane.role == Role::kPeer; }));
    }
    if (race.every_variant) {
      Add(verdicts, "dispatch", race, choice, Best(race, [&](const Lane& lane) {
            return lane.role == Role::kVariant && lane.algorithm == choice->algorithm;
          }));
    }
    Add(verdicts, "scaling", race, choice,
        Best(race, [](const Lane& lane) { return lane.role == Role::kOneThread; }));
  }
  return verdicts;
}

double GeometricMean(const std::vector<Verdict>& verdicts) {
  double sum = 0;
  for (const Verdict& verdict : verdicts) sum += std::log(verdict.ratio.value);
  return std::exp(sum / static_cast<double>(verdicts.size()));
}

}  // namespace assay::peers
