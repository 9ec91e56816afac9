// Values as error messages spell them.
#pragma once

#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

inline std::string Text(double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof(buffer), "%g", value);
  return buffer;
}
inline std::string Text(bool value) { return value ? "True" : "False"; }
inline std::string Text(const std::string& value) { return value; }

// "[0.8, 0.2]".
template <typename T>
std::string Text(const std::vector<T>& values) {
  std::string text = "[";
  for (size_t i = 0; i < values.size(); ++i) {
    if (i > 0) text += ", ";
    text += Text(static_cast<T>(values[i]));
  }
  return text + "]";
}

}  // namespace assay
