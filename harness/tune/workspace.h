// Workspace: the folder of one run. It is one process's alone, and remembers how far an earlier run
// came.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "harness/tune/config.h"
#include "harness/tune/run_key.h"
#include "kernels/base/status.h"

namespace assay::tune {

// The finished trials of a run that is to be continued; none: a new run.
struct EarlierRun {
  std::vector<nlohmann::json> trials;
  int64_t journal_bytes = 0;  // Of the trials: behind them the journal goes on.
};

class Workspace {
 public:
  // Makes the folder, keeps other processes out of it as long as this object lives (flock(2) on the
  // folder, so that nothing stays behind when the process is killed), and removes what a killed
  // process left half done. Error: the folder cannot be made or written to; another process has it.
  static Result<Workspace> Open(const std::filesystem::path& folder);

  Workspace(Workspace&& other) noexcept;
  Workspace& operator=(Workspace&& other) noexcept;
  ~Workspace();

  std::filesystem::path best() const { return folder_ / "best.onnx"; }
  std::filesystem::path result() const { return folder_ / "result.json"; }
  // Kernel variants of the best model and of fp32, where these were measured.
  std::filesystem::path variants() const { return folder_ / "variants.json"; }
  std::filesystem::path journal() const { return folder_ / "trials.jsonl"; }
  // The folder of the models of the Pareto front, where they are asked for.
  std::filesystem::path front() const { return folder_ / "front"; }
  std::filesystem::path candidate() const { return folder_ / "trial.onnx"; }

  // What to continue:
  //   Resume::kAuto  the trials of a run that was cut off; none where the run came to its end
  //   Resume::kTrue  also of one that came to its end, to go on with more trials
  //   Resume::kFalse nothing
  // Error, with what to do: such a run was of another key; its journal is damaged.
  Result<EarlierRun> FindEarlierRun(const RunKey& key, Resume resume) const;
  // best.onnx and result.json of an earlier run become best.previous.onnx, result.previous.json.
  void KeepEarlierResult() const;

 private:
  Workspace(std::filesystem::path folder, int descriptor);
  // Whether result.json is the end of a run of so many trials.
  bool Finished(size_t trials) const;

  std::filesystem::path folder_;
  int descriptor_ = -1;
};

}  // namespace assay::tune
