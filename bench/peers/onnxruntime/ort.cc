#include "bench/peers/onnxruntime/ort.h"

#include <dlfcn.h>
#include <fmt/format.h>

namespace assay::bench {
namespace {

// Positions in the table, the same in every version that has them.
enum Position {
  kGetErrorMessage = 2,
  kCreateEnv = 3,
  kCreateSession = 7,
  kRun = 9,
  kCreateSessionOptions = 10,
  kSetSessionGraphOptimizationLevel = 23,
  kSetIntraOpNumThreads = 24,
  kSetInterOpNumThreads = 25,
  kCreateTensorWithDataAsOrtValue = 49,
  kCreateCpuMemoryInfo = 69,
  kReleaseEnv = 92,
  kReleaseStatus = 93,
  kReleaseMemoryInfo = 94,
  kReleaseSession = 95,
  kReleaseValue = 96,
  kReleaseSessionOptions = 100,
};

constexpr uint32_t kApiVersion = 17;
constexpr int kAllOptimizations = 99;
constexpr int kWarnings = 2;

struct ApiBase {
  void* const* (*get_api)(uint32_t version);
  const char* (*get_version)();
};

using Release = void(void*);

// ONNXTensorElementDataType.
int ElementType(DType dtype) {
  switch (dtype) {
    case DType::kF32:
      return 1;
    case DType::kU8:
      return 2;
    case DType::kI8:
      return 3;
    case DType::kI32:
      return 6;
    case DType::kI64:
      return 7;
    default:
      return 0;
  }
}

}  // namespace

Result<std::shared_ptr<const Ort>> Ort::Load(const std::string& path) {
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return Error(fmt::format("{}: {}", path, dlerror()));
  const auto get_base = reinterpret_cast<const ApiBase* (*)()>(dlsym(library, "OrtGetApiBase"));
  if (get_base == nullptr) return Error(fmt::format("{}: it is not ONNX Runtime", path));
  std::shared_ptr<Ort> ort(new Ort);
  ort->version_ = get_base()->get_version();
  ort->table_ = get_base()->get_api(kApiVersion);
  if (ort->table_ == nullptr) {
    return Error(fmt::format("{}: ONNX Runtime {} is too old; expected 1.{} or later", path,
                             ort->version_, kApiVersion));
  }
  ASSAY_RETURN_IF_ERROR(ort->Take(ort->At<void*(int, const char*, void**)>(kCreateEnv)(
      kWarnings, "assay", &ort->environment_)));
  ASSAY_RETURN_IF_ERROR(
      ort->Take(ort->At<void*(int, int, void**)>(kCreateCpuMemoryInfo)(1, 0, &ort->memory_info_)));
  return std::shared_ptr<const Ort>(std::move(ort));
}

Ort::~Ort() {
  if (memory_info_ != nullptr) At<Release>(kReleaseMemoryInfo)(memory_info_);
  if (environment_ != nullptr) At<Release>(kReleaseEnv)(environment_);
}

Status Ort::Take(void* status) const {
  if (status == nullptr) return {};
  std::string message = At<const char*(const void*)>(kGetErrorMessage)(status);
  At<Release>(kReleaseStatus)(status);
  return Error("ONNX Runtime: " + std::move(message));
}

Result<std::unique_ptr<OrtSession>> OrtSession::Make(std::shared_ptr<const Ort> ort,
                                                     const std::string& model, int threads) {
  std::unique_ptr<OrtSession> session(new OrtSession(ort));
  void* options = nullptr;
  ASSAY_RETURN_IF_ERROR(ort->Take(ort->At<void*(void**)>(kCreateSessionOptions)(&options)));
  using SetInt = void*(void*, int);
  Status status =
      ort->Take(ort->At<SetInt>(kSetSessionGraphOptimizationLevel)(options, kAllOptimizations));
  if (status.ok()) status = ort->Take(ort->At<SetInt>(kSetIntraOpNumThreads)(options, threads));
  if (status.ok()) status = ort->Take(ort->At<SetInt>(kSetInterOpNumThreads)(options, 1));
  if (status.ok()) {
    status = ort->Take(ort->At<void*(const void*, const char*, const void*, void**)>(
        kCreateSession)(ort->environment_, model.c_str(), options, &session->session_));
  }
  ort->At<Release>(kReleaseSessionOptions)(options);
  if (!status.ok()) return status;
  return session;
}

OrtSession::~OrtSession() {
  for (void* value : inputs_) ort_->At<Release>(kReleaseValue)(value);
  for (void* value : outputs_) ort_->At<Release>(kReleaseValue)(value);
  if (session_ != nullptr) ort_->At<Release>(kReleaseSession)(session_);
}

Status OrtSession::BindAll(std::span<const engine::Port> ports, std::span<const TensorView> views,
                           std::vector<std::string>& names, std::vector<void*>& values) {
  for (size_t i = 0; i < ports.size(); ++i) {
    const TensorView& view = views[i];
    const std::vector<int64_t> dims = view.shape.dims();
    const size_t bytes = static_cast<size_t>(view.shape.elements()) * SizeOf(view.dtype);
    void* value = nullptr;
    ASSAY_RETURN_IF_ERROR(
        ort_->Take(ort_->At<void*(const void*, void*, size_t, const int64_t*, size_t, int, void**)>(
            kCreateTensorWithDataAsOrtValue)(ort_->memory_info_, view.data, bytes, dims.data(),
                                             dims.size(), ElementType(view.dtype), &value)));
    values.push_back(value);
    names.push_back(ports[i].name);
  }
  return {};
}

Status OrtSession::Bind(std::span<const engine::Port> input_ports,
                        std::span<const TensorView> inputs,
                        std::span<const engine::Port> output_ports,
                        std::span<const TensorView> outputs) {
  ASSAY_RETURN_IF_ERROR(BindAll(input_ports, inputs, input_names_, inputs_));
  ASSAY_RETURN_IF_ERROR(BindAll(output_ports, outputs, output_names_, outputs_));
  for (const std::string& name : input_names_) input_c_names_.push_back(name.c_str());
  for (const std::string& name : output_names_) output_c_names_.push_back(name.c_str());
  return {};
}

Status OrtSession::Run() {
  return ort_->Take(ort_->At<void*(void*, const void*, const char* const*, void* const*, size_t,
                                   const char* const*, size_t, void**)>(kRun)(
      session_, nullptr, input_c_names_.data(), inputs_.data(), inputs_.size(),
      output_c_names_.data(), output_c_names_.size(), outputs_.data()));
}

}  // namespace assay::bench
