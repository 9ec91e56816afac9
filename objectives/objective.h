// Objective: judges what the harness observed. It reads no clock, no allocator and no file: the
// harness calls Start(subject) before a run and End(observation) after it, and hands in plain data.
//
// To write one, derive from Objective, say what it is (ObjectiveInfo) and turn an observation into
// one value (OnEnd). A file of objectives/builtin/ adds a built-in one; RegisterObjective
// (registry.h) a custom one. tests/objectives/custom_objective_test.cc is a complete example; plugin.h
// has shared objects.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/base/export.h"
#include "kernels/base/tensor.h"
#include "objectives/change.h"
#include "objectives/stats/interval.h"

namespace assay {

// The value of what could not be measured. It ranks below every number, and is never shown as 0.
inline constexpr double kUnavailable = std::numeric_limits<double>::quiet_NaN();
inline bool IsAvailable(double value) { return std::isfinite(value); }

// Which of the harness's passes an objective observes. They are separate, because measuring one
// thing disturbs another: allocation hooks, for example, slow down an allocation.
enum class Pass {
  kAccuracy,   // once per evaluation of the labelled set: metric, sample_scores
  kLatency,    // once per timed inference: duration_s, samples, outputs
  kFootprint,  // once per fresh process: peak_live_bytes, arena_bytes, peak_rss_bytes
  kSize,       // once per artifact: artifact_bytes
};

// What an objective is: all that a report or a ranking needs to name it.
struct ObjectiveInfo {
  std::string name = {};  // as the configuration spells it: "performance"
  std::string unit = {};  // "s", "bytes"; empty for a plain number
  bool higher_is_better = false;
  Pass pass = Pass::kLatency;
  std::string representation = {};  // as a person reads it: "median latency"; empty: the name
};

// The model under observation.
struct Subject {
  std::string name = {};   // tells models apart: "fp32", "trial 7"
  int64_t batch_size = 1;  // samples per inference
  int threads = 1;
};

struct NamedValue {
  std::string name = {};
  std::string unit = {};
  double value = kUnavailable;
};

// One of several metrics of an evaluation, by itself.
struct MetricResult {
  std::string name = {};
  std::string unit = {};  // empty for a share
  bool higher_is_better = true;
  double value = kUnavailable;
  std::vector<double> outcomes = {};  // of each sample, in data order; empty: it is no mean of them
};

// What the harness saw between Start and End; the fields of the other passes are empty. Borrowed
// spans are valid only during the call of End.
struct Observation {
  std::optional<double> duration_s = {};       // of one inference, inputs staged
  int64_t samples = 1;                         // in that inference
  std::span<const TensorView> outputs = {};    // of that inference, in the model's order
  std::span<const int64_t> labels = {};        // of its samples; empty where there are none
  std::optional<double> metric = {};           // the configured metric over the labelled set
  std::span<const MetricResult> metrics = {};  // each by itself, where several are configured
  std::span<const double> sample_scores = {};  // the metric of each sample, in data order
  bool complete = true;  // false: a hopeless evaluation that was stopped after the first samples
  std::optional<int64_t> peak_live_bytes = {};  // usable bytes live at the peak, minus those before
  std::optional<int64_t> arena_bytes = {};      // the memory planner's exact size
  std::optional<int64_t> peak_rss_bytes = {};   // of the process
  std::optional<int64_t> artifact_bytes = {};   // the serialized model on disk
};

// Everything an objective knows of one subject.
struct ASSAY_EXPORT Series {
  std::vector<double> values = {};       // the result list: one per End
  std::vector<double> outcomes = {};     // per-sample scores of the last End, for pairing
  bool complete = true;                  // false: only of the first samples
  std::vector<NamedValue> details = {};  // of the last End, to be reported beside the value
  std::vector<MetricResult> metrics = {};  // of the last End, where there are several
  int64_t samples = 1;                     // per inference, of the last End

  // The mean of values[begin, end), bounds clamped to the list; kUnavailable where it is empty.
  double Mean(size_t begin = 0, size_t end = std::numeric_limits<size_t>::max()) const;
  // One of `metrics` as if it had been the only one.
  Series OfMetric(size_t index) const;
};

// What a report shows of one subject.
struct Summary {
  double value = kUnavailable;            // what is ranked
  std::optional<Interval> interval = {};  // of the value, where it has noise
  std::vector<NamedValue> extras = {};    // "p50", "p90", "throughput", ...
};

class ASSAY_EXPORT Objective {
 public:
  explicit Objective(ObjectiveInfo info) : info_(std::move(info)) {}
  virtual ~Objective() = default;
  Objective(const Objective&) = delete;  // It keeps the state it was constructed with.
  Objective& operator=(const Objective&) = delete;

  const ObjectiveInfo& info() const { return info_; }
  const std::string& name() const { return info_.name; }
  const std::string& unit() const { return info_.unit; }
  bool higher_is_better() const { return info_.higher_is_better; }
  const std::string& representation() const {
    return info_.representation.empty() ? info_.name : info_.representation;
  }

  // Says what the values are where that depends on what is observed, as accuracy does on its
  // metric. The name and the pass stay.
  void Describe(std::string representation, std::string unit, bool higher_is_better);

  // One run: Start, then the run, then End, which appends one value to the subject's result list.
  // Runs of several subjects may alternate, but not overlap. Checked: every End has its Start.
  void Start(const Subject& subject);
  void End(const Observation& observation);
  // Forgets the results: of all subjects, or of one. State of the derived class stays.
  void Reset();
  void Reset(std::string_view subject);
  // Takes back the results of a subject as results() gave them: from a journal, instead of runs.
  // What a derived class keeps beside them is not part of it.
  void Restore(std::string_view subject, Series series);

  // The results of one subject (empty where it never ran), and of the one started last.
  const Series& results(std::string_view subject) const;
  const Series& results() const { return results(subject_); }
  const std::vector<double>& result_list() const { return results().values; }
  // The mean of a slice of the result list, to skip warm-up.
  double Result(size_t begin = 0, size_t end = std::numeric_limits<size_t>::max()) const {
    return results().Mean(begin, end);
  }

  // The value that is ranked; unless overridden the mean of the result list.
  virtual double Value(const Series& series) const { return series.Mean(); }
  double Value(std::string_view subject) const { return Value(results(subject)); }
  double Value() const { return Value(results()); }

  // Value, interval and extras; unless overridden, the value and the series' details.
  virtual Summary Report(const Series& series) const;
  Summary Report(std::string_view subject) const { return Report(results(subject)); }
  Summary Report() const { return Report(results()); }

  // The change from y to x, from results that are paired (the same samples, or interleaved
  // rounds). Nothing where the results cannot be paired or the values are exact: then the values
  // are compared as they are.
  virtual std::optional<Change> Compare(const Series& x, const Series& y) const;
  std::optional<Change> Compare(std::string_view x, std::string_view y) const {
    return Compare(results(x), results(y));
  }

 protected:
  // More to do at the start of a run, for an objective with an instrument of its own.
  virtual void OnStart(const Subject& subject);
  // The run's value, kUnavailable where the observation lacks what is needed. The series is the
  // subject's, for outcomes and details; the base class appends the value.
  virtual double OnEnd(const Observation& observation, Series& series) = 0;

 private:
  ObjectiveInfo info_;
  std::map<std::string, Series, std::less<>> series_;
  std::string subject_;
  bool running_ = false;
};

}  // namespace assay
