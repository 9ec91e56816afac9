#include "harness/compare/peer_library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <filesystem>
#include <string_view>

#include "harness/compare/peer_environment.h"

namespace assay::compare {

Result<std::span<const Peer* const>> LoadPeers(const std::string& path, int threads) {
  SetPeerEnvironment(threads);
  // Without a slash the system's folders would be searched.
  const std::string absolute = std::filesystem::absolute(path).string();
  void* handle = dlopen(absolute.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    const char* why = dlerror();
    return Error(fmt::format("{}: cannot be loaded: {}", path, why != nullptr ? why : "unknown"));
  }
  auto table = reinterpret_cast<const PeerTable* (*)()>(dlsym(handle, "assay_peers"));
  if (table == nullptr) return Error(fmt::format("{}: exports no assay_peers", path));
  const PeerTable* found = table();
  if (found->version != std::string_view(ASSAY_VERSION)) {
    return Error(
        fmt::format("{}: is of version {}, this is {}", path, found->version, ASSAY_VERSION));
  }
  return found->peers;
}

}  // namespace assay::compare
