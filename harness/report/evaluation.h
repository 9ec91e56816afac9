// Tables of what was measured of models, for people.
#pragma once

#include <span>
#include <string>

#include "harness/tune/trial.h"
#include "harness/tune/tuner.h"

namespace assay::report {

// A line per model: accuracy, median latency with its interval, speed-up against the first with
// its interval, peak memory, file size, share of the multiply-adds done in int8, and every other
// objective.
std::string EvaluationTable(std::span<const tune::ModelRecord> models);

// "92.95 %", "412 us [409, 416]", "1.25 MB": a value with its unit.
std::string FormatValue(const tune::ObjectiveRecord& record);

// One line of a finished trial, and the outcome of a search in a few lines.
std::string TrialLine(const tune::TrialRecord& trial);
std::string TuneSummary(const tune::TuneResult& result);

}  // namespace assay::report
