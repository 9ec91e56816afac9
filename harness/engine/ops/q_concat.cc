#include "harness/engine/concatenation.h"
#include "harness/engine/integer_operands.h"
#include "harness/engine/lookup_step.h"
#include "harness/engine/per_image.h"

namespace assay::engine {
namespace {

LookupTable RequantizationTable(QuantParams from, QuantParams to) {
  LookupTable table;
  for (size_t code = 0; code < table.size(); ++code) {
    table[code] = Quantize(Dequantize(static_cast<uint8_t>(code), from), to);
  }
  return table;
}

// Parts with the result's parameters are copied, or have been written into place; the others are
// translated on the way, or in place.
Status Lower(const Node& node, Lowerer& lowerer) {
  const QuantParams result = ResultParams(node);
  for (const Part& part : PartsOf(node, lowerer)) {
    const QuantParams given = InputParams(node, part.input);
    if (given != result) {
      AddLookup(node, lowerer, RequantizationTable(given, result), part.src, part.dst);
    } else if (!part.in_place()) {
      lowerer.Copy(node, "QConcat", part.src, part.dst);
    }
  }
  return {};
}

}  // namespace

extern const Lowering q_concat;
const Lowering q_concat = {.op_type = "QConcat",
                           .domain = kFusedDomain,
                           .infer = InferConcatenation,
                           .lower = Lower,
                           .per_image = JoinsWithinImages};

}  // namespace assay::engine
