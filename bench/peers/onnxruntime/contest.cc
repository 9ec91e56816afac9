#include "bench/peers/onnxruntime/contest.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <span>

#include "bench/common/idle.h"
#include "bench/common/pinned_threads.h"
#include "bench/peers/onnxruntime/fresh.h"
#include "bench/peers/onnxruntime/subject.h"
#include "harness/measure/clock.h"
#include "harness/measure/noise.h"
#include "harness/measure/runner.h"
#include "objectives/stats/bootstrap.h"

namespace assay::bench {
namespace {

namespace fs = std::filesystem;

constexpr double kSettling_s = 5e-3;  // Caches, clock rates and sleeping threads are awake by then.

// Over all outputs of f32, relative to the largest of them.
double LargestDifference(std::span<const Tensor> x, std::span<const Tensor> y) {
  double difference = 0, magnitude = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    if (x[i].dtype() != DType::kF32) continue;
    const auto a = x[i].as<float>(), b = y[i].as<float>();
    for (size_t j = 0; j < a.size(); ++j) {
      difference = std::max(difference, std::fabs(double{a[j]} - double{b[j]}));
      magnitude = std::max(magnitude, std::fabs(double{b[j]}));
    }
  }
  return magnitude > 0 ? difference / magnitude : difference;
}

// "resnet50" of "models/resnet50.int8.onnx".
std::string NameOf(const std::string& model) {
  fs::path name = fs::path(model).stem();
  return name.extension() == ".int8" ? name.stem().string() : name.string();
}

// The fp32 model beside NAME.int8.onnx; empty: there is none.
std::string Fp32Beside(const std::string& model) {
  const fs::path stem = fs::path(model).stem();
  if (stem.extension() != ".int8") return "";
  const fs::path fp32 = fs::path(model).parent_path() / (stem.stem().string() + ".onnx");
  std::error_code code;
  return fs::exists(fp32, code) ? fp32.string() : "";
}

struct CpuShare {
  double wall_s, busy_s, own_s;

  static CpuShare Now() {
    return {measure::MonotonicSeconds(), measure::BusySeconds().value_or(0),
            measure::ProcessCpuSeconds()};
  }
  double OthersSince(const CpuShare& x) const {
    return std::max(0.0, (busy_s - x.busy_s - (own_s - x.own_s)) / (wall_s - x.wall_s));
  }
};

class Contest {
 public:
  Contest(std::shared_ptr<const Ort> ort, std::string model, int64_t batch,
          const ContestOptions& options)
      : ort_(std::move(ort)), model_(std::move(model)), batch_(batch), options_(options) {}

  Result<Record> Run() {
    record_.model = NameOf(model_);
    record_.batch = batch_;
    for (const int threads : options_.threads) ASSAY_RETURN_IF_ERROR(Load(threads));
    ASSAY_RETURN_IF_ERROR(RunOnce());
    ASSAY_RETURN_IF_ERROR(Time());
    for (const int threads : options_.threads) AddRatios(threads);
    subjects_.clear();  // Their memory is for the children.
    if (options_.fresh) ASSAY_RETURN_IF_ERROR(Freshly());
    return std::move(record_);
  }

 private:
  SubjectOptions For(int threads) const {
    return {.model = model_,
            .batch = batch_,
            .threads = threads,
            .winograd_bytes = options_.winograd_bytes};
  }

  Status Load(int threads) {
    SubjectOptions options = For(threads);
    ASSAY_ASSIGN_OR_RETURN(auto ours, AssaySubject::Make(options));
    const engine::Plan& plan = ours->plan();
    inputs_.assign(plan.inputs().begin(), plan.inputs().end());
    outputs_.assign(plan.outputs().begin(), plan.outputs().end());
    const bool int8 = 2 * plan.int8_macs() > plan.macs();
    record_.type = int8 ? "int8" : "fp32";
    const bool winograd = std::ranges::any_of(plan.steps(), [](const engine::StepInfo& step) {
      return step.variant.starts_with("winograd");
    });
    Add("assay", threads, std::move(ours));
    ASSAY_ASSIGN_OR_RETURN(auto theirs, OrtSubject::Make(ort_, options, inputs_, outputs_));
    Add("onnxruntime", threads, std::move(theirs));
    if (winograd) {
      options.winograd_bytes = 0;
      ASSAY_ASSIGN_OR_RETURN(auto direct, AssaySubject::Make(options));
      Add("assay-direct", threads, std::move(direct));
    }
    if (options.model = Fp32Beside(model_); int8 && !options.model.empty()) {
      options.winograd_bytes = options_.winograd_bytes;
      ASSAY_ASSIGN_OR_RETURN(auto fp32, AssaySubject::Make(options));
      Add("assay-fp32", threads, std::move(fp32));
    }
    return {};
  }

  void Add(std::string name, int threads, std::unique_ptr<Subject> subject) {
    subjects_.push_back(std::move(subject));
    record_.lanes.push_back({.subject = std::move(name), .threads = threads, .seconds = {}});
  }

  // Subjects 0 and 1 are Assay and ONNX Runtime.
  Status RunOnce() {
    for (const auto& subject : subjects_) ASSAY_RETURN_IF_ERROR(subject->Run());
    record_.difference = LargestDifference(subjects_[0]->outputs(), subjects_[1]->outputs());
    return {};
  }

  Status Time() {
    Status status;
    std::vector<measure::TimedSubject> timed;
    for (const auto& subject : subjects_) {
      timed.push_back({"", [&status, subject = subject.get()] {
                         Status ran = subject->Run();
                         if (status.ok()) status = std::move(ran);
                       }});
    }
    measure::RunnerOptions run;
    run.budget_s = options_.budget_s;
    run.max_rounds = options_.rounds;
    run.min_rounds = std::min(options_.min_rounds, options_.rounds);
    run.min_sample_s = 2e-3;
    if (options_.threads.back() > 1) run.before_sample = WaitUntilIdle;
    run.settling_s = kSettling_s;
    ASSAY_RETURN_IF_ERROR(subjects_[0]->Run());
    const PinnedThreads pinned;
    const CpuShare before = CpuShare::Now();
    const measure::Timing timing = measure::TimeInterleaved(timed, run);
    ASSAY_RETURN_IF_ERROR(status);
    record_.others = CpuShare::Now().OthersSince(before);
    record_.rounds = timing.rounds();
    for (size_t i = 0; i < subjects_.size(); ++i) {
      seconds_.push_back(timing.subjects[i].seconds);
      record_.lanes[i].seconds = BootstrapMedian(seconds_[i]);
    }
    return {};
  }

  // `subject` on `threads`; empty: there is none.
  std::span<const double> SecondsOf(const std::string& subject, int threads) const {
    const Lane* lane = record_.FindLane(subject, threads);
    if (lane == nullptr) return {};
    return seconds_[static_cast<size_t>(lane - record_.lanes.data())];
  }

  void AddRatio(std::string contest, int threads, std::span<const double> theirs,
                std::span<const double> ours) {
    if (theirs.empty() || ours.empty()) return;
    record_.ratios.push_back({std::move(contest), threads, BootstrapMedianRatio(theirs, ours)});
  }

  void AddRatios(int threads) {
    const auto ours = SecondsOf("assay", threads);
    const auto theirs = SecondsOf("onnxruntime", threads);
    const auto direct = SecondsOf("assay-direct", threads);
    AddRatio("onnxruntime", threads, theirs, ours);
    if (record_.type == "fp32") AddRatio("direct", threads, theirs, direct.empty() ? ours : direct);
    AddRatio("int8", threads, SecondsOf("assay-fp32", threads), ours);
    if (threads > 1) AddRatio("scaling", threads, SecondsOf("assay", 1), ours);
  }

  Status Freshly() {
    EngineRequest request = {"", For(options_.threads.front()), inputs_, outputs_};
    ASSAY_ASSIGN_OR_RETURN(record_.assay, MeasureFresh(request));
    request.library = options_.library;
    ASSAY_ASSIGN_OR_RETURN(record_.onnxruntime, MeasureFresh(request));
    const auto add = [&](std::string contest, double theirs, double ours) {
      record_.ratios.push_back({std::move(contest), options_.threads.front(), {theirs / ours, {}}});
    };
    add("memory", static_cast<double>(record_.onnxruntime.run_bytes),
        static_cast<double>(record_.assay.run_bytes));
    add("build", record_.onnxruntime.build_s, record_.assay.build_s);
    if (options_.threads.back() == 1) return {};
    request.options.threads = options_.threads.back();
    ASSAY_ASSIGN_OR_RETURN(record_.onnxruntime.alone_s, MeasureAlone(request));
    request.library = "";
    ASSAY_ASSIGN_OR_RETURN(record_.assay.alone_s, MeasureAlone(request));
    return {};
  }

  const std::shared_ptr<const Ort> ort_;
  const std::string model_;
  const int64_t batch_;
  const ContestOptions& options_;
  Record record_;
  std::vector<engine::Port> inputs_, outputs_;
  std::vector<std::unique_ptr<Subject>> subjects_;  // As record_.lanes.
  std::vector<std::vector<double>> seconds_;        // As record_.lanes, by round.
};

}  // namespace

Result<Record> RunContest(const std::shared_ptr<const Ort>& ort, const std::string& model,
                          int64_t batch, const ContestOptions& options) {
  return Contest(ort, model, batch, options).Run();
}

}  // namespace assay::bench
