#include "harness/tune/predictions.h"

#include <algorithm>

#include "objectives/stats/proportion.h"

namespace assay::tune {

void Predictions::Add(const std::string& subject, const TensorView& outputs) {
  if (outputs.dtype != DType::kF32 || outputs.shape.rank() < 2 || outputs.elements() == 0) return;
  const auto scores = outputs.as<const float>();
  const auto samples = static_cast<size_t>(outputs.shape[0]);
  const size_t width = scores.size() / samples;
  if (width < 2) return;  // A value, not a class: all models would have the same one ahead.
  for (size_t i = 0; i < samples; ++i) {
    const auto row = scores.subspan(i * width, width);
    classes_[subject].push_back(std::ranges::max_element(row) - row.begin());
  }
}

std::vector<int64_t> Predictions::ClassesOf(const std::string& subject) const {
  const auto found = classes_.find(subject);
  return found == classes_.end() ? std::vector<int64_t>() : found->second;
}

void Predictions::Restore(const std::string& subject, std::vector<int64_t> classes) {
  if (!classes.empty()) classes_[subject] = std::move(classes);
}

std::optional<Estimate> Predictions::Agreement(const std::string& x, const std::string& y) const {
  const auto of_x = classes_.find(x), of_y = classes_.find(y);
  if (of_x == classes_.end() || of_y == classes_.end()) return std::nullopt;
  if (of_x->second.size() != of_y->second.size()) return std::nullopt;
  int64_t same = 0;
  for (size_t i = 0; i < of_x->second.size(); ++i) same += of_x->second[i] == of_y->second[i];
  return Wilson(same, static_cast<int64_t>(of_x->second.size()));
}

}  // namespace assay::tune
