// Record: a selftest's observations in a file, so that many short runs make one certificate.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "harness/gate/selftest.h"
#include "kernels/base/status.h"

namespace assay::gate {

struct Record {
  std::string library, machine;               // Of the file's bytes; fingerprint.
  std::map<std::string, int64_t> iterations;  // By case: of a batch.
  size_t cases = 0;                           // At most so many of them.
  Selftest selftest;

  // Reads the file if it is there; an empty record otherwise, or for "". Error: it is no record, or
  // that of another library, machine or version of the selftest.
  static Result<Record> Open(const std::string& file, const std::string& library);
  // Error: it cannot be written.
  Status Write(const std::string& file) const;
};

}  // namespace assay::gate
