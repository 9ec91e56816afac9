// bench_memory: the operators bound by memory, against the bandwidth of the level that holds their
// operands. Names: "memory:OPERATOR:LEVEL".
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <random>
#include <vector>

#include "bench/common/flags.h"
#include "bench/common/memory_operators.h"
#include "harness/measure/bandwidth.h"
#include "harness/measure/clock.h"
#include "kernels/base/buffer.h"
#include "objectives/stats/order.h"

namespace assay::bench {
namespace {

// Reals of [-8, 8), or bytes; 64 KiB of them, again and again.
void Fill(bool f32, Buffer& buffer) {
  constexpr size_t kPeriod = 65536;
  std::mt19937 random(1);
  std::uniform_real_distribution<float> real(-8, 8);
  Buffer block(kPeriod);
  for (size_t i = 0; i < kPeriod / sizeof(float); ++i) {
    if (f32) {
      block.as<float>()[i] = real(random);
    } else {
      block.as<uint32_t>()[i] = static_cast<uint32_t>(random());
    }
  }
  for (size_t i = 0; i < buffer.size(); i += kPeriod) {
    std::copy_n(block.data(), std::min(kPeriod, buffer.size() - i), buffer.data() + i);
  }
}

template <typename Work>
double Seconds(Work work) {
  const double start = measure::MonotonicSeconds();
  work();
  return measure::MonotonicSeconds() - start;
}

// The operator and the probe take turns on the same memory, so that both see the same machine.
void RunOperator(benchmark::State& state, const MemoryOperator& op,
                 const measure::Level& level, int threads) {
  const MemoryProblem problem = op.make(level.bytes);
  const measure::Stream stream(op.reads, op.writes, problem.src_bytes, problem.dst_bytes);
  Buffer src(static_cast<size_t>(problem.src_bytes));
  Buffer dst = Buffer::Zeroed(static_cast<size_t>(problem.dst_bytes));
  Fill(op.reads_f32, src);
  ThreadPool pool(threads);
  std::vector<double> operator_s, stream_s;
  for (auto iteration : state) {
    (void)iteration;
    stream_s.push_back(Seconds([&] { stream.Once(src.data(), dst.data(), pool); }));
    operator_s.push_back(Seconds([&] { problem.run(src.data(), dst.data(), pool); }));
    state.SetIterationTime(operator_s.back());
  }
  const auto bytes = static_cast<double>(problem.src_bytes + problem.dst_bytes);
  const double bytes_per_s = bytes / Median(operator_s);
  const double bandwidth = static_cast<double>(stream.bytes()) / Median(stream_s);
  using benchmark::Counter;
  state.counters["bytes_per_s"] = Counter(bytes_per_s, Counter::kDefaults, Counter::kIs1000);
  state.counters["bandwidth_bytes_per_s"] =
      Counter(bandwidth, Counter::kDefaults, Counter::kIs1000);
  state.counters["fraction_of_bandwidth"] = bytes_per_s / bandwidth;
  state.counters["working_set_bytes"] = Counter(bytes, Counter::kDefaults, Counter::kIs1024);
}

void Register(const MemoryOperator& op, const measure::Level& level, int threads) {
  std::string name = fmt::format("memory:{}:{}", op.name, level.name);
  if (threads > 1) name += fmt::format("/threads:{}", threads);
  benchmark::RegisterBenchmark(name.c_str(), RunOperator, op, level, threads)
      ->UseManualTime()
      ->Unit(benchmark::kMicrosecond);
}

int Main(int argc, char** argv) {
  int threads = 1;
  CLI::App app(
      "Benchmarks the operators bound by memory (elementwise, pooling, layout changes) in half of "
      "the L2 cache and far beyond the last level. Counters, of medians: bytes_per_s, every "
      "operand "
      "counted once; bandwidth_bytes_per_s, of a loop that only reads and writes in the same mix, "
      "in turns with the operator on the same memory; fraction_of_bandwidth, their ratio.",
      "bench_memory");
  app.add_option("--threads", threads, "Threads")
      ->capture_default_str()
      ->check(CLI::Range(1, 1024));
  if (const auto code = ParseFlags(app, argc, argv)) return *code;
  const Result<std::vector<measure::Level>> levels = measure::MemoryLevels(threads);
  if (!levels.ok()) {
    fmt::print(stderr, "bench_memory: {}\n", levels.message());
    return 2;
  }
  for (const measure::Level& level : *levels) {
    for (const MemoryOperator& op : MemoryOperators()) Register(op, level, threads);
  }
  return RunBenchmarks();
}

}  // namespace
}  // namespace assay::bench

int main(int argc, char** argv) { return assay::bench::Main(argc, argv); }
