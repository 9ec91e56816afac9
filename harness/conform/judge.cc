#include "harness/conform/judge.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>

#include "harness/conform/agreement.h"
#include "harness/engine/session.h"
#include "harness/engine/tensors.h"
#include "harness/measure/child.h"
#include "harness/measure/interrupt.h"
#include "harness/onnx/import.h"

namespace assay::conform {
namespace {

constexpr const char* kChild = "conform";

std::set<std::string> OperatorsOf(const onnx::Survey& survey) {
  std::set<std::string> operators;
  for (const auto& [op, nodes] : survey.operators) operators.insert(op);
  return operators;
}

// The operator that a refusal names, as "node 'x' (Conv): ..." does; otherwise all of the model.
std::set<std::string> Blamed(const onnx::Survey& survey, const std::string& refusal) {
  for (const auto& [op, nodes] : survey.operators) {
    if (refusal.find("(" + op + ")") != std::string::npos) return {op};
  }
  return OperatorsOf(survey);
}

// What cannot be run, by which operators of which opset.
Verdict Refused(const onnx::Survey& survey, const std::string& refusal) {
  std::set<std::string> operators = Blamed(survey, refusal);
  return {Outcome::kUnsupported,
          fmt::format("{} [{}; opset {}]", refusal, fmt::join(operators, ", "), survey.opset),
          std::move(operators)};
}

// A plan that is ready for the inputs of a data set.
struct Prepared {
  std::shared_ptr<const engine::Plan> plan;
  std::vector<Tensor> inputs;  // Of the plan's ports.
};

// Inputs from `first_bound` on are constants of the plan.
Result<Prepared> Prepare(const TestCase& test_case, const std::vector<std::string>& names,
                         const std::vector<Tensor>& inputs, size_t first_bound) {
  onnx::ImportOptions import;
  engine::PlanOptions options;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (i >= first_bound) {
      import.constants.emplace(names[i], inputs[i]);
    } else {
      options.input_shapes.emplace(names[i], inputs[i].shape());
    }
  }
  ASSAY_ASSIGN_OR_RETURN(Graph graph, onnx::Import(test_case.model(), import));
  ASSAY_ASSIGN_OR_RETURN(engine::Plan plan, engine::Plan::Build(std::move(graph), options));
  Prepared prepared{std::make_shared<const engine::Plan>(std::move(plan)), {}};
  for (const engine::Port& port : prepared.plan->inputs()) {
    const auto name = std::ranges::find(names, port.name);
    prepared.inputs.push_back(inputs[static_cast<size_t>(name - names.begin())]);
  }
  return prepared;
}

// The fewest constants with which the plan can be built.
Result<Prepared> PrepareSomehow(const TestCase& test_case, const std::vector<std::string>& names,
                                const std::vector<Tensor>& inputs, bool& bound) {
  auto prepared = Prepare(test_case, names, inputs, inputs.size());
  for (const size_t first : {size_t{1}, size_t{0}}) {
    if (prepared.ok() || first >= inputs.size()) continue;
    prepared = Prepare(test_case, names, inputs, first);
    bound = true;
  }
  return prepared;
}

Status RunAndCompare(const Prepared& prepared, const std::vector<Tensor>& expected) {
  engine::Session session(prepared.plan, 1);
  std::vector<Tensor> inputs = prepared.inputs;
  std::vector<Tensor> outputs = engine::Allocate(prepared.plan->outputs());
  ASSAY_RETURN_IF_ERROR(session.Run(engine::Views(inputs), engine::Views(outputs)));
  if (outputs.size() != expected.size()) {
    return Error(fmt::format("{} outputs, expected {}", outputs.size(), expected.size()));
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    const Status agreement = ExpectAgreement(outputs[i], expected[i], {});
    if (!agreement.ok()) {
      return Error(
          fmt::format("output '{}': {}", prepared.plan->outputs()[i].name, agreement.message()));
    }
  }
  return {};
}

Verdict JudgeDataSet(const TestCase& test_case, const onnx::Survey& survey, const DataSet& set) {
  Verdict verdict;
  verdict.operators = OperatorsOf(survey);
  if (set.inputs.size() > survey.inputs.size()) {
    verdict.reason = fmt::format("{} inputs are given, the model has {}", set.inputs.size(),
                                 survey.inputs.size());
    return verdict;
  }
  const auto prepared = PrepareSomehow(test_case, survey.inputs, set.inputs, verdict.bound);
  if (!prepared.ok()) return Refused(survey, prepared.message());
  const Status run = RunAndCompare(*prepared, set.outputs);
  verdict.outcome = run.ok() ? Outcome::kPassed : Outcome::kFailed;
  verdict.reason = run.message();
  return verdict;
}

}  // namespace

Verdict Judge(const TestCase& test_case) {
  const auto survey = onnx::Examine(test_case.model());
  if (!survey.ok()) return {Outcome::kFailed, survey.message()};
  if (!survey->missing.empty()) {
    return {Outcome::kUnsupported, fmt::format("{}", fmt::join(survey->unsupported, "; ")),
            survey->missing};
  }
  const auto sets = ReadDataSets(test_case);
  if (!sets.ok()) return Refused(*survey, sets.message());
  Verdict verdict;
  for (const DataSet& set : *sets) {
    verdict = JudgeDataSet(test_case, *survey, set);
    if (verdict.outcome != Outcome::kPassed) break;
  }
  return verdict;
}

void RegisterJudge() {
  measure::RegisterChild(kChild, [](const auto& arguments) -> Result<std::string> {
    return Judge({arguments.at(0), arguments.at(1)}).ToText();
  });
}

Result<Verdict> JudgeInChild(const TestCase& test_case, double timeout_s) {
  const auto answer =
      measure::RunChild(kChild, {test_case.name, test_case.folder.string()}, timeout_s);
  if (measure::Interrupted()) return Error("interrupted");
  if (answer.ok()) return Verdict::FromText(*answer);
  return Verdict{Outcome::kFailed, answer.message()};
}

}  // namespace assay::conform
