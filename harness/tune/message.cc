#include "harness/tune/message.h"

#include <cstring>
#include <utility>

namespace assay::tune {

void MessageWriter::Append(const void* data, size_t bytes) {
  const auto* first = static_cast<const char*>(data);
  bytes_.insert(bytes_.end(), first, first + bytes);
}

MessageWriter& MessageWriter::Number(int64_t number) {
  Append(&number, sizeof number);
  return *this;
}

MessageWriter& MessageWriter::Text(std::string_view text) {
  Number(static_cast<int64_t>(text.size()));
  Append(text.data(), text.size());
  return *this;
}

MessageWriter& MessageWriter::Add(const Batch& batch) {
  Number(std::ssize(batch.labels));
  for (const int64_t label : batch.labels) Number(label);
  Number(std::ssize(batch.outputs));
  for (const Tensor& output : batch.outputs) {
    Number(static_cast<int64_t>(output.dtype())).Number(output.shape().rank());
    for (const int64_t dim : output.shape().dims()) Number(dim);
    Append(output.data(), output.bytes());
  }
  return *this;
}

std::span<const char> MessageReader::Take(int64_t bytes) {
  ok_ = ok_ && bytes >= 0 && bytes <= std::ssize(rest_);
  if (!ok_) return {};
  const auto taken = rest_.first(static_cast<size_t>(bytes));
  rest_ = rest_.subspan(taken.size());
  return taken;
}

int64_t MessageReader::Number() {
  int64_t number = 0;
  const auto bytes = Take(sizeof number);
  if (ok_) std::memcpy(&number, bytes.data(), sizeof number);
  return number;
}

std::string MessageReader::Text() {
  const auto bytes = Take(Number());
  return {bytes.begin(), bytes.end()};
}

Batch MessageReader::ReadBatch() {
  Batch batch;
  for (int64_t left = Number(); left > 0 && ok_; --left) batch.labels.push_back(Number());
  for (int64_t left = Number(); left > 0 && ok_; --left) {
    const auto dtype = static_cast<DType>(Number());
    std::vector<int64_t> dims;
    for (int64_t rank = Number(); rank > 0 && ok_; --rank) dims.push_back(Number());
    if (!ok_) break;
    Tensor output(dtype, Shape(std::move(dims)));
    const auto bytes = Take(static_cast<int64_t>(output.bytes()));
    if (!bytes.empty()) std::memcpy(output.data(), bytes.data(), bytes.size());
    batch.outputs.push_back(std::move(output));
  }
  return batch;
}

}  // namespace assay::tune
