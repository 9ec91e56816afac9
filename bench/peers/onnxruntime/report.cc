#include "bench/peers/onnxruntime/report.h"

#include <fmt/format.h>

#include <cmath>

#include "harness/report/terminal.h"

namespace assay::bench {
namespace {

std::string Time(const Lane* lane) {
  return lane == nullptr ? "-" : report::FormatSeconds(lane->seconds.value);
}

std::string Value(const Ratio* ratio) {
  return ratio == nullptr ? "-" : fmt::format("{:.2f}x", ratio->value.value);
}

std::string Interval(const Ratio* ratio) {
  if (ratio == nullptr || !std::isfinite(ratio->value.interval.lo)) return "-";
  return fmt::format("{:.2f}..{:.2f}", ratio->value.interval.lo, ratio->value.interval.hi);
}

// "1.46x", of a contest over the records of a type ("": all).
std::string Mean(std::span<const Record> records, const std::string& contest,
                 const std::string& type) {
  double sum = 0;
  int count = 0;
  for (const Record& record : records) {
    for (const Ratio& ratio : record.ratios) {
      if (ratio.contest != contest || (!type.empty() && record.type != type)) continue;
      sum += std::log(ratio.value.value);
      ++count;
    }
  }
  return count == 0 ? "-" : fmt::format("{:.2f}x", std::exp(sum / count));
}

Section Speed(std::span<const Record> records, const std::string& type) {
  const bool fp32 = type == "fp32";
  Section section;
  section.title =
      fmt::format("{}: geometric mean {}{}", type, Mean(records, "onnxruntime", type),
                  fp32 ? ", without Winograd " + Mean(records, "direct", type) : std::string());
  section.header = {"model",    "batch", "threads", "Assay",  "ONNX Runtime",
                    "speed-up", "95 %",  "rounds",  "others", "difference"};
  const std::string last = fp32 ? "without Winograd" : "over own fp32";
  section.header.insert(section.header.end(), {last, "95 %"});
  for (const Record& record : records) {
    if (record.type != type) continue;
    for (const Lane& lane : record.lanes) {
      if (lane.subject != "assay") continue;
      const Ratio* speed_up = record.FindRatio("onnxruntime", lane.threads);
      const Ratio* other = record.FindRatio(fp32 ? "direct" : "int8", lane.threads);
      section.rows.push_back(
          {record.model, fmt::format("{}", record.batch), fmt::format("{}", lane.threads),
           Time(&lane), Time(record.FindLane("onnxruntime", lane.threads)), Value(speed_up),
           Interval(speed_up), fmt::format("{}", record.rounds),
           fmt::format("{:.0f} %", 100 * record.others), fmt::format("{:.0e}", record.difference),
           Value(other), Interval(other)});
    }
  }
  return section;
}

// "95.1 ms (alone 94.8 ms)"
std::string BesideAlone(const Lane* lane, double alone_s) {
  if (alone_s == 0) return Time(lane);
  return fmt::format("{} (alone {})", Time(lane), report::FormatSeconds(alone_s));
}

Section Threads(std::span<const Record> records) {
  Section section;
  section.title = "Several threads against one";
  section.header = {"model",   "type", "batch",        "threads",        "Assay",
                    "scaling", "95 %", "ONNX Runtime", "its own scaling"};
  for (const Record& record : records) {
    const int most = record.lanes.empty() ? 1 : record.lanes.back().threads;
    for (const Ratio& ratio : record.ratios) {
      if (ratio.contest != "scaling") continue;
      const Lane* one = record.FindLane("onnxruntime", 1);
      const Lane* several = record.FindLane("onnxruntime", ratio.threads);
      const bool alone = ratio.threads == most;
      section.rows.push_back(
          {record.model, record.type, fmt::format("{}", record.batch),
           fmt::format("{}", ratio.threads),
           BesideAlone(record.FindLane("assay", ratio.threads), alone ? record.assay.alone_s : 0),
           Value(&ratio), Interval(&ratio),
           BesideAlone(several, alone ? record.onnxruntime.alone_s : 0),
           one == nullptr || several == nullptr
               ? "-"
               : fmt::format("{:.2f}x", one->seconds.value / several->seconds.value)});
    }
  }
  return section;
}

Section FreshProcesses(std::span<const Record> records) {
  Section section;
  section.title = fmt::format("Memory and plan building, in fresh processes: {} less memory",
                              Mean(records, "memory", ""));
  section.header = {"model",    "type",         "batch",    "inference",    "ONNX Runtime", "ratio",
                    "building", "ONNX Runtime", "building", "ONNX Runtime", "ratio"};
  const auto bytes = [](int64_t count) { return report::FormatBytes(static_cast<double>(count)); };
  for (const Record& record : records) {
    if (record.assay.build_s == 0) continue;
    const int threads = record.lanes[0].threads;
    section.rows.push_back({record.model, record.type, fmt::format("{}", record.batch),
                            bytes(record.assay.run_bytes), bytes(record.onnxruntime.run_bytes),
                            Value(record.FindRatio("memory", threads)),
                            bytes(record.assay.build_bytes), bytes(record.onnxruntime.build_bytes),
                            report::FormatSeconds(record.assay.build_s),
                            report::FormatSeconds(record.onnxruntime.build_s),
                            Value(record.FindRatio("build", threads))});
  }
  return section;
}

}  // namespace

std::vector<Section> MakeSections(std::span<const Record> records) {
  std::vector<Section> sections = {Speed(records, "fp32"), Speed(records, "int8"), Threads(records),
                                   FreshProcesses(records)};
  std::erase_if(sections, [](const Section& section) { return section.rows.empty(); });
  return sections;
}

}  // namespace assay::bench
