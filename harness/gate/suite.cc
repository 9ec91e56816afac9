#include "harness/gate/suite.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

namespace assay::gate {

Result<Suite> Suite::Make(const std::string& suite, const std::string& filter) {
  Suite made;
  made.quick_ = suite == "quick";
  if (suite != "quick" && suite != "full") {
    std::ifstream file(suite);
    if (!file) {
      return Error(
          fmt::format("suite '{}': expected quick, full, or a file that can be read", suite));
    }
    made.names_.emplace();
    for (std::string line; std::getline(file, line);) {
      std::istringstream words(line.substr(0, line.find('#')));
      if (std::string name; words >> name) made.names_->insert(name);
    }
    if (file.bad() || made.names_->empty()) {
      return Error(fmt::format("suite '{}': names no case", suite));
    }
  }
  if (filter.empty()) return made;
  try {
    made.filter_ = std::regex(filter);
  } catch (const std::regex_error& error) {
    return Error(fmt::format("filter '{}': no regular expression: {}", filter, error.what()));
  }
  return made;
}

const std::set<std::string>& Suite::names() const {
  static const std::set<std::string> none;
  return names_ ? *names_ : none;
}

bool Suite::Has(const assay_case& c) const {
  if (quick_ && c.quick == 0) return false;
  if (names_ && !names_->contains(c.name)) return false;
  return !filter_ || std::regex_search(c.name, *filter_);
}

}  // namespace assay::gate
