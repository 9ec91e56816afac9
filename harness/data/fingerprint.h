// Fingerprint: a 64-bit FNV-1a hash of everything fed to it, as 16 hexadecimal digits. It tells one
// data set from another in a journal; it is not made against forgery.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace assay::data {

class Fingerprint {
 public:
  void Add(std::span<const uint8_t> bytes);
  // The length too, so that "ab" + "c" differs from "a" + "bc".
  void Add(std::string_view text);
  void Add(int64_t number);

  std::string hex() const;

 private:
  uint64_t state_ = 0xcbf29ce484222325;
};

}  // namespace assay::data
