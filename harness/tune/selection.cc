#include "harness/tune/selection.h"

#include <algorithm>

#include "harness/measure/interrupt.h"

namespace assay::tune {

Result<bool> Selection::Stands(int64_t index, int64_t trials) {
  Evaluator& evaluator = *parts_.evaluator;
  if (evaluator.confirmation_samples() == 0) return true;
  if (const Confirmation* known = result_.FindConfirmation(index)) return known->confirmed;
  if (result_.confirmations.empty()) {
    ASSAY_RETURN_IF_ERROR(
        evaluator.ObserveConfirmation(parts_.material->baseline(), Confirming(kBaseline)));
  }
  ASSAY_RETURN_IF_ERROR(runner_.Confirm(result_.trials[static_cast<size_t>(index - 1)]));
  result_.confirmations.push_back(parts_.ranker->Confirm(index, trials));
  if (!result_.confirmations.back().confirmed) refuted_.insert(index);
  return result_.confirmations.back().confirmed;
}

Status Selection::RankUntilOneStands() {
  const auto count = std::ssize(result_.trials);
  bool stands = false;
  while (!stands) {
    result_.ranking = parts_.ranker->Rank(count, refuted_);
    result_.status = result_.ranking.outcome.status;
    result_.best = result_.ranking.outcome.best;
    if (measure::Interrupted() || !result_.best) break;
    TrialRecord& best = result_.trials[*result_.best];
    if (result_.status == TuneStatus::kBestEffort && best.stopped_after) {
      ASSAY_ASSIGN_OR_RETURN(best, runner_.Complete(best));
      continue;
    }
    if (result_.status != TuneStatus::kSatisfied) break;
    ASSAY_ASSIGN_OR_RETURN(stands, Stands(best.index, count));
  }
  return {};
}

Status Selection::Rank() {
  ASSAY_RETURN_IF_ERROR(RankUntilOneStands());
  if (result_.status == TuneStatus::kBestEffort && !refuted_.empty()) {
    const int64_t closest = *std::ranges::min_element(
        refuted_, {}, [&](int64_t index) { return parts_.ranker->ConfirmationShortfall(index); });
    result_.best = static_cast<size_t>(closest - 1);
  }
  if (result_.status == TuneStatus::kNoGain || !result_.best) return {};
  const auto* tried = result_.FindConfirmation(static_cast<int64_t>(*result_.best) + 1);
  if (tried != nullptr) result_.confirmed = tried->confirmed;
  return {};
}

}  // namespace assay::tune
