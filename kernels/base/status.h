// Status and Result<T>: how Assay reports that the world is wrong. An error is one sentence that
// says what failed, where, what was found and what is allowed.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "kernels/base/check.h"

namespace assay {

// Success, or a sentence.
class [[nodiscard]] Status {
 public:
  Status() = default;
  static Status Error(std::string message) {
    Status status;
    status.message_ = std::move(message);
    return status;
  }

  bool ok() const { return !message_.has_value(); }
  // The sentence; empty when ok.
  const std::string& message() const {
    static const std::string empty;
    return message_ ? *message_ : empty;
  }

 private:
  std::optional<std::string> message_;
};

inline Status Error(std::string message) { return Status::Error(std::move(message)); }

// A value, or the sentence that says why there is none.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}  // NOLINT: implicit by design
  Result(Status status) : status_(std::move(status)) { ASSAY_CHECK(!status_.ok()); }  // NOLINT

  bool ok() const { return value_.has_value(); }
  const Status& status() const { return status_; }
  const std::string& message() const { return status_.message(); }

  T& value() & {
    ASSAY_CHECK(ok());
    return *value_;
  }
  const T& value() const& {
    ASSAY_CHECK(ok());
    return *value_;
  }
  T&& value() && {
    ASSAY_CHECK(ok());
    return std::move(*value_);
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  std::optional<T> value_;
  Status status_;
};

}  // namespace assay

// Returns from the enclosing function when `expression` (a Status) is an error.
#define ASSAY_RETURN_IF_ERROR(expression)                                  \
  do {                                                                     \
    if (::assay::Status assay_status = (expression); !assay_status.ok()) { \
      return assay_status;                                                 \
    }                                                                      \
  } while (false)

#define ASSAY_CONCAT_INNER(a, b) a##b
#define ASSAY_CONCAT(a, b) ASSAY_CONCAT_INNER(a, b)

// ASSAY_ASSIGN_OR_RETURN(auto graph, Import(path)); declares or assigns, or returns the error.
#define ASSAY_ASSIGN_OR_RETURN(lhs, expression) \
  ASSAY_ASSIGN_OR_RETURN_INNER(ASSAY_CONCAT(assay_result_, __LINE__), lhs, expression)
#define ASSAY_ASSIGN_OR_RETURN_INNER(result, lhs, expression) \
  auto result = (expression);                                 \
  if (!result.ok()) return result.status();                   \
  lhs = *std::move(result)
