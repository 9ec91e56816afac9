// CodeChange: whether two builds of a library can differ in anything but where their code lies.
//
// Equal code at another place runs up to some percent faster or slower: no change of the sources
// did that, and none would undo it. "Equal" is meant of everything that is loaded: constants decide
// as instructions do.
#pragma once

#include <cstdint>
#include <string>

namespace assay::gate {

enum class CodeChange : uint8_t {
  kNone,       // All that is loaded is the same, at the same place; the build's id may differ.
  kPlacement,  // The same functions and data. Functions lie elsewhere, and refer to the same.
  kSome,       // Something else differs.
  kUnknown,    // Not known: there are no symbols, or the library loads others from its folder.
};

// "none", "placement", "some", "unknown".
const char* Name(CodeChange change);

struct CodeComparison {
  CodeChange change = CodeChange::kUnknown;
  std::string why;  // What differs first, or what is missing; "" for kNone and kPlacement.

  bool layout_only() const {
    return change == CodeChange::kNone || change == CodeChange::kPlacement;
  }
};

// By libelf and binutils' objdump. Functions are compared instruction by instruction, an address
// within the library by what is there: a function and an offset, or a section and an offset. Data
// must be equal byte for byte, but for the addresses in it, which are compared in the same way. A
// doubt is a difference.
CodeComparison CompareCode(const std::string& base, const std::string& candidate);

}  // namespace assay::gate
