// Predictions: the class that each model holds likeliest, sample by sample. Needs no labels.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kernels/base/tensor.h"
#include "objectives/stats/interval.h"

namespace assay::tune {

class Predictions {
 public:
  // Outputs of the next samples: [n, ...] floats, a score per class, of which there are two or more;
  // anything else, such as a single value, is passed over. Of equal scores the first counts.
  void Add(const std::string& subject, const TensorView& outputs);
  void Forget(const std::string& subject) { classes_.erase(subject); }
  // By sample; none where nothing was predicted. Restore gives back what ClassesOf took.
  std::vector<int64_t> ClassesOf(const std::string& subject) const;
  void Restore(const std::string& subject, std::vector<int64_t> classes);

  // The share of samples on which both predict the same, with Wilson's interval. Nothing where they
  // did not see as many, or none.
  std::optional<Estimate> Agreement(const std::string& x, const std::string& y) const;

 private:
  std::map<std::string, std::vector<int64_t>> classes_;
};

}  // namespace assay::tune
