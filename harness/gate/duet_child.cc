// The duet in a fresh process: its request and its answer travel as JSON.
#include <nlohmann/json.hpp>

#include "harness/gate/duet.h"
#include "harness/measure/child.h"

namespace assay::gate {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(DuetJob, case_name, base, candidate, iterations, candidate_work,
                                   steps)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(StepTimes, name, base_variant, candidate_variant, base_s,
                                   candidate_s, difference_s)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(DuetRequest, jobs, rounds, min_batch_s, seed, reversed)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(DuetResult, case_name, error, difference, base_variant,
                                   candidate_variant, base_first, iterations, log_ratio, base_s,
                                   candidate_s, involuntary_switches, changed_steps, steps)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(DuetAnswer, results, wall_s, cpu_s, steal_s)

namespace {

constexpr const char* kChild = "gate_duet";
// A process that hangs is killed: of a whole suite, none takes longer.
constexpr double kTimeout_s = 600;

// Linux takes arguments of 128 KB at most, but many of them.
constexpr size_t kMaxArgumentBytes = size_t{100} << 10;

std::vector<std::string> Cut(const std::string& text) {
  std::vector<std::string> pieces;
  for (size_t at = 0; at < text.size(); at += kMaxArgumentBytes) {
    pieces.push_back(text.substr(at, kMaxArgumentBytes));
  }
  return pieces;
}

Result<std::string> Answer(const std::vector<std::string>& arguments) {
  std::string text;
  for (const std::string& piece : arguments) text += piece;
  const auto request = nlohmann::json::parse(text).get<DuetRequest>();
  ASSAY_ASSIGN_OR_RETURN(const DuetAnswer answer, RunDuet(request));
  // Names are whatever the author of a model chose.
  return nlohmann::json(answer).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

void RegisterDuet() { measure::RegisterChild(kChild, Answer); }

Result<DuetAnswer> RunDuetInChild(const DuetRequest& request) {
  ASSAY_ASSIGN_OR_RETURN(
      const std::string answer,
      measure::RunChild(kChild, Cut(nlohmann::json(request).dump()), kTimeout_s));
  return nlohmann::json::parse(answer).get<DuetAnswer>();
}

}  // namespace assay::gate
