#include "harness/report/page.h"

#include <nlohmann/json.hpp>

namespace assay::report {
namespace {

// JSON within a script element: no text of it may end that.
std::string Embedded(const nlohmann::json& data) {
  using nlohmann::json;
  const std::string text = data.dump(-1, ' ', false, json::error_handler_t::replace);
  std::string embedded;
  for (const char c : text) {
    if (c == '<') {
      embedded += "\\u003c";  // Only strings have one.
    } else {
      embedded += c;
    }
  }
  return embedded;
}

// What stands for "@name@".
std::string Part(std::string_view name, std::string_view script, const nlohmann::json& data) {
  if (name == "style") return std::string(kPageParts.style);
  if (name == "script") return std::string(kPageParts.common).append(script);
  if (name == "library") return std::string(kPageParts.library);
  return Embedded(data);
}

}  // namespace

std::string Page(std::string_view script, const nlohmann::json& data) {
  std::string html;
  std::string_view rest = kPageParts.page;
  for (size_t at; (at = rest.find('@')) != std::string_view::npos;) {
    const size_t end = rest.find('@', at + 1);
    html += rest.substr(0, at);
    html += Part(rest.substr(at + 1, end - at - 1), script, data);
    rest.remove_prefix(end + 1);
  }
  return html.append(rest);
}

}  // namespace assay::report
