#include "kernels/base/nearest_name.h"

#include <algorithm>
#include <cctype>
#include <numeric>
#include <vector>

namespace assay {
namespace {

char Lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

// Levenshtein's distance, letter case apart.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t replaced = diagonal + (Lower(a[i]) == Lower(b[j]) ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string_view NearestName(std::string_view name, std::span<const std::string_view> names) {
  std::string_view nearest;
  size_t best = name.size() + 1;
  for (std::string_view candidate : names) {
    const size_t distance = EditDistance(name, candidate);
    if (distance < best && distance * 2 <= std::max(name.size(), candidate.size())) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

std::string UnknownName(std::string_view what, std::string_view name,
                        std::span<const std::string_view> names) {
  // A name from a hostile file may be long; what it resembles no longer matters then.
  constexpr size_t kLongest = 80;
  const std::string_view nearest =
      name.size() <= kLongest ? NearestName(name, names) : std::string_view();
  std::string text = "unknown " + std::string(what) + " '" +
                     std::string(name.substr(0, kLongest)) + "'";
  if (!nearest.empty()) text += "; did you mean '" + std::string(nearest) + "'?";
  text += "; known: ";
  for (size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += ", ";
    text += names[i];
  }
  return text;
}

}  // namespace assay
