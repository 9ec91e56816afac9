#include "harness/measure/footprint.h"

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "harness/measure/allocation.h"
#include "harness/measure/child.h"
#include "kernels/base/check.h"

namespace assay::measure {
namespace {

using nlohmann::json;

constexpr char kChildName[] = "footprint";

// "VmHWM:    1234 kB" of /proc/self/status: unlike getrusage's ru_maxrss, it does not inherit the
// size of the parent from before exec. 0 if absent.
int64_t PeakRssBytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::strtoll(line.c_str() + 6, nullptr, 10) * 1024;
  }
  return 0;
}

// The shape and its variant are all that plans follow.
std::string TunedText(const FootprintRequest& request) {
  json list = json::array();
  for (const TunedShape& s : request.tuned) {
    list.push_back({{"shape", s.shape}, {"threads", s.threads}, {"variant", s.variant}});
  }
  return list.dump();
}

FootprintRequest FromArguments(const std::vector<std::string>& arguments) {
  ASSAY_CHECK(arguments.size() == 5);
  FootprintRequest request{.model = arguments[0],
                           .batch = std::atoi(arguments[1].c_str()),
                           .threads = std::atoi(arguments[2].c_str()),
                           .winograd_bytes = std::atoll(arguments[3].c_str())};
  for (const json& entry : json::parse(arguments[4])) {
    request.tuned.push_back(*ParseTunedShape(entry));
  }
  return request;
}

// In the child: what is live before the tracker starts is not the model's.
Result<std::string> MeasureHere(const FootprintFunction& function,
                                const std::vector<std::string>& arguments) {
  const FootprintRequest request = FromArguments(arguments);
  if (!request.tuned.empty()) UseTuning(ToTuning("measurement", request.tuned));
  Result<AllocationTracker> tracker = AllocationTracker::Start();
  const Result<int64_t> arena_bytes = function(request);
  json answer;
  if (tracker.ok()) {
    const AllocationCounts counts = tracker->Stop();
    answer["peak_bytes"] = counts.peak_bytes;
    answer["allocations"] = counts.allocations;
  } else {
    answer["unavailable"] = tracker.message();
  }
  if (!arena_bytes.ok()) return arena_bytes.status();
  answer["arena_bytes"] = *arena_bytes;
  answer["peak_rss_bytes"] = PeakRssBytes();
  return answer.dump();
}

int64_t Number(const json& answer, const char* key) {
  const auto field = answer.find(key);
  return field != answer.end() && field->is_number_integer() ? field->get<int64_t>() : 0;
}

Result<Footprint> Parse(const std::string& text) {
  const json answer = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!answer.is_object() || !answer.value("unavailable", json("")).is_string()) {
    return Error("child process 'footprint' answered '" + text + "'");
  }
  Footprint footprint;
  if (answer.contains("peak_bytes")) footprint.peak_bytes = Number(answer, "peak_bytes");
  const auto unavailable = answer.find("unavailable");
  if (unavailable != answer.end()) footprint.unavailable = unavailable->get<std::string>();
  footprint.arena_bytes = Number(answer, "arena_bytes");
  footprint.peak_rss_bytes = Number(answer, "peak_rss_bytes");
  footprint.allocations = Number(answer, "allocations");
  return footprint;
}

}  // namespace

void RegisterFootprint(FootprintFunction function) {
  RegisterChild(kChildName, [function = std::move(function)](const auto& arguments) {
    return MeasureHere(function, arguments);
  });
}

Result<Footprint> MeasureFootprint(const FootprintRequest& request, double timeout_s) {
  ASSAY_ASSIGN_OR_RETURN(
      const std::string answer,
      RunChild(kChildName,
               {request.model, std::to_string(request.batch), std::to_string(request.threads),
                std::to_string(request.winograd_bytes), TunedText(request)},
               timeout_s));
  return Parse(answer);
}

}  // namespace assay::measure
