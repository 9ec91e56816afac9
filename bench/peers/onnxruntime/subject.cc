#include "bench/peers/onnxruntime/subject.h"

#include "harness/engine/tensors.h"
#include "harness/onnx/import.h"

namespace assay::bench {
namespace {

Result<engine::Plan> MakePlan(const SubjectOptions& options) {
  ASSAY_ASSIGN_OR_RETURN(Graph graph, onnx::Import(options.model));
  engine::PlanOptions plan = {.batch = options.batch, .threads = options.threads};
  if (options.winograd_bytes) plan.winograd_bytes = *options.winograd_bytes;
  return engine::Plan::Build(std::move(graph), plan);
}

}  // namespace

Operands::Operands(std::span<const engine::Port> input_ports,
                   std::span<const engine::Port> output_ports)
    : inputs(engine::Noise(input_ports, 1)),
      outputs(engine::Allocate(output_ports)),
      input_views(engine::Views(inputs)),
      output_views(engine::Views(outputs)) {}

AssaySubject::AssaySubject(engine::Session session)
    : session_(std::move(session)),
      operands_(session_.plan().inputs(), session_.plan().outputs()) {}

Result<std::unique_ptr<AssaySubject>> AssaySubject::Make(const SubjectOptions& options) {
  ASSAY_ASSIGN_OR_RETURN(engine::Plan plan, MakePlan(options));
  engine::Session session(std::make_shared<const engine::Plan>(std::move(plan)), options.threads);
  return std::unique_ptr<AssaySubject>(new AssaySubject(std::move(session)));
}

Result<std::unique_ptr<OrtSubject>> OrtSubject::Make(std::shared_ptr<const Ort> ort,
                                                     const SubjectOptions& options,
                                                     std::span<const engine::Port> inputs,
                                                     std::span<const engine::Port> outputs) {
  ASSAY_ASSIGN_OR_RETURN(auto session,
                         OrtSession::Make(std::move(ort), options.model, options.threads));
  std::unique_ptr<OrtSubject> subject(new OrtSubject(std::move(session), inputs, outputs));
  ASSAY_RETURN_IF_ERROR(subject->session_->Bind(inputs, subject->operands_.input_views, outputs,
                                                subject->operands_.output_views));
  return subject;
}

}  // namespace assay::bench
