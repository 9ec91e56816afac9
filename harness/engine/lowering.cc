#include "harness/engine/lowering.h"

#include <vector>

namespace assay::engine {
namespace {

std::vector<const Lowering*> Members() {
  std::vector<const Lowering*> members;
  for (const Lowering* file : LoweringFiles()) {
    if (file->family == nullptr) {
      members.push_back(file);
    } else {
      for (const Lowering& member : file->family()) members.push_back(&member);
    }
  }
  return members;
}

}  // namespace

std::span<const Lowering* const> AllLowerings() {
  static const std::vector<const Lowering*> all = Members();
  return all;
}

const Lowering* FindLowering(const Node& node) {
  for (const Lowering* lowering : AllLowerings()) {
    if (lowering->op_type == node.op_type && lowering->domain == node.domain) return lowering;
  }
  return nullptr;
}

}  // namespace assay::engine
