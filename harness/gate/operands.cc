#include "harness/gate/operands.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>

namespace assay::gate {
namespace {

int64_t ElementBytes(assay_type type) { return type == ASSAY_F32 || type == ASSAY_S32 ? 4 : 1; }

Buffer Filled(const assay_operand& operand, uint64_t seed) {
  std::minstd_rand random(static_cast<uint32_t>(seed * 2 + 1));
  Buffer buffer(static_cast<size_t>(Bytes(operand)));
  for (int64_t i = 0; i < operand.elements; ++i) {
    const auto bits = static_cast<uint32_t>(random() >> 8);
    if (operand.type == ASSAY_F32) {
      buffer.as<float>()[i] = static_cast<float>(static_cast<int32_t>(bits % 33) - 16) / 16.0f;
    } else if (operand.type == ASSAY_S32) {
      buffer.as<int32_t>()[i] = static_cast<int32_t>(bits % 20001) - 10000;
    } else {
      buffer.data()[i] = static_cast<uint8_t>(bits);
    }
  }
  return buffer;
}

template <typename T>
T At(const std::vector<uint8_t>& bytes, int64_t i) {
  T value;
  std::memcpy(&value, bytes.data() + i * static_cast<int64_t>(sizeof(T)), sizeof(T));
  return value;
}

double ValueAt(assay_type type, const std::vector<uint8_t>& bytes, int64_t i) {
  switch (type) {
    case ASSAY_F32:
      return static_cast<double>(At<float>(bytes, i));
    case ASSAY_S32:
      return At<int32_t>(bytes, i);
    case ASSAY_S8:
      return At<int8_t>(bytes, i);
    case ASSAY_U8:
      return At<uint8_t>(bytes, i);
  }
  return 0;
}

// How far elements may be apart, absolutely.
double Tolerance(const assay_case& definition, const std::vector<uint8_t>& base) {
  double largest = 0;
  for (int64_t i = 0; definition.relative_tolerance > 0 && i < definition.output.elements; ++i) {
    const double magnitude = std::abs(ValueAt(definition.output.type, base, i));
    if (std::isfinite(magnitude)) largest = std::max(largest, magnitude);
  }
  return definition.tolerance + definition.relative_tolerance * largest;
}

}  // namespace

int64_t Bytes(const assay_operand& operand) {
  return operand.elements * ElementBytes(operand.type);
}

Operands::Operands(const assay_case& definition, uint64_t seed)
    : output_(static_cast<size_t>(Bytes(definition.output))) {
  for (int32_t i = 0; i < definition.input_count; ++i) {
    buffers_.push_back(Filled(definition.inputs[i], seed + static_cast<uint64_t>(i)));
    inputs_.push_back(buffers_.back().data());
  }
}

void Operands::Spoil() { std::memset(output_.data(), 0xee, output_.size()); }

std::vector<uint8_t> Operands::Output() const {
  return {output_.data(), output_.data() + output_.size()};
}

std::string Difference(const assay_case& definition, const std::vector<uint8_t>& base,
                       const std::vector<uint8_t>& candidate) {
  const assay_type type = definition.output.type;
  const int64_t bytes = ElementBytes(type);
  const double tolerance = Tolerance(definition, base);
  for (int64_t i = 0; i < definition.output.elements; ++i) {
    if (std::memcmp(base.data() + i * bytes, candidate.data() + i * bytes,
                    static_cast<size_t>(bytes)) == 0) {
      continue;
    }
    const double a = ValueAt(type, base, i), b = ValueAt(type, candidate, i);
    if (std::isnan(a) && std::isnan(b)) continue;
    if (type == ASSAY_F32 && std::abs(a - b) <= tolerance) continue;
    return fmt::format("element {}: {} in the base, {} in the candidate (tolerance {})", i, a, b,
                       tolerance);
  }
  return "";
}

}  // namespace assay::gate
