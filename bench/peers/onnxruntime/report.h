// The tables of records: speed, threads, memory and plan building.
#pragma once

#include <span>
#include <vector>

#include "bench/common/section.h"
#include "bench/peers/onnxruntime/record.h"

namespace assay::bench {

// Sections without a row are left out.
std::vector<Section> MakeSections(std::span<const Record> records);

}  // namespace assay::bench
