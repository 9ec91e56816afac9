#include "harness/compare/peer_environment.h"

#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernels/cpu/isa.h"

namespace assay::compare {
namespace {

struct Variable {
  const char* name;
  std::string value;
  bool forced = false;  // Whatever the caller has set.
};

// oneDNN's word for ASSAY_ISA; "" leaves it uncapped.
std::string OnednnCap() {
  const char* cap = std::getenv("ASSAY_ISA");
  if (cap == nullptr) return "";
  constexpr std::pair<std::string_view, const char*> kCaps[] = {
      {"scalar", "SSE41"},           {"avx2", "AVX2"},
      {"avxvnni", "AVX2_VNNI"},      {"avx512", "AVX512_CORE"},
      {"avx512vbmi", "AVX512_CORE"}, {"avx512vnni", "AVX512_CORE_VNNI"}};
  for (const auto& [ours, theirs] : kCaps) {
    if (ours == std::string_view(cap)) return theirs;
  }
  return "";
}

std::vector<Variable> Variables(int threads) {
  const bool wide = UsableIsas().has(Isa::kAvx512);
  const std::string count = std::to_string(threads);
  std::vector<Variable> variables = {
      // Both take CPUs that they do not know for older ones.
      {"OPENBLAS_CORETYPE", wide ? "SkylakeX" : "Haswell"},
      {"LIBXSMM_TARGET", wide ? "skx" : "hsw"},
      {"OMP_NUM_THREADS", count, true},
      {"OPENBLAS_NUM_THREADS", count, true},
      // Waiting threads sleep after some 10 microseconds: long enough for back-to-back calls of
      // their own, short enough to leave the next contestant its core.
      {"OMP_WAIT_POLICY", "passive"},
      {"GOMP_SPINCOUNT", "1000"},
      {"OPENBLAS_THREAD_TIMEOUT", "16"},  // 2^16 cycles, the default being 2^26.
  };
  if (const std::string cap = OnednnCap(); !cap.empty()) {
    variables.push_back({"ONEDNN_MAX_CPU_ISA", cap});
  }
  return variables;
}

}  // namespace

bool SetPeerEnvironment(int threads) {
  bool changed = false;
  for (const Variable& variable : Variables(threads)) {
    const char* given = std::getenv(variable.name);
    if (given != nullptr && (!variable.forced || variable.value == given)) continue;
    setenv(variable.name, variable.value.c_str(), 1);
    changed = true;
  }
  return changed;
}

}  // namespace assay::compare
