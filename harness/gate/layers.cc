#include "harness/gate/layers.h"

#include <algorithm>

#include "objectives/stats/order.h"
#include "objectives/stats/trimmed.h"

namespace assay::gate {
namespace {

// Of the whole difference: less is not worth a name.
constexpr double kLeastShare = 0.1;

std::vector<double> Gathered(std::span<const std::vector<StepTimes>> processes, size_t step,
                             double StepTimes::*field) {
  std::vector<double> values;
  for (const auto& steps : processes) values.push_back(steps.at(step).*field);
  return values;
}

}  // namespace

Layers Attribute(std::span<const std::vector<StepTimes>> processes, double level) {
  Layers layers;
  if (processes.empty() || processes[0].empty()) return layers;
  const size_t steps = processes[0].size();
  const double each = 1 - (1 - level) / static_cast<double>(steps);
  for (size_t i = 0; i < steps; ++i) {
    Layer layer;
    layer.times = processes[0][i];
    for (double StepTimes::*field :
         {&StepTimes::base_s, &StepTimes::candidate_s, &StepTimes::difference_s}) {
      layer.times.*field = Median(Gathered(processes, i, field));
    }
    layer.difference_s = TrimmedLocation(Gathered(processes, i, &StepTimes::difference_s)).At(each);
    layers.whole_s += layer.difference_s.value;
    layers.all.push_back(std::move(layer));
  }
  for (Layer& layer : layers.all) {
    const Estimate& difference = layer.difference_s;
    layer.explains = difference.interval.lo > 0 && difference.value >= kLeastShare * layers.whole_s;
    if (layer.explains) layers.explained_s += difference.value;
  }
  std::ranges::sort(layers.all, std::ranges::greater(),
                    [](const Layer& layer) { return layer.difference_s.value; });
  return layers;
}

}  // namespace assay::gate
