/*===- handwritten.c - an artifact that no compiler made ------------------===
 *
 * A decoder and a forward entry in plain C99 whose results can be reckoned on
 * paper. As generated code does, it keeps its state in the cache, its scratch
 * in the arena, splits work over the members and meets at the barrier.
 *
 * Built into the tests, and into small .so files; macros make the bad ones.
 *===--------------------------------------------------------------------===*/
#include "handwritten.h"

#ifdef HANDWRITTEN_SLOW
#include <time.h>
#endif

#ifdef HANDWRITTEN_TEXT
#include "text_model.h" /* written by handwritten_weights.py --text */
#else
/* Printed by handwritten_weights.py. */
#define WEIGHT_BYTES HANDWRITTEN_WEIGHT_BYTES
#define WEIGHT_DIGEST                                                          \
  {0xc3, 0x58, 0xb0, 0xe3, 0xe0, 0x63, 0x3e, 0x2b, 0xae, 0xb1, 0xdc,           \
   0x04, 0x5e, 0xa0, 0x94, 0x85, 0x00, 0x65, 0x2d, 0xcf, 0xd8, 0x17,           \
   0x9d, 0x56, 0xdb, 0x07, 0x9d, 0xaf, 0x39, 0xae, 0x4a, 0x4a}
#endif

#ifndef HANDWRITTEN_ABI_MAJOR
#define HANDWRITTEN_ABI_MAJOR SINTER_ABI_MAJOR
#endif
#ifndef HANDWRITTEN_MAGIC
#define HANDWRITTEN_MAGIC SINTER_ARTIFACT_MAGIC
#endif
#ifndef HANDWRITTEN_FEATURES
#define HANDWRITTEN_FEATURES ""
#endif

/* A window on the last tokens, whose ids a ring of the cache keeps. */
#ifdef HANDWRITTEN_WINDOW
#define RING (HANDWRITTEN_WINDOW + HANDWRITTEN_CHUNK)
#define REWIND_REACH (RING - HANDWRITTEN_WINDOW + 1)
#else
#define HANDWRITTEN_WINDOW HANDWRITTEN_LENGTH
#define RING HANDWRITTEN_LENGTH
#define REWIND_REACH 0
#endif

int64_t handwrittenNext(const int64_t *ids, int64_t count) {
  int64_t h = 0, i;
  for (i = 0; i < count; ++i)
    h += (i + 1) * ids[i];
  return (5 * h + 3 * count) % HANDWRITTEN_VOCAB;
}

float handwrittenLogit(int64_t next, int64_t id) {
  int64_t d = next > id ? next - id : id - next;
  if (d > HANDWRITTEN_VOCAB / 2)
    d = HANDWRITTEN_VOCAB - d;
  return (float)-d + (float)(id % 7) / 8.0f;
}

/* Every member fails alike, at once. */
static int32_t fail(const sinter_call *call, int64_t fault) {
  __atomic_store_n(call->fault, fault, __ATOMIC_RELAXED);
  return 1;
}

static void trace(const sinter_call *call, int32_t member, int32_t point) {
  sinter_trace_track *track = call->trace;
  sinter_trace_event event;
  if (!track)
    return;
  track += member;
  event.ticks = __builtin_readcyclecounter();
  event.point = point;
  event.layer = -1;
  if (track->count < track->capacity)
    track->events[track->count] = event;
  ++track->count;
}

/* Each member adds up its share of a row's history into the arena; after the
 * barrier all know the sum and write their share of the logits. */
static int32_t step(const sinter_call *call, int32_t member, int32_t members) {
  const sinter_segment *s = call->segments;
  int64_t *cache = (int64_t *)s->cache;
  int64_t *partial = (int64_t *)call->arena;
  const float *weights = (const float *)call->weights;
  float *logits = call->logits;
  int64_t row, i, m;
#ifdef HANDWRITTEN_SLOW /* 50 ms a step: time for a Ctrl-C */
  clock_t end = clock() + CLOCKS_PER_SEC / 20;
  while (clock() < end) {
  }
#endif
  if (call->size != sizeof(sinter_call) || call->segment_count != 1 ||
      s->total < s->position + s->count || s->count > HANDWRITTEN_CHUNK)
    return fail(call, 2);
  for (row = 0; row < s->count; ++row)
    if (call->tokens[row] == HANDWRITTEN_FAULT_TOKEN)
      return fail(call, 1);
  if (member == 0) {
    trace(call, member, 0);
    for (row = 0; row < s->count; ++row)
      cache[(s->position + row) % RING] = call->tokens[row];
  }
  trace(call, member, -1);
  if (members > 1)
    call->barrier(call, member);
  for (row = s->count - s->logits_rows; row < s->count; ++row) {
    int64_t length = s->position + row + 1, h = 0, next;
    int64_t first =
        length > HANDWRITTEN_WINDOW ? length - HANDWRITTEN_WINDOW : 0;
    float nan = 0;
    trace(call, member, 1);
    partial[member] = 0;
    for (i = first + member; i < length; i += members)
      partial[member] += (i + 1) * cache[i % RING];
    if (members > 1)
      call->barrier(call, member);
    for (m = 0; m < members; ++m)
      h += partial[m];
    next = (5 * h + 3 * length) % HANDWRITTEN_VOCAB;
    if (call->tokens[row] == HANDWRITTEN_NAN_TOKEN)
      nan = (float)(1e300 * 1e300) * 0.0f;
    for (i = member; i < HANDWRITTEN_VOCAB; i += members)
      logits[i] =
          handwrittenLogit(next, i) - (float)(i % 7) / 8.0f + weights[i] + nan;
    logits += HANDWRITTEN_VOCAB;
    trace(call, member, -1);
    if (members > 1)
      call->barrier(call, member);
  }
  return 0;
}

/* twice = 2 x, sum = the sum of x, prefixes = sums of the first i rows of k. */
static int32_t forward(const sinter_call *call, int32_t member,
                       int32_t members) {
  const float *x = (const float *)call->inputs[0];
  const int64_t *k = (const int64_t *)call->inputs[1];
  float *twice = (float *)call->outputs[0], *sum = (float *)call->outputs[1];
  int64_t *prefixes = (int64_t *)call->outputs[2];
  int64_t n = call->dims[0], i;
  (void)members;
  if (member)
    return 0;
  *sum = 0;
  prefixes[0] = 0;
  for (i = 0; i < 3 * n; ++i) {
    twice[i] = 2 * x[i];
    *sum += x[i];
  }
  for (i = 0; i < n; ++i)
    prefixes[i + 1] = prefixes[i] + k[i];
  return 0;
}

static uint64_t forwardArena(const int64_t *dims) {
  return (uint64_t)dims[0] * 4;
}

static void forwardShapes(const int64_t *dims, int64_t *shapes) {
  shapes[0] = dims[0]; /* x */
  shapes[1] = 3;
  shapes[2] = dims[0]; /* k */
  shapes[3] = dims[0]; /* twice */
  shapes[4] = 3;
  shapes[5] = dims[0] + 1; /* prefixes; sum has none */
}

static const char *const symbols[] = {"n"};
static const sinter_dim rowsOf3[] = {{-1, 0, 0}, {3, -1, 0}};
static const sinter_dim rows[] = {{-1, 0, 0}};
static const sinter_dim computed[] = {{-1, -1, 0}};
static const sinter_tensor_info inputs[] = {
    {"x", SINTER_ELEMENT_F32, 2, rowsOf3}, {"k", SINTER_ELEMENT_I64, 1, rows}};
static const sinter_tensor_info outputs[] = {
    {"twice", SINTER_ELEMENT_F32, 2, rowsOf3},
    {"sum", SINTER_ELEMENT_F32, 0, 0},
    {"../prefixes/of k", SINTER_ELEMENT_I64, 1, computed}};
static const char *const faultSites[] = {"/embed/Gather: index out of range",
                                         "/call: a malformed call record"};
static const int64_t endIds[] = {0};
static const sinter_arena_buffer arenaBuffers[] = {
    {"/embed/Gather", "/head/<MatMul>", 0, 8 * 1024, 0, 1}};
#ifdef HANDWRITTEN_UNTRACED
#define TRACE_POINTS 0, 0, 0
#else
static const sinter_trace_point tracePoints[] = {
    {"/embed/Gather", "gather", 1, 0}, {"/head/<MatMul>", "matmul", 0, 0}};
static void traceWork(const int64_t *dims, int64_t *work) {
  work[0] = 8 * dims[0];
  work[1] = 0;
  work[2] = 4 * HANDWRITTEN_VOCAB;
  work[3] = -1;
}
#define TRACE_POINTS tracePoints, 2, traceWork
#endif

static const sinter_artifact artifact = {HANDWRITTEN_MAGIC,
                                         sizeof(sinter_artifact),
                                         HANDWRITTEN_ABI_MAJOR,
                                         0,
                                         "handwritten",
                                         "generic",
                                         HANDWRITTEN_FEATURES,
                                         "by hand",
                                         WEIGHT_DIGEST,
                                         WEIGHT_BYTES,
                                         0,
                                         step,
                                         8 * 1024 /* one sum a member */,
                                         8 * HANDWRITTEN_LENGTH,
                                         HANDWRITTEN_CHUNK,
                                         HANDWRITTEN_LENGTH,
                                         HANDWRITTEN_VOCAB,
                                         1,
                                         1,
                                         1,
                                         SINTER_ELEMENT_I64,
                                         0,
                                         forward,
                                         forwardArena,
                                         forwardShapes,
                                         1,
                                         2,
                                         3,
                                         2,
                                         symbols,
                                         inputs,
                                         outputs,
                                         faultSites,
                                         endIds,
                                         1,
                                         4 * HANDWRITTEN_VOCAB,
                                         TRACE_POINTS,
                                         REWIND_REACH,
                                         arenaBuffers,
                                         1,
                                         -1,
                                         0};

#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
const sinter_artifact *handwritten_sinter_query(void) {
  return &artifact;
}

#ifdef HANDWRITTEN_TWINS
const sinter_artifact *twin_sinter_query(void);
__attribute__((visibility("default"))) const sinter_artifact *
twin_sinter_query(void) {
  return &artifact;
}
#endif
