#include "bench/gate/embedded_models.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <span>

// ASSAY_EMBED(name, path): the bytes of a file of the sources, between two symbols.
#define ASSAY_EMBED(name, path)                                                                   \
  __asm__(".pushsection .rodata\n.balign 64\nassay_model_" #name ":\n.incbin \"" ASSAY_SOURCE_DIR \
          "/" path "\"\nassay_model_" #name "_end:\n.popsection\n");                              \
  extern "C" __attribute__((visibility("hidden"))) const char assay_model_##name[];               \
  extern "C" __attribute__((visibility("hidden"))) const char assay_model_##name##_end[]

ASSAY_EMBED(fashion_mobile, "harness/demo/fashion_mobile.onnx");
ASSAY_EMBED(fashion_residual, "harness/demo/fashion_residual.onnx");
// What ./demo wrote: fashion_mobile in QDQ form, all multiply-adds in integers.
ASSAY_EMBED(fashion_mobile_int8, "bench/gate/fashion_mobile_int8.onnx");

namespace assay::gate {
namespace {

struct Model {
  std::string_view name;
  std::span<const char> bytes;
};

std::span<const Model> Models() {
  static const Model models[] = {
      {"fashion_mobile", {assay_model_fashion_mobile, assay_model_fashion_mobile_end}},
      {"fashion_residual", {assay_model_fashion_residual, assay_model_fashion_residual_end}},
      {"fashion_mobile_int8",
       {assay_model_fashion_mobile_int8, assay_model_fashion_mobile_int8_end}},
  };
  return models;
}

}  // namespace

Result<std::string> EmbeddedModel(std::string_view name) {
  for (const Model& model : Models()) {
    if (model.name != name) continue;
    const int file = memfd_create("model", MFD_CLOEXEC);  // Open as long as the process lives.
    if (file < 0) return Error(fmt::format("model {}: {}", name, std::strerror(errno)));
    const auto size = static_cast<ssize_t>(model.bytes.size());
    if (write(file, model.bytes.data(), model.bytes.size()) != size) {
      close(file);
      return Error(fmt::format("model {}: no memory for its bytes", name));
    }
    return fmt::format("/proc/self/fd/{}", file);
  }
  return Error(fmt::format("model {}: it is not built in", name));
}

}  // namespace assay::gate
