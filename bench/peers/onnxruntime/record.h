// Record: what was measured of one model at one batch size; as JSON, so that models can be measured
// one by one and reported together.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "kernels/base/status.h"
#include "objectives/stats/interval.h"

namespace assay::bench {

// One subject of the interleaved runs.
struct Lane {
  std::string subject;  // "assay", "assay-direct" (without Winograd), "assay-fp32", "onnxruntime".
  int threads = 1;
  Estimate seconds;  // The median of a run.
};

// How much better Assay is; 1: as good. Contests:
//   onnxruntime  ONNX Runtime's time / Assay's        direct   the same without Winograd
//   scaling      Assay's time on one thread / on several
//   int8         Assay's time of the fp32 model / of the int8 model
//   memory       ONNX Runtime's bytes / Assay's       build    its session creation / Assay's
struct Ratio {
  std::string contest;
  int threads = 1;
  Estimate value;
};

// In a fresh process for each engine (fresh.h).
struct Fresh {
  double build_s = 0;       // From the file to a session.
  int64_t build_bytes = 0;  // Peak of that, of the resident set, above what it was before.
  int64_t run_bytes = 0;    // The same during inference, weights included.
  double alone_s = 0;       // Median of a run, on as many threads as the last lane; 0: that is one.
};

struct Record {
  std::string model;  // "resnet50"
  std::string type;   // "fp32", "int8"
  int64_t batch = 1;
  int rounds = 0;
  double others = 0;      // CPUs that other processes had meanwhile, on average.
  double difference = 0;  // Of the engines' outputs: the largest, relative to the largest output.
  std::vector<Lane> lanes;
  std::vector<Ratio> ratios;
  Fresh assay, onnxruntime;  // On as many threads as the first lane.

  // nullptr: there is none.
  const Lane* FindLane(const std::string& subject, int threads) const;
  const Ratio* FindRatio(const std::string& contest, int threads) const;
};

// "resnet50:fp32:b1:t2"
std::string CaseOf(const Record& record, const Ratio& ratio);

struct Records {
  std::string onnxruntime;  // Its version.
  std::string machine;      // "2-core AMD EPYC"
  std::vector<Record> records;
};

nlohmann::json ToJson(const Records& records);
// Of files that ToJson made, one after the other. Error: the file that is none.
Result<Records> ReadRecords(const std::vector<std::string>& files);

}  // namespace assay::bench
