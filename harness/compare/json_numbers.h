// Numbers that JSON does not have and Google Benchmark writes.
#pragma once

#include <string>
#include <string_view>

namespace assay::compare {

// The text with every NaN, -NaN, Infinity or -Infinity outside strings, also "nan" and "inf" of
// older versions, as null.
std::string NonFiniteAsNull(std::string_view json);

}  // namespace assay::compare
