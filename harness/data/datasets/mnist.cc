#include "harness/data/dataset.h"
#include "harness/data/idx.h"

namespace assay::data {

extern const DatasetEntry mnist;
const DatasetEntry mnist = {
    .name = "MNIST",
    .summary = "28 x 28 gray digits, 10 classes, from idx files",
    .keys = kIdxKeys,
    .open = [](const Options& options) { return OpenIdxFolder("MNIST", options); },
};

}  // namespace assay::data
