/* A library of cases of somebody else: plain C, nothing of Assay but its header. WORK: how much the
 * case does; BY_NAME: 30 % more where the file's name says "slower"; DEAF: takes as long however many
 * iterations it is asked for; WRONG: computes something else; VERSION: of its registry; NAME: of the
 * case. CRASHING: a second case does DIE, abort() unless it is defined; with LATER, in every process
 * but the first, which writes its number to the file that TOY_LATER names. PART: needs libpart.so.
 * UNIQUE: a symbol of which a process has one. STEPS: the case is made of four steps, of which SLOW_STEP does SLOW_WORK. TRACE: appends what is
 * done, by the library of this name, to the file that TOY_TRACE names. */
#ifdef BY_NAME
#define _GNU_SOURCE
#include <dlfcn.h>
#include <string.h>
#endif
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/gate/registry.h"

#ifdef BY_NAME
#define WORK state->work
#endif
#ifndef WORK
#define WORK 1000
#endif
#ifndef NAME
#define NAME "toy:mix"
#endif
#ifndef VERSION
#define VERSION ASSAY_REGISTRY_VERSION
#endif

#ifdef TRACE
static void trace(const char* what) {
  const char* file = getenv("TOY_TRACE");
  FILE* out = file != NULL ? fopen(file, "a") : NULL;
  if (out == NULL) return;
  fprintf(out, "%d %s %s\n", (int)getpid(), TRACE, what);
  fclose(out);
}
__attribute__((constructor)) static void load(void) { trace("load"); }
#else
static void trace(const char* what) { (void)what; }
#endif

struct state {
  const unsigned char* src;
  unsigned char* dst;
  int work;
};

static void* set_up(const struct assay_case* self, const void* const* inputs, void* output,
                    char* error, int64_t error_bytes) {
  (void)self;
  trace("set up");
  struct state* state = malloc(sizeof(struct state));
  if (state == NULL) {
    snprintf(error, (size_t)error_bytes, "no memory");
    return NULL;
  }
  state->src = inputs[0];
  state->dst = output;
#ifdef BY_NAME
  Dl_info file;
  state->work = dladdr((void*)set_up, &file) != 0 && strstr(file.dli_fname, "slower") ? 1300 : 1000;
#endif
  return state;
}

static void* fail(const struct assay_case* self, const void* const* inputs, void* output,
                  char* error, int64_t error_bytes) {
  (void)self, (void)inputs, (void)output;
  snprintf(error, (size_t)error_bytes, "this one never can");
  return NULL;
}

static void tear_down(void* state) {
  trace("tear down");
  free(state);
}

static void mix(void* opaque, int64_t iterations) {
  trace("run");
  struct state* state = opaque;
#ifdef DEAF
  iterations = 1000;
#endif
  for (int64_t i = 0; i < iterations; ++i) {
    unsigned hash = state->src[0];
    for (int k = 0; k < WORK; ++k) {
      hash = hash * 1664525u + 1013904223u;
      __asm__ volatile("" : "+r"(hash));
    }
#ifdef WRONG
    state->dst[0] = (unsigned char)(state->src[0] + 1);
#else
    state->dst[0] = state->src[0];
#endif
  }
}

#ifdef CRASHING
#ifndef DIE
#define DIE abort()
#endif

#ifdef LATER
static int later(void) {
  int first = 0;
  FILE* file = fopen(getenv("TOY_LATER"), "a+");
  if (file == NULL) return 1;
  rewind(file);
  if (fscanf(file, "%d", &first) != 1) fprintf(file, "%d", first = (int)getpid());
  fclose(file);
  return first != (int)getpid();
}
#else
static int later(void) { return 1; }
#endif

static void crash(void* state, int64_t iterations) {
  if (later()) DIE;
  mix(state, iterations);
}
#endif
#ifdef PART
int part(void);
__attribute__((constructor)) static void need(void) {
  if (part() != 1) abort();
}
#endif
#ifdef UNIQUE
__asm__(".data\n.globl one\n.type one, @gnu_unique_object\n.size one, 4\none: .long 1\n");
#endif

#ifdef STEPS
#ifndef SLOW_STEP
#define SLOW_STEP -1
#define SLOW_WORK 0
#endif

static int64_t step_count(void* state) {
  (void)state;
  return 4;
}

static const char* step_name(void* state, int64_t step) {
  static const char* const names[] = {"first", "second", "third", STEPS};
  (void)state;
  return names[step];
}

static const char* step_variant(void* state, int64_t step) {
  (void)state;
  return step == SLOW_STEP ? "slow" : "usual";
}

static void run_steps(void* opaque, int64_t iterations, void (*done)(void* context, int64_t step),
                      void* context) {
  struct state* state = opaque;
  for (int64_t i = 0; i < iterations; ++i) {
    for (int step = 0; step < 4; ++step) {
      unsigned hash = state->src[0];
      for (int k = 0; k < (step == SLOW_STEP ? SLOW_WORK : 10000); ++k) {
        hash = hash * 1664525u + 1013904223u;
        __asm__ volatile("" : "+r"(hash));
      }
      state->dst[0] = state->src[0];
      if (done != NULL) done(context, step);
    }
  }
}

static void run_whole(void* state, int64_t iterations) { run_steps(state, iterations, NULL, NULL); }
#define RUN run_whole
#else
#define RUN mix
#endif

static const char* variant(void* state) {
  (void)state;
#ifdef WRONG
  return "toy_wrong";
#else
  return "toy";
#endif
}

static const struct assay_case cases[] = {
    {.name = NAME,
     .quick = 1,
     .threads = 1,
     .input_count = 1,
     .inputs = {{ASSAY_U8, 16}},
     .output = {ASSAY_U8, 1},
     .setup = set_up,
     .run = RUN,
     .variant = variant,
#ifdef STEPS
     .step_count = step_count,
     .step_name = step_name,
     .step_variant = step_variant,
     .run_steps = run_steps,
#endif
     .teardown = tear_down},
#ifdef CRASHING
    {.name = "toy:crash",
     .quick = 1,
     .threads = 1,
     .input_count = 1,
     .inputs = {{ASSAY_U8, 16}},
     .output = {ASSAY_U8, 1},
     .setup = set_up,
     .run = crash,
     .teardown = tear_down},
#endif
#ifdef FAILING
    {.name = "toy:fail",
     .quick = 1,
     .threads = 1,
     .output = {ASSAY_F32, 1},
     .setup = fail,
     .run = mix,
     .teardown = free},
#endif
};

static const struct assay_registry registry = {.version = VERSION,
                                               .case_size = sizeof(struct assay_case),
                                               .case_count = sizeof(cases) / sizeof(cases[0]),
                                               .cases = cases};

__attribute__((visibility("default"))) const struct assay_registry* assay_cases(void) {
  (void)fail, (void)mix;
  return &registry;
}
