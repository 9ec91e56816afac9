#include "harness/tune/crew_member.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "harness/tune/evaluator.h"
#include "harness/tune/message.h"
#include "harness/tune/process.h"

namespace assay::tune {
namespace {

using std::chrono::microseconds;

// A model from the bytes of its file, which never touch a disk.
Result<Model> ModelOf(std::string_view bytes) {
  const int file = memfd_create("model.onnx", MFD_CLOEXEC);
  if (file < 0) return Error("no memory for a model");
  Result<Model> model = Error("no memory for a model");
  if (write(file, bytes.data(), bytes.size()) == std::ssize(bytes)) {
    model = LoadModel(fmt::format("/proc/self/fd/{}", file), "candidate");
  }
  close(file);
  return model;
}

class CrewMember {
 public:
  explicit CrewMember(std::unique_ptr<Transport> transport) : transport_(std::move(transport)) {}

  void Serve(const std::function<Result<TuneConfig>()>& load) {
    const Status prepared = Prepare(load);
    const Process self = Process::This();
    Send(MessageWriter(MessageKind::kReady)
             .Number(self.id)
             .Text(self.host)
             .Text(prepared.message())
             .Text(evaluator_ ? evaluator_->Identity() : ""));
    // One that waits does not compute, or it would disturb those who measure.
    constexpr microseconds kShortest{50}, kLongest{5000};
    microseconds pause = kShortest;
    while (!ended_) {
      if (const auto message = transport_->Receive()) {
        Obey(MessageReader(message->bytes));
        pause = kShortest;
      } else {
        if (master_.HasEnded()) return;
        std::this_thread::sleep_for(pause);
        pause = std::min(2 * pause, kLongest);
      }
    }
  }

 private:
  Status Prepare(const std::function<Result<TuneConfig>()>& load) {
    ASSAY_ASSIGN_OR_RETURN(config_, load());
    ASSAY_ASSIGN_OR_RETURN(evaluator_, Evaluator::Make(*config_, {}));
    return {};
  }

  void Obey(MessageReader reader) {
    switch (reader.Kind()) {
      case MessageKind::kWelcome:
        master_.id = reader.Number();
        master_.host = reader.Text();
        return;
      case MessageKind::kModel:
        TakeModel(reader);
        return;
      case MessageKind::kBatch:
        RunBatch(reader);
        return;
      case MessageKind::kLeave:
        return Send(MessageWriter(MessageKind::kLeaving));
      case MessageKind::kEnd:
        transport_->Finish(reader.Number() != 0);
        ended_ = true;
        return;
      default:
        return;
    }
  }

  void TakeModel(MessageReader& reader) {
    runner_.reset();
    reader.Number();  // The task, which comes with each batch as well.
    const bool named = reader.Number() != 0;
    model_ = named ? LoadModel(config_->model_path, "fp32") : ModelOf(reader.Text());
    if (model_->ok()) runner_.emplace(evaluator_->Runner(**model_));
  }

  void RunBatch(MessageReader& reader) {
    const int64_t task = reader.Number(), data = reader.Number();
    const int64_t begin = reader.Number(), count = reader.Number();
    const data::Pipeline* pipeline = evaluator_->Data(data);
    const bool fits = runner_ && pipeline != nullptr && reader.ok() && begin >= 0 && count > 0 &&
                      count <= pipeline->size() - begin;
    if (fits) {
      const Result<Batch> batch = runner_->Run(*pipeline, begin, count);
      if (batch.ok()) {
        return Send(MessageWriter(MessageKind::kOutputs).Number(task).Number(begin).Add(*batch));
      }
    }
    Send(MessageWriter(MessageKind::kFailed).Number(task).Number(begin));
  }

  void Send(const MessageWriter& message) { transport_->Send(0, message.bytes()); }

  std::unique_ptr<Transport> transport_;
  Process master_;
  std::optional<TuneConfig> config_;
  std::optional<Evaluator> evaluator_;
  std::optional<Result<Model>> model_;
  std::optional<BatchRunner> runner_;
  bool ended_ = false;
};

}  // namespace

void ServeCrew(std::unique_ptr<Transport> transport,
               const std::function<Result<TuneConfig>()>& load) {
  CrewMember(std::move(transport)).Serve(load);
}

}  // namespace assay::tune
