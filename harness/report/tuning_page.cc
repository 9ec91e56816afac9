#include "harness/report/tuning_page.h"

#include "harness/report/page.h"

namespace assay::report {

std::string TuningPage(const nlohmann::json& data) { return Page(kPageParts.tuning, data); }

}  // namespace assay::report
