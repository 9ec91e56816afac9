#include "harness/tune/transport.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace assay::tune {
namespace {

// As Open MPI's mpirun tells its processes; 1 where there is none.
int FromEnvironment(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? 1 : std::max(1, std::atoi(text));
}

}  // namespace

Result<std::unique_ptr<Transport>> OpenTransport() {
  const int ranks = FromEnvironment("OMPI_COMM_WORLD_SIZE");
  if (ranks == 1) return std::unique_ptr<Transport>();
  std::error_code ignored;
  const auto file =
      std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path() / "libassay_mpi.so";
  // Global, since Open MPI loads components of its own that look for its symbols.
  void* const module = dlopen(file.c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (module == nullptr) {
    return Error(
        fmt::format("mpirun started {} processes, but the module for that cannot be "
                    "loaded ({}); expected Assay built with Open MPI (ASSAY_MPI)",
                    ranks, dlerror()));
  }
  const auto* interface = static_cast<const int*>(dlsym(module, "assay_transport_interface"));
  const auto open = reinterpret_cast<OpenTransportFunction>(dlsym(module, "assay_open_transport"));
  if (interface == nullptr || *interface != kTransportInterface || open == nullptr) {
    return Error(fmt::format("{}: is of another version of Assay", file.string()));
  }
  return std::unique_ptr<Transport>(open());
}

int RanksOfThisHost() { return FromEnvironment("OMPI_COMM_WORLD_LOCAL_SIZE"); }

}  // namespace assay::tune
