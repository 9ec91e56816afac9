// Suite: which cases are gated.
#pragma once

#include <optional>
#include <regex>
#include <set>
#include <string>

#include "harness/gate/registry.h"
#include "kernels/base/status.h"

namespace assay::gate {

class Suite {
 public:
  // "quick": the cases that say so. "full": all. Otherwise a file with a name per line, "#"
  // starting a comment. Of these, those in which `filter`, a regular expression, is found. Error:
  // the file cannot be read or names nothing; the expression is none.
  static Result<Suite> Make(const std::string& suite, const std::string& filter);

  bool Has(const assay_case& c) const;
  // Of the file; none of the others.
  const std::set<std::string>& names() const;

 private:
  bool quick_ = false;
  std::optional<std::set<std::string>> names_;
  std::optional<std::regex> filter_;
};

}  // namespace assay::gate
