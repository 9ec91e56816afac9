// fidelity: how much a model says what the fp32 model says; needs no labels. Both kinds are means
// over samples in [0, 1], and 1 for fp32 itself, so that a relative limit of 0.01 reads: the same
// class on 99 %, or 20 dB.
#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "harness/data/metric.h"
#include "harness/data/rows.h"

namespace assay::data {
namespace {

using Row = std::span<const float>;

// Whether both have the same class ahead. NaN agrees with nothing.
double SameClass(Row outputs, Row reference) {
  const int64_t top = TopClass(reference);
  return top >= 0 && TopClass(outputs) == top ? 1 : 0;
}

// signal / (signal + noise) = 1 / (1 + 10^(-SQNR / 10)): 0.9 is 9.5 dB, 0.99 20 dB, 0.999 30 dB.
double SignalShare(Row outputs, Row reference) {
  double signal = 0, noise = 0;
  for (size_t i = 0; i < outputs.size(); ++i) {
    const double difference = double{outputs[i]} - double{reference[i]};
    signal += double{reference[i]} * double{reference[i]};
    noise += difference * difference;
  }
  if (noise == 0) return 1;
  const double share = signal / (signal + noise);
  return share >= 0 ? share : 0;  // NaN, of outputs that are none: nothing is left of the signal.
}

class Fidelity final : public Metric {
 public:
  explicit Fidelity(bool by_class) : by_class_(by_class) {}

  Status Update(const TensorView&, std::span<const int64_t>) override {
    return Error("fidelity judges by the outputs of fp32, not by labels");
  }
  bool wants_reference() const override { return true; }

  Status Compare(const TensorView& outputs, const TensorView& reference) override {
    ASSAY_ASSIGN_OR_RETURN(const int64_t width, CompareWidth("fidelity", outputs, reference));
    if (by_class_) {
      ASSAY_RETURN_IF_ERROR(ClassCount("fidelity: top1", outputs, outputs.shape[0]).status());
    }
    const auto row = static_cast<size_t>(width);
    const Row found = outputs.as<const float>(), exact = reference.as<const float>();
    for (size_t begin = 0; begin < found.size(); begin += row) {
      outcomes_.push_back((by_class_ ? SameClass : SignalShare)(found.subspan(begin, row),
                                                                exact.subspan(begin, row)));
    }
    return {};
  }

  double value() const override {
    return std::reduce(outcomes_.begin(), outcomes_.end()) / static_cast<double>(samples());
  }
  int64_t samples() const override { return static_cast<int64_t>(outcomes_.size()); }
  std::span<const double> outcomes() const override { return outcomes_; }
  bool higher_is_better() const override { return true; }
  void Reset() override { outcomes_.clear(); }

 private:
  const bool by_class_;
  std::vector<double> outcomes_;
};

Result<std::unique_ptr<Metric>> Make(const Options& options) {
  OptionReader reader("metric fidelity", options);
  const bool by_class = reader.Choice("by", {"top1", "sqnr"}, "top1") == "top1";
  ASSAY_RETURN_IF_ERROR(reader.status());
  return std::unique_ptr<Metric>(std::make_unique<Fidelity>(by_class));
}

constexpr OptionKey kKeys[] = {
    {"by",
     "top1: share of samples with the same class ahead (default); sqnr: share of the "
     "signal in the output's power, 0.99 = 20 dB"}};

}  // namespace

extern const MetricEntry fidelity;
const MetricEntry fidelity = {
    .name = "fidelity",
    .summary = "agreement with the fp32 model, without labels",
    .keys = kKeys,
    .unit = "%",
    .scalar_key = "by",
    .make = Make,
};

}  // namespace assay::data
