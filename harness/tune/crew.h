// Crew: the ranks that mpirun started beside this one, rank 0, which alone searches, times and
// writes. They run batches of accuracy passes. Batches are handed out as ranks are free, and taken
// back in their order, so that metrics see what one process would show them, to the bit.
//
// A rank that dies costs nothing but the time of its batches: rank 0 works too, never waits for
// anybody while a batch is left to be run, and runs those that do not come back itself.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "harness/tune/batch.h"
#include "harness/tune/process.h"
#include "harness/tune/transport.h"
#include "kernels/base/function_ref.h"
#include "kernels/base/status.h"

namespace assay::tune {

class Crew {
 public:
  using Warn = std::function<void(const std::string& sentence)>;

  // `transport` is rank 0's, or nullptr: then the crew is empty, and does nothing.
  Crew(std::unique_ptr<Transport> transport, Warn warn);
  // Ends the others.
  ~Crew();
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  bool empty() const { return members_.empty(); }
  // Members must work on the same data with the same version: others are not given anything.
  void Expect(std::string identity) { identity_ = std::move(identity); }

  // One pass of a model over `total` samples of which each batch has `batch`, the last maybe less.
  struct Pass {
    std::string model;  // The bytes of its file; empty: the configuration names it.
    int64_t data = 0;   // 0: search, 1: confirmation.
    int64_t total = 0, batch = 1;
  };
  void Begin(const Pass& pass);
  // The batch of that number, which is the next one. `run` runs one here.
  using Run = FunctionRef<Result<Batch>(int64_t number)>;
  Result<Batch> Next(int64_t number, Run run);
  // Returns once nobody works, for what must not be disturbed.
  void Quiet();

  // Batches of all passes, and those of them that others ran.
  int64_t batches() const { return batches_; }
  int64_t shared_batches() const { return shared_batches_; }
  int64_t members() const { return std::ssize(members_); }

 private:
  struct Member {
    int rank = 0;
    Process process;
    bool ready = false;      // It has data and waits for work.
    bool idle = false;       // It cannot work.
    bool gone = false;       // It has ended, or does not answer.
    bool leaving = false;    // It waits for the end.
    int64_t knows = -1;      // The task whose model it has.
    std::set<int64_t> due;   // Batches of the task that it was given.
    int64_t unanswered = 0;  // Of all tasks.
  };

  int64_t batch_count() const { return (pass_.total + pass_.batch - 1) / pass_.batch; }
  bool IsDue(int64_t number) const;
  // Takes what has come and hands out what is within reach of batch `first`.
  void Poll(int64_t first);
  void Take(const Transport::Message& message);
  void HandOut(Member& member, int64_t number);
  // Waits until `done` holds of each member that is not gone, at most so long.
  void Await(FunctionRef<bool(const Member&)> done, double most_s);

  std::unique_ptr<Transport> transport_;
  Warn warn_;
  std::vector<Member> members_;
  std::string identity_;
  Pass pass_;
  int64_t task_ = 0;   // The number of the pass.
  int64_t next_ = 0;   // The first batch that nobody was given.
  int64_t taken_ = 0;  // Batches that Next has returned.
  std::map<int64_t, Result<Batch>> results_;
  int64_t batches_ = 0, shared_batches_ = 0;
};

}  // namespace assay::tune
