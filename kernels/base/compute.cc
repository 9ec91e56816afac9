#include "kernels/base/compute.h"

namespace assay {

std::string_view Name(ComputeType type) {
  switch (type) {
    case ComputeType::kF32:
      return "f32";
    case ComputeType::kU8S8S32:
      return "u8s8s32";
    case ComputeType::kU8S8U8:
      return "u8s8u8";
    case ComputeType::kS16S16S32:
      return "s16s16s32";
  }
  return "?";
}

}  // namespace assay
