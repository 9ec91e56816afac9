// Observer: sees every sample of one value during calibration and says the range to quantize it
// with. Streaming: its memory does not grow with the samples. To add one, write
// observers/<name>.cc, which defines an ObserverEntry named after the file.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "harness/quantize/ranges.h"
#include "kernels/base/status.h"

namespace assay::quantize {

class Observer {
 public:
  virtual ~Observer() = default;

  // The value's elements for one sample, in any order. Not finite ones are passed over.
  virtual void Observe(std::span<const float> elements) = 0;
  // Of all so far; [0, 0] before the first.
  virtual Range range() const = 0;
};

struct ObserverEntry {
  std::string_view name;  // As in YAML: "minmax".
  std::string_view summary;
  std::unique_ptr<Observer> (*make)();
};

// Every file of observers/.
std::span<const ObserverEntry* const> AllObservers();

}  // namespace assay::quantize
