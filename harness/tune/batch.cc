#include "harness/tune/batch.h"

#include "harness/engine/tensors.h"

namespace assay::tune {

Result<Batch> BatchRunner::Run(const data::Pipeline& data, int64_t begin, int64_t count) {
  std::unique_ptr<engine::Session>& session = sessions_[count];
  if (session == nullptr) {
    ASSAY_ASSIGN_OR_RETURN(session, make_(count));
  }
  Tensor images(DType::kF32, session->plan().inputs()[0].shape);
  Batch batch{std::vector<int64_t>(static_cast<size_t>(count)), {}};
  ASSAY_RETURN_IF_ERROR(data.Load(begin, images.view(), batch.labels));
  batch.outputs = engine::Allocate(session->plan().outputs());
  const TensorView input = images.view();
  ASSAY_RETURN_IF_ERROR(session->Run({&input, 1}, engine::Views(batch.outputs)));
  return batch;
}

}  // namespace assay::tune
