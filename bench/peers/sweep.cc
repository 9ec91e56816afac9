#include "bench/peers/sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <random>

#include "objectives/stats/random.h"

namespace assay::peers {
namespace {

constexpr double kLow = 0.8, kAllowedShare = 0.05;
constexpr size_t kListed = 10;
// Work of a shape: at most about a millisecond on one thread.
constexpr int64_t kMinMacs = 1 << 12, kMaxMacs = 1 << 26;

class Generator {
 public:
  explicit Generator(uint64_t seed) : random_(seed) {}

  int64_t Uniform(int64_t lo, int64_t hi) {
    return lo + UniformIndex(random_, static_cast<uint32_t>(hi - lo + 1));
  }
  int64_t LogUniform(int64_t lo, int64_t hi) {
    const double share = static_cast<double>(UniformIndex(random_, 1 << 20)) / (1 << 20);
    const double log = std::log(static_cast<double>(lo)) * (1 - share) +
                       std::log(static_cast<double>(hi) + 1) * share;
    return std::min(hi, static_cast<int64_t>(std::exp(log)));
  }
  int64_t Channels(int64_t hi) {
    const int64_t channels = LogUniform(1, hi);
    return Uniform(0, 1) == 0 ? channels : (channels + 7) / 8 * 8;
  }

  std::string Gemm(std::string_view type) {
    return fmt::format("gemm:{}:{}x{}x{}", type, LogUniform(1, 4096), Channels(2048),
                       Channels(2048));
  }
  std::string Conv(std::string_view type) {
    const int64_t size = LogUniform(4, 128), c = Channels(512);
    const int64_t kernel = 2 * Uniform(0, 3) + 1, stride = Uniform(1, 2);
    const bool depthwise = Uniform(0, 2) == 0 && c > 1;
    const int64_t taps = depthwise ? 2 * Uniform(1, 2) + 1 : kernel;
    return fmt::format("conv:{}:1x{}x{}x{}:{}x{}x{}:s{}:p{}:g{}", type, size, size, c,
                       depthwise ? c : Channels(512), taps, taps, stride, taps / 2,
                       depthwise ? c : 1);
  }

 private:
  std::mt19937_64 random_;
};

std::string Line(const Verdict& verdict) {
  return fmt::format("  {:.3f}  {}  {} against {} ({})\n", verdict.ratio.value,
                     verdict.race->problem.ToString(), verdict.ours->detail, verdict.best->name,
                     verdict.best->detail);
}

// One family's verdicts.
void Summarize(std::string_view family, std::vector<Verdict> verdicts, SweepSummary& summary) {
  std::sort(verdicts.begin(), verdicts.end(),
            [](const Verdict& a, const Verdict& b) { return a.ratio.value < b.ratio.value; });
  const auto low = std::count_if(verdicts.begin(), verdicts.end(),
                                 [](const Verdict& v) { return v.ratio.value < kLow; });
  const double share = static_cast<double>(low) / static_cast<double>(verdicts.size());
  summary.passed = summary.passed && share <= kAllowedShare;
  summary.text += fmt::format(
      "{}: {} of {} random shapes ({:.1f} %) are below {} of the best peer, {:.0f} % may be; "
      "geometric mean {:.3f}; the worst:\n",
      family, low, verdicts.size(), share * 100, kLow, kAllowedShare * 100,
      GeometricMean(verdicts));
  for (size_t i = 0; i < std::min(kListed, verdicts.size()); ++i) {
    summary.text += Line(verdicts[i]);
  }
}

}  // namespace

Result<std::vector<catalog::Problem>> RandomProblems(const std::string& request, uint64_t seed,
                                                     const std::vector<ComputeType>& types) {
  const size_t colon = request.find(':');
  const std::string family = request.substr(0, colon);
  int64_t count = 0;
  const char* end = request.data() + request.size();
  const bool numbered = colon != std::string::npos &&
                        std::from_chars(request.data() + colon + 1, end, count).ptr == end &&
                        count > 0;
  if (!numbered || (family != "gemm" && family != "conv")) {
    return Error("--random '" + request + "': expected gemm:COUNT or conv:COUNT");
  }
  Generator generator(seed);
  std::vector<catalog::Problem> problems;
  while (std::ssize(problems) < count) {
    const std::string_view type = Name(types[problems.size() % types.size()]);
    const auto problem =
        catalog::ParseShape(family == "gemm" ? generator.Gemm(type) : generator.Conv(type));
    if (!problem.ok() || problem->macs() < kMinMacs || problem->macs() > kMaxMacs) continue;
    problems.push_back(*problem);
  }
  return problems;
}

SweepSummary Summarize(const std::vector<Verdict>& verdicts) {
  SweepSummary summary;
  const auto of = [&](auto... contests) {
    std::vector<Verdict> chosen;
    for (const Verdict& verdict : verdicts) {
      if (((verdict.contest == contests) || ...)) chosen.push_back(verdict);
    }
    return chosen;
  };
  if (auto gemm = of("gemm"); !gemm.empty()) Summarize("gemm", std::move(gemm), summary);
  if (auto conv = of("conv", "depthwise"); !conv.empty()) {
    Summarize("conv", std::move(conv), summary);
  }
  return summary;
}

}  // namespace assay::peers
