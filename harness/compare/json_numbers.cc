#include "harness/compare/json_numbers.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace assay::compare {
namespace {

bool IsLetter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }

// Behind the string that opens at `at`, or the end of the text.
size_t EndOfString(std::string_view json, size_t at) {
  for (++at; at < json.size() && json[at] != '"'; ++at) {
    if (json[at] == '\\') ++at;
  }
  return std::min(json.size(), at + 1);
}

bool IsNonFinite(std::string_view word) {
  std::string lower(word);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  constexpr std::array<std::string_view, 3> kWords = {"nan", "inf", "infinity"};
  return std::ranges::find(kWords, lower) != kWords.end();
}

}  // namespace

std::string NonFiniteAsNull(std::string_view json) {
  std::string text;
  text.reserve(json.size());
  for (size_t at = 0; at < json.size();) {
    size_t end = at + 1;
    if (json[at] == '"') {
      end = EndOfString(json, at);
    } else if (IsLetter(json[at])) {
      while (end < json.size() && IsLetter(json[end])) ++end;
      if (IsNonFinite(json.substr(at, end - at))) {
        if (!text.empty() && text.back() == '-') text.pop_back();
        text += "null";
        at = end;
        continue;
      }
    }
    text += json.substr(at, end - at);
    at = end;
  }
  return text;
}

}  // namespace assay::compare
