// Verdict: what became of one test case, and the totals of many.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>
#include <string_view>

#include "kernels/base/status.h"

namespace assay::conform {

enum class Outcome { kPassed, kFailed, kUnsupported };

struct Verdict {
  Outcome outcome = Outcome::kFailed;
  std::string reason = {};  // Of what did not pass: a sentence.
  // Those of the model; where it is unsupported, those that stand in the way.
  std::set<std::string> operators = {};
  // Inputs whose values the plan had to know: they were constants when it was built.
  bool bound = false;

  // One line of text and back, to travel between processes.
  std::string ToText() const;
  static Result<Verdict> FromText(std::string_view text);
};

// "passed", "failed", "unsupported".
std::string_view Name(Outcome outcome);

class Tally {
 public:
  struct Counts {
    int64_t passed = 0, failed = 0, unsupported = 0;
    void Add(Outcome outcome);
  };

  void Add(const Verdict& verdict);
  const Counts& all() const { return all_; }
  int64_t bound() const { return bound_; }
  // A case counts under each of its operators.
  const std::map<std::string, Counts>& by_operator() const { return by_operator_; }
  // {"passed": n, "failed": n, "unsupported": n, "bound": n, "by_operator": {"Add": {...}}}
  nlohmann::json ToJson() const;

 private:
  Counts all_;
  int64_t bound_ = 0;
  std::map<std::string, Counts> by_operator_;
};

}  // namespace assay::conform
