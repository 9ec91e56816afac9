// As rows_avx512, with tables of bytes in permutes of bytes.
#include "kernels/elementwise/rows.h"
#include "kernels/elementwise/softmax.h"
#include "kernels/elementwise/vec_avx512.h"

namespace assay::elementwise {
namespace {

struct Vec512Vbmi : Vec512 {
  // vpermi2b finds one of 128 entries; the top bit chooses between two.
  class Table {
   public:
    [[gnu::always_inline]] explicit Table(const uint8_t* p)
        : v_{_mm512_loadu_si512(p), _mm512_loadu_si512(p + 64), _mm512_loadu_si512(p + 128),
             _mm512_loadu_si512(p + 192)} {}
    [[gnu::always_inline]] Int operator()(Int x) const {
      return _mm512_mask_blend_epi8(_mm512_movepi8_mask(x),
                                    _mm512_permutex2var_epi8(v_[0], x, v_[1]),
                                    _mm512_permutex2var_epi8(v_[2], x, v_[3]));
    }

   private:
    Int v_[4];
  };
};

}  // namespace

extern const Variant rows_avx512vbmi = {
    "rows_avx512vbmi",     Isa::kAvx512Vbmi,      AddF32<Vec512>,     ClampF32<Vec512>,
    AddU8<Vec512>,         LookupU8<Vec512Vbmi>,  QuantizeU8<Vec512>, DequantizeU8<Vec512>,
    DequantizeS32<Vec512>, RequantizeS32<Vec512>, Softmax<Vec512>};

}  // namespace assay::elementwise
