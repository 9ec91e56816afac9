#include "harness/tune/split.h"

#include <fmt/format.h>

#include <memory>
#include <numeric>
#include <set>
#include <string>
#include <utility>

#include "harness/data/fingerprint.h"
#include "harness/data/subset.h"
#include "objectives/stats/random.h"

namespace assay::tune {
namespace {

Result<std::string> HashSample(const data::Pipeline& pipeline, int64_t index, Tensor& image) {
  int64_t label = 0;
  ASSAY_RETURN_IF_ERROR(pipeline.Load(index, image.view(), {&label, 1}));
  data::Fingerprint hash;
  hash.Add(std::span(static_cast<const uint8_t*>(image.data()), image.bytes()));
  return hash.hex();
}

Result<std::vector<std::string>> HashSamples(const data::Pipeline& pipeline) {
  std::vector<int64_t> dims = pipeline.sample_shape().dims();
  dims.insert(dims.begin(), 1);
  Tensor image(DType::kF32, Shape(dims));
  std::vector<std::string> hashes;
  for (int64_t i = 0; i < pipeline.staged(); ++i) {
    ASSAY_ASSIGN_OR_RETURN(std::string hash, HashSample(pipeline, i, image));
    hashes.push_back(std::move(hash));
  }
  return hashes;
}

}  // namespace

Split MakeSplit(int64_t count, double share, uint64_t seed) {
  std::vector<int64_t> order(static_cast<size_t>(count));
  std::iota(order.begin(), order.end(), int64_t{0});
  std::mt19937_64 generator(seed);
  for (size_t left = order.size(); left > 1; --left) {  // Fisher and Yates.
    std::swap(order[left - 1], order[UniformIndex(generator, static_cast<uint32_t>(left))]);
  }
  const auto first = order.end() - static_cast<ptrdiff_t>(share * static_cast<double>(count));
  return {{order.begin(), first}, {first, order.end()}};
}

Result<LabelledData> OpenLabelledData(const TuneConfig& config) {
  const DataConfig& wanted = config.accuracy->data;
  const ConfirmationConfig& confirmation = config.confirmation;
  ASSAY_ASSIGN_OR_RETURN(auto opened, data::OpenDataset(wanted.dataset, wanted.options));
  const std::shared_ptr<const data::Dataset> whole = std::move(opened);
  const double share = confirmation.data ? 0 : confirmation.share;
  Split split = MakeSplit(whole->size(), share, config.random_seed);
  if (share > 0 && split.confirmation.empty()) {
    return Error(
        fmt::format("{}: a share of {} of {} samples leaves none to confirm the winner on; "
                    "expected more samples, or share: 0",
                    confirmation.where, share, whole->size()));
  }
  ASSAY_ASSIGN_OR_RETURN(
      auto search,
      data::Pipeline::Make(data::MakeSubset(whole, std::move(split.search)), wanted.pipeline));
  LabelledData labelled{std::move(search), std::nullopt};
  if (confirmation.data) {
    ASSAY_ASSIGN_OR_RETURN(labelled.confirmation, OpenPipeline(*confirmation.data));
  } else if (share > 0) {
    ASSAY_ASSIGN_OR_RETURN(
        labelled.confirmation,
        data::Pipeline::Make(data::MakeSubset(whole, std::move(split.confirmation)),
                             wanted.pipeline));
  }
  return labelled;
}

Result<int64_t> CountShared(const data::Pipeline& first, const data::Pipeline& second) {
  ASSAY_ASSIGN_OR_RETURN(const auto of_first, HashSamples(first));
  ASSAY_ASSIGN_OR_RETURN(const auto of_second, HashSamples(second));
  const std::set<std::string> known(of_first.begin(), of_first.end());
  int64_t shared = 0;
  for (const std::string& hash : of_second) shared += known.contains(hash);
  return shared;
}

}  // namespace assay::tune
