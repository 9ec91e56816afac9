#include "harness/data/transform.h"

#include <fmt/format.h>

#include "kernels/base/nearest_name.h"

namespace assay::data {

Result<std::unique_ptr<Transform>> MakeTransform(std::string_view name, const Options& options) {
  const auto entry = FindEntry("transform", name, AllTransforms());
  if (!entry.ok()) return ErrorAt(options.where, entry.message());
  ASSAY_RETURN_IF_ERROR(CheckKeys(fmt::format("transform {}", name), options, (*entry)->keys));
  return (*entry)->make(options);
}

}  // namespace assay::data
