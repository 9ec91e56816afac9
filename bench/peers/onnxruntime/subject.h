// Subject: a model loaded by one of the two engines, its operands bound, ready to run again and
// again.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bench/peers/onnxruntime/ort.h"
#include "harness/engine/plan.h"
#include "harness/engine/session.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor.h"

namespace assay::bench {

struct SubjectOptions {
  std::string model;
  int64_t batch = 1;
  int threads = 1;
  std::optional<int64_t> winograd_bytes = {};  // Assay's.
};

// The model's inputs from seed 1, and memory for its outputs.
struct Operands {
  explicit Operands(std::span<const engine::Port> inputs, std::span<const engine::Port> outputs);
  std::vector<Tensor> inputs, outputs;
  std::vector<TensorView> input_views, output_views;
};

class Subject {
 public:
  virtual ~Subject() = default;
  virtual Status Run() = 0;
  virtual std::span<const Tensor> outputs() const = 0;
};

// From the file to a session: import, plan, packed weights.
class AssaySubject : public Subject {
 public:
  static Result<std::unique_ptr<AssaySubject>> Make(const SubjectOptions& options);
  const engine::Plan& plan() const { return session_.plan(); }
  Status Run() override { return session_.Run(operands_.input_views, operands_.output_views); }
  std::span<const Tensor> outputs() const override { return operands_.outputs; }

 private:
  explicit AssaySubject(engine::Session session);
  engine::Session session_;
  Operands operands_;
};

class OrtSubject : public Subject {
 public:
  // The ports are the model's, as Assay's plan has them.
  static Result<std::unique_ptr<OrtSubject>> Make(std::shared_ptr<const Ort> ort,
                                                  const SubjectOptions& options,
                                                  std::span<const engine::Port> inputs,
                                                  std::span<const engine::Port> outputs);
  Status Run() override { return session_->Run(); }
  std::span<const Tensor> outputs() const override { return operands_.outputs; }

 private:
  OrtSubject(std::unique_ptr<OrtSession> session, std::span<const engine::Port> inputs,
             std::span<const engine::Port> outputs)
      : session_(std::move(session)), operands_(inputs, outputs) {}
  std::unique_ptr<OrtSession> session_;
  Operands operands_;
};

}  // namespace assay::bench
