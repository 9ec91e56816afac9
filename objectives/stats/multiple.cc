#include "objectives/stats/multiple.h"

#include <algorithm>
#include <cmath>

namespace assay {
namespace {

// Indices of the numbers among the p-values, ascending by value.
std::vector<size_t> Ascending(std::span<const double> p_values) {
  std::vector<size_t> order;
  for (size_t i = 0; i < p_values.size(); ++i) {
    if (!std::isnan(p_values[i])) order.push_back(i);
  }
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return p_values[a] < p_values[b]; });
  return order;
}

}  // namespace

std::vector<double> BenjaminiHochberg(std::span<const double> p_values) {
  const std::vector<size_t> order = Ascending(p_values);
  std::vector<double> adjusted(p_values.begin(), p_values.end());
  double least = 1;  // Step up: from the largest p-value down.
  for (size_t rank = order.size(); rank > 0; --rank) {
    const double scale = static_cast<double>(order.size()) / static_cast<double>(rank);
    least = std::min(least, p_values[order[rank - 1]] * scale);
    adjusted[order[rank - 1]] = least;
  }
  return adjusted;
}

std::vector<double> Holm(std::span<const double> p_values) {
  const std::vector<size_t> order = Ascending(p_values);
  std::vector<double> adjusted(p_values.begin(), p_values.end());
  double largest = 0;  // Step down: from the smallest p-value up.
  for (size_t i = 0; i < order.size(); ++i) {
    const double scale = static_cast<double>(order.size() - i);
    largest = std::max(largest, std::min(1.0, p_values[order[i]] * scale));
    adjusted[order[i]] = largest;
  }
  return adjusted;
}

}  // namespace assay
