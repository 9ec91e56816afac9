// What the ranks beside rank 0 do: run the batches that the crew (crew.h) hands out.
#pragma once

#include <functional>
#include <memory>

#include "harness/tune/config.h"
#include "harness/tune/transport.h"
#include "kernels/base/status.h"

namespace assay::tune {

// Works until rank 0 ends it, or is known to have ended itself. `load` gives the configuration.
// What goes wrong is told to rank 0 alone.
void ServeCrew(std::unique_ptr<Transport> transport,
               const std::function<Result<TuneConfig>()>& load);

}  // namespace assay::tune
