// Transport: messages between the processes, ranks, that mpirun started together. The module that
// knows MPI (harness/mpi) is loaded only in them: nothing else of Assay has anything to do with it.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "kernels/base/status.h"

namespace assay::tune {

class Transport {
 public:
  struct Message {
    int from = 0;
    std::vector<char> bytes;
  };
  static constexpr size_t kMostBytes = size_t{1} << 30;

  virtual ~Transport() = default;
  virtual int rank() const = 0;
  virtual int size() const = 0;
  // Copies the bytes, at most kMostBytes, and returns at once. To a rank that has died they get
  // lost, without an error. Between two ranks messages keep their order.
  virtual void Send(int to, std::span<const char> bytes) = 0;
  // A message that is here whole; never waits.
  virtual std::optional<Message> Receive() = 0;
  // The last call. `all`: every rank makes it, so that they may say goodbye to each other.
  virtual void Finish(bool all) = 0;
};

// What the module exports, beside `const int assay_transport_interface`.
inline constexpr int kTransportInterface = 1;
using OpenTransportFunction = Transport* (*)();

// nullptr where this process was not started by mpirun, or alone. Error: it was, but the module is
// not there, or is another version's.
Result<std::unique_ptr<Transport>> OpenTransport();

// How many ranks share this machine; 1 where this process was not started by mpirun.
int RanksOfThisHost();

}  // namespace assay::tune
