#include "harness/data/dataset.h"
#include "harness/data/idx.h"

namespace assay::data {

extern const DatasetEntry fashion_mnist;
const DatasetEntry fashion_mnist = {
    .name = "FashionMNIST",
    .summary = "28 x 28 gray clothes, 10 classes, from idx files",
    .keys = kIdxKeys,
    .open = [](const Options& options) { return OpenIdxFolder("FashionMNIST", options); },
};

}  // namespace assay::data
