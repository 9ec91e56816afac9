#include "objectives/objective.h"

#include <algorithm>

#include "kernels/base/check.h"
#include "objectives/stats/order.h"

namespace assay {

double Series::Mean(size_t begin, size_t end) const {
  end = std::min(end, values.size());
  begin = std::min(begin, end);
  return assay::Mean(std::span(values).subspan(begin, end - begin));
}

Series Series::OfMetric(size_t index) const {
  const MetricResult& metric = metrics[index];
  Series alone;
  alone.values = {metric.value};
  alone.outcomes = metric.outcomes;
  alone.complete = complete;
  alone.samples = samples;
  return alone;
}

void Objective::Describe(std::string representation, std::string unit, bool higher_is_better) {
  info_.representation = std::move(representation);
  info_.unit = std::move(unit);
  info_.higher_is_better = higher_is_better;
}

void Objective::Start(const Subject& subject) {
  ASSAY_CHECK(!running_);
  running_ = true;
  subject_ = subject.name;
  OnStart(subject);
}

void Objective::End(const Observation& observation) {
  ASSAY_CHECK(running_);
  running_ = false;
  Series& series = series_[subject_];
  series.samples = observation.samples;
  series.values.push_back(OnEnd(observation, series));
}

void Objective::Reset() { series_.clear(); }

void Objective::Reset(std::string_view subject) {
  const auto found = series_.find(subject);
  if (found != series_.end()) series_.erase(found);
}

void Objective::Restore(std::string_view subject, Series series) {
  series_.insert_or_assign(std::string(subject), std::move(series));
}

const Series& Objective::results(std::string_view subject) const {
  static const Series empty;
  const auto found = series_.find(subject);
  return found == series_.end() ? empty : found->second;
}

Summary Objective::Report(const Series& series) const {
  return {.value = Value(series), .interval = std::nullopt, .extras = series.details};
}

std::optional<Change> Objective::Compare(const Series&, const Series&) const {
  return std::nullopt;
}

void Objective::OnStart(const Subject&) {}

}  // namespace assay
