// What objectives observed of models, as lines of the journal keep it: all of a Series, to the bit.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "kernels/base/status.h"
#include "objectives/objective.h"

namespace assay::tune {

using Objectives = std::vector<std::shared_ptr<Objective>>;

// {subject: {objective: {values, samples, outcomes, complete, details, metrics}}}; outcomes that
// are all 0 or 1 as hexadecimal digits of four each, the first in the highest bit. NaN is null,
// infinities are text.
nlohmann::json SeriesToJson(const Objectives& objectives, std::span<const std::string> subjects);

// Gives the objectives back what SeriesToJson took from them. Error: the text is of another form.
Status RestoreSeries(const nlohmann::json& json, const Objectives& objectives);

}  // namespace assay::tune
