/* The registry of cases: what a library exports so that two builds of it can be gated against each
 * other by `assay gate --base-lib A.so --candidate-lib B.so`. Plain C, nothing else to include or
 * to link; kernels of any project can be gated with it. A library defines one function:
 *
 *     const struct assay_registry* assay_cases(void);
 *
 * Both builds are loaded into one process (dlopen, RTLD_NOW | RTLD_LOCAL). The host owns the
 * operands and gives the same addresses to both, fills the inputs, alike for both, and compares the
 * outputs before it times anything. Build with -fvisibility=hidden -fno-gnu-unique (unique symbols
 * would be shared by both), export assay_cases alone, and do not link an allocator. Each process
 * loads copies that lie elsewhere: libraries that are needed are found by $ORIGIN nevertheless, as
 * long as both builds find the same; other files beside the library are not there.
 *
 * Libraries of version 1 are taken as they are; what was added since is absent in them. */
#ifndef ASSAY_REGISTRY_H
#define ASSAY_REGISTRY_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef ASSAY_REGISTRY_VERSION /* 1u: what follows is as version 1 had it. */
#define ASSAY_REGISTRY_VERSION 2u
#endif
#define ASSAY_MAX_INPUTS 4

/* Inputs are filled so: f32 with multiples of 1/16 in [-1, 1], sums of up to 2^16 of whose products
 * are exact in any order; u8 and s8 over their whole range; s32 within +-10000. */
enum assay_type { ASSAY_F32 = 0, ASSAY_U8 = 1, ASSAY_S8 = 2, ASSAY_S32 = 3 };

struct assay_operand {
  enum assay_type type;
  int64_t elements;
};

struct assay_case {
  const char* name; /* Unique, such as "gemm:u8s8u8:256x256x256". */
  int32_t quick;    /* Not 0: part of the quick suite. */
  int32_t threads;  /* That run uses. 1: judged by the thread's CPU time; more: by wall time. */
  int32_t input_count;
  struct assay_operand inputs[ASSAY_MAX_INPUTS];
  struct assay_operand output;
  /* How far an f32 element of the two outputs may be apart; 0: they must be equal to the bit. */
  double tolerance;
  /* Makes the case ready on these operands (aligned to 64 bytes, alive until teardown): choosing,
   * packing, allocating. Returns a state, or NULL with a sentence in error[0..error_bytes). */
  void* (*setup)(const struct assay_case* self, const void* const* inputs, void* output,
                 char* error, int64_t error_bytes);
  /* Computes the output, `iterations` times. */
  void (*run)(void* state, int64_t iterations);
  /* The variant that runs, such as "u8s8_avx512vnni_14x32": a change is reported. May be NULL. */
  const char* (*variant)(void* state);
  void (*teardown)(void* state);
#if ASSAY_REGISTRY_VERSION >= 2
  /* Added to the tolerance: this share of the largest magnitude in the base's output. f32 only. */
  double relative_tolerance;
  /* What is made of steps, as a model is of layers, may have these; all may be NULL. A slowdown of
   * the whole is then attributed to them, name by name: times of steps of one name are added up. */
  int64_t (*step_count)(void* state);
  const char* (*step_name)(void* state, int64_t step);
  const char* (*step_variant)(void* state, int64_t step); /* As `variant`; may be NULL alone. */
  /* As `run`, and tells `done` after every step of every iteration. */
  void (*run_steps)(void* state, int64_t iterations, void (*done)(void* context, int64_t step),
                    void* context);
  const void* own; /* The library's; nobody else looks at it. */
#endif
};

struct assay_registry {
  uint32_t version;   /* ASSAY_REGISTRY_VERSION */
  uint32_t case_size; /* sizeof(struct assay_case) */
  int64_t case_count;
  const struct assay_case* cases;
#if ASSAY_REGISTRY_VERSION >= 2
  /* May be NULL. The case of a name that is not among the cases, such as "model:FILE.onnx"; it
   * lives as long as the library. NULL, with a sentence in error[0..error_bytes): there is none. */
  const struct assay_case* (*make_case)(const char* name, char* error, int64_t error_bytes);
#endif
};

typedef const struct assay_registry* (*assay_cases_function)(void);

#ifdef __cplusplus
}
#endif

#endif
