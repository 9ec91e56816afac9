#include "harness/gate/file_hash.h"

#include <fmt/format.h>

#include <cstdint>
#include <fstream>
#include <iterator>

namespace assay::gate {

Result<std::string> HashOf(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return Error(fmt::format("{}: cannot be read", file));
  uint64_t hash = 0xcbf29ce484222325u;
  for (std::istreambuf_iterator<char> at(in), end; at != end; ++at) {
    hash = (hash ^ static_cast<uint8_t>(*at)) * 0x100000001b3u;
  }
  return fmt::format("{:016x}", hash);
}

}  // namespace assay::gate
