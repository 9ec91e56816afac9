#include "bench/peers/onnxruntime/fresh.h"

#include <malloc.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "bench/common/pinned_threads.h"
#include "harness/measure/child.h"
#include "harness/measure/clock.h"
#include "harness/measure/runner.h"
#include "objectives/stats/order.h"

// jemalloc's; null where another allocator serves.
extern "C" __attribute__((weak, visibility("default"))) int mallctl(const char* name, void* old,
                                                                    size_t* old_size, void* fresh,
                                                                    size_t fresh_size) noexcept;

namespace assay::bench {
namespace {

using nlohmann::json;

constexpr char kChildName[] = "fresh";
constexpr double kTimeout_s = 300;
constexpr int kInferences = 2;  // ONNX Runtime lays its memory out anew for the second.
constexpr int kProcesses = 3;

// A line of /proc/self/status, "VmHWM:    1234 kB".
int64_t StatusBytes(std::string_view key) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(key)) return std::strtoll(line.c_str() + key.size(), nullptr, 10) * 1024;
  }
  return 0;
}

void StartNewPeak() {
  if (mallctl != nullptr) {
    mallctl("arena.4096.purge", nullptr, nullptr, nullptr, 0);  // MALLCTL_ARENAS_ALL
  } else {
    malloc_trim(0);
  }
  std::ofstream("/proc/self/clear_refs") << '5';
}

json PortsToJson(std::span<const engine::Port> ports) {
  json list = json::array();
  for (const engine::Port& port : ports) {
    list.push_back({port.name, static_cast<int>(port.dtype), port.shape.dims()});
  }
  return list;
}

std::vector<engine::Port> PortsOf(const json& list) {
  std::vector<engine::Port> ports;
  for (const json& port : list) {
    ports.push_back({.name = port[0].get<std::string>(),
                     .dtype = static_cast<DType>(port[1].get<int>()),
                     .shape = Shape(port[2].get<std::vector<int64_t>>())});
  }
  return ports;
}

Result<std::unique_ptr<Subject>> Load(const std::shared_ptr<const Ort>& ort,
                                      const SubjectOptions& options, const json& request) {
  if (ort == nullptr) {
    ASSAY_ASSIGN_OR_RETURN(auto subject, AssaySubject::Make(options));
    return std::unique_ptr<Subject>(std::move(subject));
  }
  ASSAY_ASSIGN_OR_RETURN(auto subject, OrtSubject::Make(ort, options, PortsOf(request["inputs"]),
                                                        PortsOf(request["outputs"])));
  return std::unique_ptr<Subject>(std::move(subject));
}

// The median of runs for about half a second, at least three.
Result<double> TimeAlone(Subject& subject) {
  Status status = subject.Run();
  const PinnedThreads pinned;
  measure::RunnerOptions run;
  run.budget_s = 0.5;
  run.min_rounds = 3;
  const auto timing = measure::TimeInterleaved({{"alone",
                                                 [&] {
                                                   Status ran = subject.Run();
                                                   if (status.ok()) status = std::move(ran);
                                                 }}},
                                               run);
  ASSAY_RETURN_IF_ERROR(status);
  return Median(timing.subjects[0].seconds);
}

// In the child.
Result<std::string> MeasureHere(const std::vector<std::string>& arguments) {
  const json request = json::parse(arguments[0]);
  SubjectOptions options = {.model = request["model"].get<std::string>(),
                            .batch = request["batch"].get<int64_t>(),
                            .threads = request["threads"].get<int>()};
  if (!request["winograd_bytes"].is_null()) {
    options.winograd_bytes = request["winograd_bytes"].get<int64_t>();
  }
  std::shared_ptr<const Ort> ort;
  if (const auto library = request["library"].get<std::string>(); !library.empty()) {
    ASSAY_ASSIGN_OR_RETURN(ort, Ort::Load(library));
  }
  StartNewPeak();
  const int64_t before = StatusBytes("VmRSS:");
  const double start_s = measure::MonotonicSeconds();
  ASSAY_ASSIGN_OR_RETURN(const auto subject, Load(ort, options, request));
  const double build_s = measure::MonotonicSeconds() - start_s;
  const int64_t build_peak = StatusBytes("VmHWM:");
  int64_t run_peak = 0;
  double alone_s = 0;
  if (request["what"] == "run") {
    StartNewPeak();
    for (int i = 0; i < kInferences; ++i) ASSAY_RETURN_IF_ERROR(subject->Run());
    run_peak = StatusBytes("VmHWM:");
  } else if (request["what"] == "alone") {
    ASSAY_ASSIGN_OR_RETURN(alone_s, TimeAlone(*subject));
  }
  return json{build_s, build_peak - before, run_peak - before, alone_s}.dump();
}

// what: "build", "run", "alone".
Result<json> Ask(const EngineRequest& engine, const char* what) {
  json request = {{"library", engine.library},
                  {"model", engine.options.model},
                  {"batch", engine.options.batch},
                  {"threads", engine.options.threads},
                  {"winograd_bytes", nullptr},
                  {"inputs", PortsToJson(engine.inputs)},
                  {"outputs", PortsToJson(engine.outputs)},
                  {"what", what}};
  if (engine.options.winograd_bytes) request["winograd_bytes"] = *engine.options.winograd_bytes;
  ASSAY_ASSIGN_OR_RETURN(const std::string answer,
                         measure::RunChild(kChildName, {request.dump()}, kTimeout_s));
  return json::parse(answer);
}

double MedianOf(std::span<const json> answers, size_t field) {
  std::vector<double> values;
  for (const json& answer : answers) values.push_back(answer[field].get<double>());
  return Median(values);
}

}  // namespace

void RegisterFresh() { measure::RegisterChild(kChildName, MeasureHere); }

Result<Fresh> MeasureFresh(const EngineRequest& request) {
  std::vector<json> answers;
  for (int i = 0; i < kProcesses; ++i) {
    ASSAY_ASSIGN_OR_RETURN(json answer, Ask(request, i == 0 ? "run" : "build"));
    answers.push_back(std::move(answer));
  }
  return Fresh{.build_s = MedianOf(answers, 0),
               .build_bytes = static_cast<int64_t>(MedianOf(answers, 1)),
               .run_bytes = answers[0][2].get<int64_t>()};
}

Result<double> MeasureAlone(const EngineRequest& request) {
  ASSAY_ASSIGN_OR_RETURN(const json answer, Ask(request, "alone"));
  return answer[3].get<double>();
}

}  // namespace assay::bench
