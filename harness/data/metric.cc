#include "harness/data/metric.h"

#include <fmt/format.h>

#include "kernels/base/nearest_name.h"

namespace assay::data {

Status Metric::Compare(const TensorView&, const TensorView&) {
  return Error("judges by labels alone");
}

Result<const MetricEntry*> FindMetric(std::string_view name) {
  return FindEntry("metric", name, AllMetrics());
}

Result<std::unique_ptr<Metric>> MakeMetric(std::string_view name, const Options& options) {
  const auto entry = FindMetric(name);
  if (!entry.ok()) return ErrorAt(options.where, entry.message());
  ASSAY_RETURN_IF_ERROR(CheckKeys(fmt::format("metric {}", name), options, (*entry)->keys));
  return (*entry)->make(options);
}

}  // namespace assay::data
