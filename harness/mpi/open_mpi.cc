// The module that `assay tune` loads where mpirun started it: messages by MPI, none of which waits,
// since a rank that has died answers nothing, and its partner must not notice.
#define OMPI_SKIP_MPICXX
#include <mpi.h>
#include <unistd.h>

#include <csignal>
#include <list>
#include <set>
#include <utility>

#include "harness/tune/transport.h"
#include "kernels/base/export.h"

namespace assay::mpi {
namespace {

// A process that dies before all have found each other leaves the others waiting for ever.
constexpr unsigned kMostStart_s = 300;

void GiveUp(int) {
  constexpr char kSentence[] = "assay: the processes that mpirun started do not find each other\n";
  const auto ignored = write(STDERR_FILENO, kSentence, sizeof(kSentence) - 1);
  static_cast<void>(ignored);
  _exit(2);
}

class OpenMpi final : public tune::Transport {
 public:
  OpenMpi() {
    int provided = 0;
    const auto before = std::signal(SIGALRM, GiveUp);
    alarm(kMostStart_s);
    MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
    alarm(0);
    std::signal(SIGALRM, before);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
  }

  int rank() const override { return rank_; }
  int size() const override { return size_; }

  void Send(int to, std::span<const char> bytes) override {
    Transfer& transfer = sends_.emplace_back();
    transfer.message = {to, {bytes.begin(), bytes.end()}};
    MPI_Isend(transfer.message.bytes.data(), static_cast<int>(bytes.size()), MPI_BYTE, to, kTag,
              MPI_COMM_WORLD, &transfer.request);
  }

  std::optional<Message> Receive() override {
    Sweep();
    BeginReceives();
    std::set<int> waiting;  // For an earlier message of theirs.
    for (auto at = receives_.begin(); at != receives_.end(); ++at) {
      if (waiting.contains(at->message.from)) continue;
      if (!IsDone(*at)) {
        waiting.insert(at->message.from);
        continue;
      }
      Message message = std::move(at->message);
      receives_.erase(at);
      return message;
    }
    return std::nullopt;
  }

  void Finish(bool all) override {
    // Without all of them the goodbye would wait for ever; mpirun --enable-recovery does without.
    const double deadline = MPI_Wtime() + kLastSends_s;
    while (!sends_.empty() && MPI_Wtime() < deadline) Sweep();
    if (all) MPI_Finalize();
  }

 private:
  static constexpr int kTag = 1;
  static constexpr double kLastSends_s = 2;

  struct Transfer {
    Message message;
    MPI_Request request = MPI_REQUEST_NULL;
  };

  static bool IsDone(Transfer& transfer) {
    int done = 0;
    MPI_Test(&transfer.request, &done, MPI_STATUS_IGNORE);
    return done != 0;
  }

  void Sweep() { sends_.remove_if(IsDone); }

  // Of one sender the earlier message is matched first, and so is earlier in the list.
  void BeginReceives() {
    while (true) {
      int found = 0, bytes = 0;
      MPI_Message handle;
      MPI_Status status;
      MPI_Improbe(MPI_ANY_SOURCE, kTag, MPI_COMM_WORLD, &found, &handle, &status);
      if (found == 0) return;
      MPI_Get_count(&status, MPI_BYTE, &bytes);
      Transfer& transfer = receives_.emplace_back();
      transfer.message = {status.MPI_SOURCE, std::vector<char>(static_cast<size_t>(bytes))};
      MPI_Imrecv(transfer.message.bytes.data(), bytes, MPI_BYTE, &handle, &transfer.request);
    }
  }

  int rank_ = 0, size_ = 1;
  std::list<Transfer> sends_, receives_;
};

}  // namespace
}  // namespace assay::mpi

extern "C" {
ASSAY_EXPORT extern const int assay_transport_interface;
ASSAY_EXPORT assay::tune::Transport* assay_open_transport();

const int assay_transport_interface = assay::tune::kTransportInterface;
assay::tune::Transport* assay_open_transport() { return new assay::mpi::OpenMpi; }
}
