// ONNX Runtime as a peer, through its C API, loaded at run time: no package has its header, but the
// API is a stable table of function pointers (only ever extended).
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "harness/engine/plan.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor.h"

namespace assay::bench {

// The loaded library. It stays loaded until the process ends.
class Ort {
 public:
  // path: of libonnxruntime.so.1. Error: it cannot be loaded, or is older than 1.17.
  static Result<std::shared_ptr<const Ort>> Load(const std::string& path);
  ~Ort();
  Ort(const Ort&) = delete;
  Ort& operator=(const Ort&) = delete;

  const std::string& version() const { return version_; }

 private:
  friend class OrtSession;
  Ort() = default;
  // Ok, or the message of the status, which is released.
  Status Take(void* status) const;
  template <typename Function>
  Function* At(int position) const {
    return reinterpret_cast<Function*>(table_[position]);
  }

  void* const* table_ = nullptr;
  void* environment_ = nullptr;
  void* memory_info_ = nullptr;
  std::string version_;
};

// One model, with all graph optimizations, and its operands bound.
class OrtSession {
 public:
  static Result<std::unique_ptr<OrtSession>> Make(std::shared_ptr<const Ort> ort,
                                                  const std::string& model, int threads);
  ~OrtSession();
  OrtSession(const OrtSession&) = delete;
  OrtSession& operator=(const OrtSession&) = delete;

  // The memory that Run reads and writes, in the order of the ports; borrowed.
  Status Bind(std::span<const engine::Port> input_ports, std::span<const TensorView> inputs,
              std::span<const engine::Port> output_ports, std::span<const TensorView> outputs);
  Status Run();

 private:
  explicit OrtSession(std::shared_ptr<const Ort> ort) : ort_(std::move(ort)) {}
  Status BindAll(std::span<const engine::Port> ports, std::span<const TensorView> views,
                 std::vector<std::string>& names, std::vector<void*>& values);

  std::shared_ptr<const Ort> ort_;
  void* session_ = nullptr;
  std::vector<std::string> input_names_, output_names_;
  std::vector<const char*> input_c_names_, output_c_names_;
  std::vector<void*> inputs_, outputs_;  // OrtValue*
};

}  // namespace assay::bench
