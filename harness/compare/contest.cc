#include "harness/compare/contest.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "harness/compare/winner.h"
#include "harness/measure/child.h"
#include "objectives/stats/order.h"

namespace assay::compare {
namespace {

using Json = nlohmann::json;

constexpr const char* kChild = "contest";
// Of the time, for the first step.
constexpr double kFirstShare = 0.25;
// From so many processes on the extreme ones are cut off: objectives/stats/trimmed.h.
constexpr int kTrimmedFrom = 10;
// Processes at which it is looked who is beaten, as multiples of those asked for. The looks share
// the error (Bonferroni).
constexpr int kLooks[] = {1, 2, 4, 8};

VariantOptions Step(int threads, double budget_s, uint64_t seed) {
  VariantOptions step;
  step.kernel.threads = threads;
  step.cold = false;
  step.budget_s = budget_s;
  step.seed = seed;
  return step;
}

// In the child: [[logarithm of each variant] of each shape].
Result<std::string> RunProcess(const std::vector<std::string>& arguments) {
  const Json request = Json::parse(arguments.at(0));
  Json answer = Json::array();
  for (const Json& job : request.at("jobs")) {
    ASSAY_ASSIGN_OR_RETURN(const catalog::Problem problem,
                           catalog::ParseShape(job.at("shape").get<std::string>()));
    VariantOptions step = Step(request.at("threads"), request.at("budget_s"), request.at("seed"));
    step.names = job.at("names");
    ASSAY_ASSIGN_OR_RETURN(const VariantComparison comparison, CompareVariants(problem, step));
    if (!comparison.wrong.empty()) return Error(comparison.wrong);
    Json logarithms = Json::array();
    for (const VariantTimes& variant : comparison.variants) {
      logarithms.push_back(TrimmedMean(variant.warm.placements, 0.2));
    }
    answer.push_back(std::move(logarithms));
  }
  return answer.dump();
}

// In the order in which they claim.
std::vector<const Contender*> Claims(const std::vector<Contender>& contenders) {
  std::vector<const Contender*> claims;
  for (const bool holds : {true, false}) {
    for (const bool picked : {true, false}) {
      for (const Contender& c : contenders) {
        if (c.holds == holds && c.picked == picked) claims.push_back(&c);
      }
    }
  }
  return claims;
}

Taken TakeOf(const std::vector<const Contender*>& claims, double margin) {
  std::vector<Standing> standings;
  for (const Contender* c : claims) standings.push_back(c->standing);
  return Take(standings, margin);
}

class Running {
 public:
  Running(std::span<const catalog::Problem> problems, const ContestOptions& options)
      : problems_(problems), options_(options) {}

  Result<std::vector<ContestResult>> Run() {
    for (const catalog::Problem& problem : problems_) {
      Tell(problem.ToString());
      VariantOptions step = Step(options_.threads, kFirstShare * options_.budget_s, options_.seed);
      step.stop = options_.stop;
      ASSAY_ASSIGN_OR_RETURN(const VariantComparison first, CompareVariants(problem, step));
      if (first.interrupted) return Error("interrupted");
      Enter(problem, first);
      if (!first.wrong.empty()) return std::move(results_);
    }
    for (const int times : kLooks) {
      const std::vector<ContestResult*> open = Open();
      if (open.empty()) break;
      most_ = std::ssize(problems_) + times * options_.processes;
      for (; processes_ < times * options_.processes; ++processes_) {
        Tell(std::to_string(open.size()) + " shapes");
        if (const Status added = Add(open); !added.ok()) {
          if (options_.stop && options_.stop()) return added;
          for (ContestResult* result : open) result->failed = added.message();
          return std::move(results_);
        }
      }
      for (ContestResult* result : open) Judge(*result);
    }
    return std::move(results_);
  }

 private:
  void Tell(const std::string& what) {
    if (options_.progress) options_.progress(what, done_, most_);
    ++done_;
  }

  void Enter(const catalog::Problem& problem, const VariantComparison& first) {
    ContestResult& result =
        results_.emplace_back(ContestResult{.problem = problem, .wrong = first.wrong});
    const std::string pick = first.picked() != nullptr ? first.picked()->name : "";
    const auto held = options_.holders.find(problem.ToString());
    const std::string holder = held != options_.holders.end() ? held->second : "";
    for (std::string& name : Contenders(first, holder)) {
      const bool picked = name == pick, holds = name == holder;
      result.contenders.push_back({.name = std::move(name), .picked = picked, .holds = holds});
    }
  }

  std::vector<ContestResult*> Open() {
    std::vector<ContestResult*> open;
    for (ContestResult& result : results_) {
      if (result.Open(options_.margin)) open.push_back(&result);
    }
    return open;
  }

  Status Add(const std::vector<ContestResult*>& asked) {
    Json jobs = Json::array();
    for (const ContestResult* result : asked) {
      Json names = Json::array();
      for (const Contender& c : result->contenders) names.push_back(c.name);
      jobs.push_back({{"shape", result->problem.ToString()}, {"names", std::move(names)}});
    }
    const double budget_s = (1 - kFirstShare) * options_.budget_s / options_.processes;
    const Json request = {{"jobs", std::move(jobs)},
                          {"threads", options_.threads},
                          {"budget_s", budget_s},
                          {"seed", options_.seed + static_cast<uint64_t>(processes_) + 1}};
    const double timeout_s = 120 + 60 * static_cast<double>(asked.size()) * (1 + budget_s);
    ASSAY_ASSIGN_OR_RETURN(const std::string answer,
                           measure::RunChild(kChild, {request.dump()}, timeout_s));
    const Json logarithms = Json::parse(answer);
    for (size_t i = 0; i < asked.size(); ++i) {
      for (size_t v = 0; v < asked[i]->contenders.size(); ++v) {
        asked[i]->contenders[v].logarithms.push_back(logarithms.at(i).at(v));
      }
    }
    return {};
  }

  void Judge(ContestResult& result) const {
    std::vector<std::vector<double>> logarithms;
    for (const Contender& c : result.contenders) logarithms.push_back(c.logarithms);
    const double fraction = processes_ < kTrimmedFrom ? 0 : 0.2;
    const double level = 1 - (1 - options_.level) / std::size(kLooks);
    const auto standings = CompareWithBest(logarithms, level, options_.margin, fraction);
    for (size_t i = 0; i < standings.size(); ++i) result.contenders[i].standing = standings[i];
  }

  const std::span<const catalog::Problem> problems_;
  const ContestOptions& options_;
  std::vector<ContestResult> results_;
  int64_t done_ = 0, most_ = std::ssize(problems_) + options_.processes;
  int processes_ = 0;
};

}  // namespace

const Contender* ContestResult::picked() const {
  const auto found = std::ranges::find_if(contenders, &Contender::picked);
  return found == contenders.end() ? nullptr : &*found;
}

const Contender* ContestResult::Winner(double margin) const {
  if (contenders.empty()) return nullptr;
  const auto claims = Claims(contenders);
  return claims[TakeOf(claims, margin).index];
}

bool ContestResult::Doubtful(double margin) const {
  return contenders.size() > 1 && TakeOf(Claims(contenders), margin).doubtful;
}

bool ContestResult::Open(double margin) const {
  if (contenders.size() < 2) return false;
  const auto claims = Claims(contenders);
  // Where neither is there, nobody has a claim to lose.
  return (claims[0]->holds || claims[0]->picked) && !TakeOf(claims, margin).decided;
}

std::vector<std::string> Contenders(const VariantComparison& comparison, const std::string& holder,
                                    int most, double slack) {
  const auto seeded = [&](const VariantTimes& v) { return v.picked || v.name == holder; };
  std::vector<const VariantTimes*> others;
  double least = std::numeric_limits<double>::infinity();
  for (const VariantTimes& variant : comparison.variants) {
    least = std::min(least, variant.warm.median_s);
    if (!seeded(variant)) others.push_back(&variant);
  }
  const auto time = [](const VariantTimes* variant) { return variant->warm.median_s; };
  std::ranges::sort(others, {}, time);
  std::erase_if(others, [&](const auto* variant) { return time(variant) > slack * least; });
  others.resize(std::min(others.size(), static_cast<size_t>(most)));
  std::vector<std::string> names;
  for (const VariantTimes& variant : comparison.variants) {
    if (seeded(variant) || std::ranges::find(others, &variant) != others.end()) {
      names.push_back(variant.name);
    }
  }
  return names;
}

Result<std::vector<ContestResult>> Contest(std::span<const catalog::Problem> problems,
                                           const ContestOptions& options) {
  return Running(problems, options).Run();
}

void RegisterContest() { measure::RegisterChild(kChild, RunProcess); }

}  // namespace assay::compare
