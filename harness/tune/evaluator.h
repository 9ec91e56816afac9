// Evaluator: runs models and hands what it observed to the objectives, in separate passes, since
// measuring one thing disturbs another: accuracy; latency (interleaved, no allocation hooks);
// footprint (a fresh child process); size. The one runner of tune, evaluate and bench_model.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/data/metric_set.h"
#include "harness/data/pipeline.h"
#include "harness/engine/session.h"
#include "harness/graph/graph.h"
#include "harness/tune/batch.h"
#include "harness/tune/config.h"
#include "harness/tune/crew.h"
#include "harness/tune/measured_variants.h"
#include "harness/tune/predictions.h"
#include "kernels/base/function_ref.h"
#include "kernels/base/status.h"
#include "objectives/objective.h"

namespace assay::tune {

// A model under observation.
struct Model {
  std::string name;            // Tells models apart: "fp32", "trial 7".
  Graph graph;                 // As imported or rewritten.
  std::filesystem::path file;  // Its serialized form, as it would be deployed.
  int threads = 0;             // When timed; 0: as evaluation.performance says.
  // Whether it is timed, and its memory measured, with the variants that were measured to be the
  // fastest (Evaluator::SetVariants). What it computes is always dispatch's own choice.
  bool measured_variants = false;
};

// Reads an ONNX file; the name is what it is called in reports.
Result<Model> LoadModel(const std::filesystem::path& file, std::string name);

class Evaluator {
 public:
  // What a pass is at: "accuracy fp32", samples or rounds done, of how many.
  using Progress = std::function<void(const std::string& what, int64_t done, int64_t total)>;

  // Opens the labelled data of the configuration, if it has any (split.h), and keeps its samples
  // prepared in memory as far as 2 GB go.
  static Result<Evaluator> Make(const TuneConfig& config,
                                std::vector<std::shared_ptr<Objective>> objectives,
                                Progress progress = nullptr);

  const std::vector<std::shared_ptr<Objective>>& objectives() const { return objectives_; }
  bool has_accuracy() const { return data_.has_value(); }
  // Of the labelled data; 0 without.
  int64_t samples() const { return data_ ? data_->size() : 0; }
  // Of the data on which winners are confirmed; 0 without.
  int64_t confirmation_samples() const { return confirmation_ ? confirmation_->size() : 0; }
  // Identifies the labelled data and its preprocessing; empty without.
  std::string data_fingerprint() const;
  // What is allowed of the data yet hardly meant, one sentence each.
  const std::vector<std::string>& warnings() const { return warnings_; }

  // The model whose outputs metrics such as fidelity compare with; it must outlive the evaluator.
  // Where such a metric is configured it is needed before the first pass over data.
  void SetReference(const Model* model) { reference_ = model; }
  // For models that ask for it, else dispatch's own serve; it must outlive the evaluator.
  void SetVariants(MeasuredVariants* variants) { variants_ = variants; }
  // Contests what a plan of the graph asks dispatch for and nothing is known of; returns it.
  Result<std::set<TunedFor>> SettleVariants(const Graph& graph, int64_t batch, int threads) const;
  // Of the shapes of a model that was timed with measured variants.
  std::vector<measure::TunedShape> Variants(const std::string& model) const;

  // Other processes that run batches along; it must outlive the evaluator. Passes that measure wait
  // until they are quiet.
  void SetCrew(Crew* crew);

  // What batches depend on beside the model: the data, and this program's version.
  std::string Identity() const;
  // 0: the labelled data, 1: those that confirm; nullptr where there are none.
  const data::Pipeline* Data(int64_t number) const;
  // Runs a model over batches of either; both it and the evaluator must outlive the runner.
  BatchRunner Runner(const Model& model) const;

  // Asked between batches with the outcomes of all samples so far, as of
  // MetricSet::settled_outcomes: true ends the pass.
  using Stop = std::function<bool(std::span<const std::vector<double>> outcomes)>;

  // One pass over the labelled data. Error: the model and the data do not fit together, or the
  // run was interrupted.
  Status ObserveAccuracy(const Model& model, const Stop& stop = nullptr);
  // The same over the confirmation data; `subject` is the name under which the results are kept.
  Status ObserveConfirmation(const Model& model, const std::string& subject);
  // Interleaved rounds of all models, again where they were disturbed (disturbance.h). `subjects`
  // are the names under which the results are kept, one per model (a baseline is timed again beside
  // every candidate).
  Status ObserveLatency(std::span<const Model* const> models,
                        std::span<const std::string> subjects);
  // How often the last one was timed until its rounds were calm enough.
  int timing_attempts() const { return timing_attempts_; }
  Status ObserveFootprint(const Model& model);
  Status ObserveSize(const Model& model);
  // The labelled samples from `first` on, over again where they are too few, without their labels.
  // `inputs`: those of a plan of the model, of any batch. There is data, and it fits the model.
  Status LoadInputs(int64_t first, std::span<const TensorView> inputs) const;
  // Which classes it predicted in ObserveAccuracy.
  const Predictions& predictions() const { return predictions_; }
  Predictions& predictions() { return predictions_; }
  // All four; the latency of this model alone.
  Status ObserveAll(const Model& model);

 private:
  Evaluator() = default;

  Status CheckConfirmation();
  std::vector<MetricResult> EachMetric(const data::MetricSet& metrics, bool complete) const;
  Status ObserveSamples(const data::Pipeline& data, const Model& model, const std::string& subject,
                        const Stop& stop);
  engine::PlanOptions OptionsOf(int64_t batch, int threads) const;
  Status SettleVariants(const Model& model);
  bool Measured(const Model& model) const {
    return model.measured_variants && variants_ != nullptr;
  }
  void Quiet() const;
  // Takes the outputs of the samples [begin, begin + labels.size()); true: it has seen enough.
  using TakeBatch = FunctionRef<Result<bool>(int64_t begin, std::span<const TensorView> outputs,
                                             std::span<const int64_t> labels)>;
  // Whether the crew takes part in a pass, which is begun then.
  Result<bool> Share(const data::Pipeline& data, const Model& model, int64_t batch);
  int ThreadsOf(const Model& model) const;
  // Runs a model over all samples, batch by batch.
  Status ForEachBatch(const data::Pipeline& data, const Model& model, TakeBatch take);
  // The reference's first output for all samples, row by row: run once.
  Result<std::span<float>> ReferenceOutputs(const data::Pipeline& data);
  Result<std::unique_ptr<engine::Session>> MakeSession(const Model& model, int64_t batch,
                                                       int threads) const;
  // Input tensors for one inference: the first labelled samples, or seeded noise without data.
  Result<std::vector<Tensor>> StageInputs(const engine::Plan& plan) const;
  // Start and End of every objective that observes `pass`.
  void Record(Pass pass, const Subject& subject, const Observation& observation) const;
  void Report(const std::string& what, int64_t done, int64_t total) const;

  TuneConfig config_;
  std::vector<std::shared_ptr<Objective>> objectives_;
  std::optional<data::Pipeline> data_;
  std::optional<data::Pipeline> confirmation_;
  std::string metric_fingerprint_;  // Of the files that metrics judge by.
  std::vector<std::string> warnings_;
  Predictions predictions_;
  const Model* reference_ = nullptr;
  Crew* crew_ = nullptr;
  MeasuredVariants* variants_ = nullptr;
  std::map<std::string, std::set<TunedFor>> asked_;  // Of dispatch, by the model's name.
  int timing_attempts_ = 0;
  std::map<const data::Pipeline*, std::vector<float>> reference_outputs_;
  Progress progress_;
};

// The four built-in objectives and every other one that `names` lists, each once.
Result<std::vector<std::shared_ptr<Objective>>> MakeObjectives(std::span<const std::string> names);

// The share of the multiply-adds that the engine does on integers, in [0, 1].
Result<double> Int8Share(const Graph& graph);

// To be registered in main: loads and runs a model in a child process (measure/footprint.h).
void RegisterModelFootprint();

}  // namespace assay::tune
