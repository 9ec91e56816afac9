#include "harness/tune/evaluator.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/data/file.h"
#include "harness/engine/tensors.h"
#include "harness/measure/disturbance.h"
#include "harness/measure/footprint.h"
#include "harness/measure/interrupt.h"
#include "harness/onnx/import.h"
#include "harness/tune/split.h"
#include "harness/tune/transport.h"
#include "objectives/registry.h"

namespace assay::tune {
namespace {

constexpr int64_t kStagedBytes = int64_t{2} << 30;

// A session with its inputs staged and its outputs allocated: one inference is one call.
struct StagedRun {
  std::unique_ptr<engine::Session> session;
  std::vector<Tensor> inputs;
  std::vector<Tensor> outputs;
  std::vector<TensorView> input_views;
  std::vector<TensorView> output_views;
  Status status;

  void Run() {
    Status ran = session->Run(input_views, output_views);
    if (status.ok()) status = std::move(ran);
  }
};

Status Interruption() { return Error("interrupted"); }

Result<int64_t> RunForFootprint(const measure::FootprintRequest& request) {
  ASSAY_ASSIGN_OR_RETURN(Graph graph, onnx::Import(request.model));
  engine::PlanOptions options;
  options.batch = request.batch;
  options.threads = request.threads;
  options.winograd_bytes = request.winograd_bytes;
  ASSAY_ASSIGN_OR_RETURN(auto plan, engine::Plan::Build(std::move(graph), options));
  const auto arena_bytes = static_cast<int64_t>(plan.arena_bytes());
  engine::Session session(std::make_shared<const engine::Plan>(std::move(plan)), request.threads);
  std::vector<Tensor> inputs = engine::Noise(session.plan().inputs(), 1);
  std::vector<Tensor> outputs = engine::Allocate(session.plan().outputs());
  ASSAY_RETURN_IF_ERROR(session.Run(engine::Views(inputs), engine::Views(outputs)));
  return arena_bytes;
}

}  // namespace

Result<Model> LoadModel(const std::filesystem::path& file, std::string name) {
  ASSAY_ASSIGN_OR_RETURN(Graph graph, onnx::Import(file));
  return Model{std::move(name), std::move(graph), file};
}

Result<Evaluator> Evaluator::Make(const TuneConfig& config,
                                  std::vector<std::shared_ptr<Objective>> objectives,
                                  Progress progress) {
  Evaluator evaluator;
  evaluator.config_ = config;
  evaluator.objectives_ = std::move(objectives);
  evaluator.progress_ = std::move(progress);
  if (!config.accuracy) return evaluator;
  // Both are opened here, so that a wrong setting is found before anything runs.
  ASSAY_ASSIGN_OR_RETURN(const auto metrics,
                         data::MetricSet::Make(config.accuracy->metrics, config.accuracy->weights));
  evaluator.metric_fingerprint_ = metrics.fingerprint();
  const ObjectiveInfo info = AccuracyInfo(*config.accuracy);
  for (const auto& objective : evaluator.objectives_) {
    if (objective->name() != info.name) continue;
    objective->Describe(info.representation, info.unit, info.higher_is_better);
  }
  ASSAY_ASSIGN_OR_RETURN(LabelledData data, OpenLabelledData(config));
  evaluator.data_ = std::move(data.search);
  evaluator.confirmation_ = std::move(data.confirmation);
  const int64_t room = kStagedBytes / RanksOfThisHost();
  int64_t limit = room / std::max<int64_t>(1, evaluator.data_->sample_bytes());
  for (std::optional<data::Pipeline>* part : {&evaluator.data_, &evaluator.confirmation_}) {
    if (!part->has_value()) continue;
    ASSAY_RETURN_IF_ERROR((*part)->Stage(limit, [&](int64_t done, int64_t total) {
      evaluator.Report("preparing samples", done, total);
    }));
    limit -= (*part)->staged();
  }
  ASSAY_RETURN_IF_ERROR(evaluator.CheckConfirmation());
  return evaluator;
}

// By name, where there is more than one; of a pass that was stopped, only outcomes that pair.
std::vector<MetricResult> Evaluator::EachMetric(const data::MetricSet& metrics,
                                                bool complete) const {
  const std::vector<double> values = metrics.values();
  const std::vector<bool> directions = metrics.directions();
  std::vector<MetricResult> each;
  for (size_t i = 0; values.size() > 1 && i < values.size(); ++i) {
    const std::string& name = config_.accuracy->metrics[i].name;
    const auto entry = data::FindMetric(name);
    std::span<const double> outcomes;
    if (complete || metrics.outcomes_stay(i)) outcomes = metrics.outcomes_of(i);
    each.push_back({.name = name,
                    .unit = entry.ok() && (*entry)->unit == "%" ? "" : name,
                    .higher_is_better = directions[i],
                    .value = values[i],
                    .outcomes = {outcomes.begin(), outcomes.end()}});
  }
  return each;
}

// A sample on which trials were selected confirms nothing.
Status Evaluator::CheckConfirmation() {
  if (!config_.confirmation.data || !confirmation_) return {};
  ASSAY_ASSIGN_OR_RETURN(const int64_t shared, CountShared(*data_, *confirmation_));
  if (shared == 0) return {};
  const std::string found =
      fmt::format("{}: {} of its {} samples are among those of evaluation.accuracy",
                  config_.confirmation.where, shared, confirmation_->size());
  if (2 * shared > confirmation_->size()) return Error(found + "; expected other samples");
  warnings_.push_back(found);
  return {};
}

std::string Evaluator::data_fingerprint() const {
  std::string text;
  if (data_) text += data_->fingerprint();
  if (confirmation_) text += confirmation_->fingerprint();
  return text + metric_fingerprint_;
}

void Evaluator::Report(const std::string& what, int64_t done, int64_t total) const {
  if (progress_) progress_(what, done, total);
}

void Evaluator::Record(Pass pass, const Subject& subject, const Observation& observation) const {
  for (const auto& objective : objectives_) {
    if (objective->info().pass != pass) continue;
    objective->Start(subject);
    objective->End(observation);
  }
}

engine::PlanOptions Evaluator::OptionsOf(int64_t batch, int threads) const {
  engine::PlanOptions options;
  options.batch = batch;
  options.threads = threads;
  options.winograd_bytes = config_.winograd_bytes;
  return options;
}

Result<std::unique_ptr<engine::Session>> Evaluator::MakeSession(const Model& model, int64_t batch,
                                                                int threads) const {
  auto plan = engine::Plan::Build(model.graph, OptionsOf(batch, threads));
  if (!plan.ok()) return Error(fmt::format("{}: {}", model.file.string(), plan.message()));
  auto shared = std::make_shared<const engine::Plan>(*std::move(plan));
  if (data_) {
    const auto inputs = shared->inputs();
    std::vector<int64_t> dims = {batch};
    dims.insert(dims.end(), data_->sample_shape().dims().begin(),
                data_->sample_shape().dims().end());
    if (inputs.size() != 1 || inputs[0].dtype != DType::kF32 || inputs[0].shape != Shape(dims)) {
      const std::string found = inputs.size() == 1
                                    ? fmt::format("input '{}' is {}{}", inputs[0].name,
                                                  Name(inputs[0].dtype), inputs[0].shape.ToString())
                                    : fmt::format("{} inputs", inputs.size());
      return Error(fmt::format("{}: {}, but the data has images float{}", model.file.string(),
                               found, Shape(dims).ToString()));
    }
  }
  return std::make_unique<engine::Session>(std::move(shared), threads);
}

Status Evaluator::LoadInputs(int64_t first, std::span<const TensorView> inputs) const {
  ASSAY_CHECK(data_.has_value() && inputs.size() == 1 && inputs[0].dtype == DType::kF32);
  const int64_t n = inputs[0].shape[0];
  const int64_t row = inputs[0].elements() / n;
  std::vector<int64_t> dims = inputs[0].shape.dims();
  dims[0] = 1;
  for (int64_t i = 0; i < n; ++i) {
    int64_t label = 0;
    const TensorView image{inputs[0].as<float>().data() + i * row, DType::kF32, Shape(dims)};
    ASSAY_RETURN_IF_ERROR(data_->Load((first + i) % data_->size(), image, {&label, 1}));
  }
  return {};
}

Result<std::vector<Tensor>> Evaluator::StageInputs(const engine::Plan& plan) const {
  if (!data_) return engine::Noise(plan.inputs(), config_.random_seed);
  std::vector<Tensor> inputs = engine::Allocate(plan.inputs());
  ASSAY_RETURN_IF_ERROR(LoadInputs(0, engine::Views(inputs)));
  return inputs;
}

void Evaluator::SetCrew(Crew* crew) {
  crew_ = crew;
  if (crew_ != nullptr) crew_->Expect(Identity());
}

std::string Evaluator::Identity() const {
  return fmt::format("{} {}", ASSAY_VERSION, data_fingerprint());
}

const data::Pipeline* Evaluator::Data(int64_t number) const {
  const auto& data = number == 0 ? data_ : confirmation_;
  return data ? &*data : nullptr;
}

BatchRunner Evaluator::Runner(const Model& model) const {
  return BatchRunner(
      [this, &model](int64_t batch) { return MakeSession(model, batch, config_.threads); });
}

void Evaluator::Quiet() const {
  if (crew_ != nullptr) crew_->Quiet();
}

// The crew knows the model of the configuration; any other is sent as the bytes of its file.
Result<bool> Evaluator::Share(const data::Pipeline& data, const Model& model, int64_t batch) {
  if (crew_ == nullptr || crew_->empty()) return false;
  Crew::Pass pass{"", &data == Data(1) ? 1 : 0, data.size(), batch};
  if (model.file != config_.model_path) {
    ASSAY_ASSIGN_OR_RETURN(const auto bytes, data::ReadFile(model.file));
    constexpr size_t kFrame = 64;
    if (bytes.size() > Transport::kMostBytes - kFrame) return false;
    pass.model.assign(bytes.begin(), bytes.end());
  }
  crew_->Begin(pass);
  return true;
}

Status Evaluator::ForEachBatch(const data::Pipeline& data, const Model& model, TakeBatch take) {
  const int64_t total = data.size();
  const int64_t size = std::min(config_.accuracy->data.batch_size, total);
  BatchRunner runner = Runner(model);
  const auto run = [&](int64_t number) {
    const int64_t begin = number * size;
    return runner.Run(data, begin, std::min(size, total - begin));
  };
  ASSAY_ASSIGN_OR_RETURN(const bool shared, Share(data, model, size));
  for (int64_t number = 0; number * size < total; ++number) {
    if (measure::Interrupted()) return Interruption();
    ASSAY_ASSIGN_OR_RETURN(Batch batch, shared ? crew_->Next(number, run) : run(number));
    ASSAY_ASSIGN_OR_RETURN(const bool enough,
                           take(number * size, engine::Views(batch.outputs), batch.labels));
    if (enough) break;
  }
  return {};
}

Result<std::span<float>> Evaluator::ReferenceOutputs(const data::Pipeline& data) {
  ASSAY_CHECK(reference_ != nullptr);
  std::vector<float>& known = reference_outputs_[&data];
  if (!known.empty()) return std::span(known);
  std::vector<float> all;
  ASSAY_RETURN_IF_ERROR(ForEachBatch(
      data, *reference_, [&](int64_t begin, auto all_outputs, auto labels) -> Result<bool> {
        const TensorView& outputs = all_outputs[0];
        if (outputs.dtype != DType::kF32) {
          return Error(fmt::format("{}: its first output is {}; expected float",
                                   reference_->file.string(), Name(outputs.dtype)));
        }
        const auto values = outputs.as<const float>();
        all.insert(all.end(), values.begin(), values.end());
        Report("outputs of " + reference_->name, begin + static_cast<int64_t>(labels.size()),
               data.size());
        return false;
      }));
  known = std::move(all);
  return std::span(known);
}

Status Evaluator::ObserveAccuracy(const Model& model, const Stop& stop) {
  ASSAY_CHECK(data_.has_value());
  return ObserveSamples(*data_, model, model.name, stop);
}

Status Evaluator::ObserveConfirmation(const Model& model, const std::string& subject) {
  ASSAY_CHECK(confirmation_.has_value());
  return ObserveSamples(*confirmation_, model, subject, nullptr);
}

Status Evaluator::ObserveSamples(const data::Pipeline& data, const Model& model,
                                 const std::string& subject, const Stop& stop) {
  predictions_.Forget(subject);
  ASSAY_ASSIGN_OR_RETURN(
      auto metrics, data::MetricSet::Make(config_.accuracy->metrics, config_.accuracy->weights));
  std::span<float> reference;
  if (metrics.wants_reference()) {
    ASSAY_ASSIGN_OR_RETURN(reference, ReferenceOutputs(data));
  }
  const int64_t total = data.size();
  const auto row = reference.size() / static_cast<size_t>(std::max<int64_t>(1, total));
  bool stopped = false;
  ASSAY_RETURN_IF_ERROR(
      ForEachBatch(data, model, [&](int64_t begin, auto all_outputs, auto labels) -> Result<bool> {
        const TensorView& outputs = all_outputs[0];
        const int64_t done = begin + static_cast<int64_t>(labels.size());
        if (!metrics.wants_all_outputs()) predictions_.Add(subject, outputs);
        TensorView expected = outputs;
        if (!reference.empty()) {
          std::vector<int64_t> dims = outputs.shape.dims();
          if (static_cast<size_t>(outputs.elements()) != row * labels.size()) {
            dims = {static_cast<int64_t>(labels.size()), static_cast<int64_t>(row)};
          }
          expected = {reference.data() + static_cast<size_t>(begin) * row, DType::kF32,
                      Shape(dims)};
        }
        ASSAY_RETURN_IF_ERROR(metrics.Update(all_outputs, labels, expected));
        Report("accuracy " + subject, done, total);
        stopped = stop && done < total && stop(metrics.settled_outcomes());
        return stopped;
      }));
  const bool settled = !stopped || metrics.outcomes_stay();  // Else they pair with nothing.
  const std::vector<double> outcomes = settled ? metrics.outcomes() : std::vector<double>();
  const std::vector<MetricResult> each = EachMetric(metrics, !stopped);
  Observation observation;
  observation.metric = metrics.value();
  observation.metrics = each;
  observation.sample_scores = outcomes;
  observation.complete = !stopped;
  observation.samples = metrics.samples();
  Record(Pass::kAccuracy, {subject, config_.accuracy->data.batch_size, config_.threads},
         observation);
  return {};
}

Result<std::set<TunedFor>> Evaluator::SettleVariants(const Graph& graph, int64_t batch,
                                                     int threads) const {
  ASSAY_CHECK(variants_ != nullptr);
  std::set<TunedFor> asked;
  {
    const TuningLog log;
    ASSAY_RETURN_IF_ERROR(engine::Plan::Build(graph, OptionsOf(batch, threads)).status());
    asked = log.asked();
  }
  ASSAY_RETURN_IF_ERROR(variants_->Settle(asked));
  return asked;
}

Status Evaluator::SettleVariants(const Model& model) {
  if (!Measured(model)) return {};
  auto asked = SettleVariants(model.graph, config_.performance.batch_size, ThreadsOf(model));
  if (!asked.ok()) return Error(fmt::format("{}: {}", model.file.string(), asked.message()));
  asked_[model.name] = *std::move(asked);
  return {};
}

std::vector<measure::TunedShape> Evaluator::Variants(const std::string& model) const {
  const auto found = asked_.find(model);
  return found == asked_.end() ? std::vector<measure::TunedShape>() : variants_->Of(found->second);
}

int Evaluator::ThreadsOf(const Model& model) const {
  return model.threads > 0 ? model.threads : config_.performance.threads;
}

Status Evaluator::ObserveLatency(std::span<const Model* const> models,
                                 std::span<const std::string> subjects) {
  Quiet();
  const PerformanceConfig& performance = config_.performance;
  for (const Model* model : models) ASSAY_RETURN_IF_ERROR(SettleVariants(*model));
  std::vector<std::unique_ptr<StagedRun>> runs;
  std::vector<measure::TimedSubject> timed;
  for (size_t i = 0; i < models.size(); ++i) {
    auto run = std::make_unique<StagedRun>();
    std::optional<TuningScope> follow;
    if (Measured(*models[i])) follow.emplace(variants_->tuning());
    ASSAY_ASSIGN_OR_RETURN(run->session,
                           MakeSession(*models[i], performance.batch_size, ThreadsOf(*models[i])));
    ASSAY_ASSIGN_OR_RETURN(run->inputs, StageInputs(run->session->plan()));
    run->outputs = engine::Allocate(run->session->plan().outputs());
    run->input_views = engine::Views(run->inputs);
    run->output_views = engine::Views(run->outputs);
    for (int64_t warmup = 0; warmup < performance.warmup; ++warmup) run->Run();
    timed.push_back({subjects[i], [staged = run.get()] { staged->Run(); }});
    runs.push_back(std::move(run));
  }

  measure::RunnerOptions options;
  options.seed = config_.random_seed;
  options.min_rounds = static_cast<int>(performance.iteration);
  options.max_rounds = static_cast<int>(performance.iteration);
  options.stop = measure::Interrupted;
  options.progress = [&](int rounds, double) {
    Report("latency " + subjects.back(), rounds, performance.iteration);
  };
  const measure::CalmTiming calm = measure::TimeCalmly(timed, options);
  const measure::Timing& timing = calm.timing;
  if (timing.interrupted) return Interruption();
  timing_attempts_ = calm.attempts;

  for (size_t i = 0; i < runs.size(); ++i) {
    if (!runs[i]->status.ok()) return runs[i]->status;
    for (double seconds : timing.subjects[i].seconds) {
      Observation observation;
      observation.duration_s = seconds;
      observation.samples = performance.batch_size;
      observation.outputs = runs[i]->output_views;
      Record(Pass::kLatency, {subjects[i], performance.batch_size, ThreadsOf(*models[i])},
             observation);
    }
  }
  return {};
}

Status Evaluator::ObserveFootprint(const Model& model) {
  Quiet();
  const PerformanceConfig& performance = config_.performance;
  Report("footprint " + model.name, 0, 1);
  ASSAY_ASSIGN_OR_RETURN(
      const measure::Footprint footprint,
      measure::MeasureFootprint({.model = model.file.string(),
                                 .batch = static_cast<int>(performance.batch_size),
                                 .threads = ThreadsOf(model),
                                 .winograd_bytes = config_.winograd_bytes,
                                 .tuned = Variants(model.name)}));
  Observation observation;
  observation.samples = performance.batch_size;
  observation.peak_live_bytes = footprint.peak_bytes;
  observation.arena_bytes = footprint.arena_bytes;
  observation.peak_rss_bytes = footprint.peak_rss_bytes;
  Record(Pass::kFootprint, {model.name, performance.batch_size, ThreadsOf(model)}, observation);
  return {};
}

Status Evaluator::ObserveSize(const Model& model) {
  std::error_code code;
  const uintmax_t bytes = std::filesystem::file_size(model.file, code);
  if (code) return Error(fmt::format("{}: {}", model.file.string(), code.message()));
  Observation observation;
  observation.artifact_bytes = static_cast<int64_t>(bytes);
  Record(Pass::kSize, {model.name, 1, 1}, observation);
  return {};
}

Status Evaluator::ObserveAll(const Model& model) {
  if (has_accuracy()) ASSAY_RETURN_IF_ERROR(ObserveAccuracy(model));
  const Model* const models[] = {&model};
  ASSAY_RETURN_IF_ERROR(ObserveLatency(models, {&model.name, 1}));
  ASSAY_RETURN_IF_ERROR(ObserveFootprint(model));
  return ObserveSize(model);
}

Result<std::vector<std::shared_ptr<Objective>>> MakeObjectives(std::span<const std::string> names) {
  std::vector<std::string> all;
  for (const ObjectiveEntry* entry : BuiltinObjectives()) all.push_back(entry->info.name);
  for (const std::string& name : names) {
    if (std::ranges::find(all, name) == all.end()) all.push_back(name);
  }
  std::vector<std::shared_ptr<Objective>> objectives;
  for (const std::string& name : all) {
    ASSAY_ASSIGN_OR_RETURN(auto objective, MakeObjective(name));
    objectives.push_back(std::move(objective));
  }
  return objectives;
}

Result<double> Int8Share(const Graph& graph) {
  ASSAY_ASSIGN_OR_RETURN(const auto plan, engine::Plan::Build(graph));
  if (plan.macs() == 0) return 0.0;
  return static_cast<double>(plan.int8_macs()) / static_cast<double>(plan.macs());
}

void RegisterModelFootprint() { measure::RegisterFootprint(RunForFootprint); }

}  // namespace assay::tune
