// Messages between ranks as bytes: a kind, then numbers, texts and tensors in an agreed order. All
// ranks are the same program on the same kind of machine.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/tune/batch.h"
#include "kernels/base/tensor.h"

namespace assay::tune {

enum class MessageKind : int64_t {
  // From rank 0.
  kWelcome,  // Process, host: of rank 0.
  kModel,    // Task, whether the configuration names the model, the bytes of its file if not.
  kBatch,    // Task, which data (0 search, 1 confirmation), begin, count.
  kLeave,    // Nothing; answered by kLeaving.
  kEnd,      // Whether all ranks are there to say goodbye.
  // To rank 0.
  kReady,    // Process, host; a sentence where this rank cannot work; what it works on.
  kOutputs,  // Task, begin, the batch.
  kFailed,   // Task, begin.
  kLeaving,
};

class MessageWriter {
 public:
  explicit MessageWriter(MessageKind kind) { Number(static_cast<int64_t>(kind)); }

  MessageWriter& Number(int64_t number);
  MessageWriter& Text(std::string_view text);
  MessageWriter& Add(const Batch& batch);

  std::span<const char> bytes() const { return bytes_; }

 private:
  void Append(const void* data, size_t bytes);

  std::vector<char> bytes_;
};

// Reads in the order of writing. A message that ends early gives zeros and empties, and is not ok.
class MessageReader {
 public:
  explicit MessageReader(std::span<const char> bytes) : rest_(bytes) {}

  MessageKind Kind() { return static_cast<MessageKind>(Number()); }
  int64_t Number();
  std::string Text();
  Batch ReadBatch();

  bool ok() const { return ok_; }

 private:
  std::span<const char> Take(int64_t bytes);

  std::span<const char> rest_;
  bool ok_ = true;
};

}  // namespace assay::tune
