// A comparison for machines: results/README.md has the schema.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>

#include "harness/compare/compare.h"
#include "harness/compare/variants.h"

namespace assay::compare {

nlohmann::json ToJson(std::span<const Contrast> contrasts, std::span<const Side> sides,
                      const CompareOptions& options);

nlohmann::json ToJson(const VariantComparison& comparison);

// {value, interval: {low, high, level}}; what is not finite is null.
nlohmann::json ToJson(const Estimate& estimate);

}  // namespace assay::compare
