/*===- sinter/artifact.h - what a compiled model exports --------*- C -*-===//
 *
 * The contract between sinterc's output and whatever loads it: the descriptor
 * that NAME_sinter_query() returns, the call record that its entry points take,
 * and the header of the weight file. C99 and C++17, needs nothing but
 * <stdint.h>. Programs that only want to run a model include runtime.h.
 *
 * Rules: every struct that may grow starts with its own size; a reader accepts
 * the same ABI major and any minor. All pointers in a descriptor live as long
 * as the object that holds it and are read-only. Sizes are in bytes and shapes
 * in elements unless said otherwise. All integers are little endian.
 *
 *===--------------------------------------------------------------------===*/
#ifndef SINTER_ARTIFACT_H
#define SINTER_ARTIFACT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SINTER_ARTIFACT_MAGIC UINT32_C(0x52544E53) /* "SNTR" */
#define SINTER_WEIGHTS_MAGIC UINT32_C(0x57544E53)  /* "SNTW" */
#define SINTER_ABI_MAJOR 4
#define SINTER_ABI_MINOR 0
/* Weights, arena, cache and every buffer in them start at a multiple of it. */
#define SINTER_ALIGNMENT 64

/* Enums have 32 bits and, in C++ too, may hold a number that is no enumerator:
 * readers check. */
#ifdef __cplusplus
#define SINTER_INT32 : int32_t
#else
#define SINTER_INT32
#endif

/* Element types; the numbers are ONNX's TensorProto.DataType. */
typedef enum sinter_element SINTER_INT32 {
  SINTER_ELEMENT_F32 = 1,
  SINTER_ELEMENT_U8 = 2,
  SINTER_ELEMENT_I8 = 3,
  SINTER_ELEMENT_U16 = 4,
  SINTER_ELEMENT_I16 = 5,
  SINTER_ELEMENT_I32 = 6,
  SINTER_ELEMENT_I64 = 7,
  SINTER_ELEMENT_BOOL = 9, /* one byte, 0 or 1 */
  SINTER_ELEMENT_F16 = 10,
  SINTER_ELEMENT_F64 = 11,
  SINTER_ELEMENT_U32 = 12,
  SINTER_ELEMENT_U64 = 13,
  SINTER_ELEMENT_BF16 = 16
} sinter_element;

/* One run of consecutive tokens of one sequence, inside a step. The first
 * runtime and the first generated code take exactly one segment a call. */
typedef struct sinter_segment {
  void *cache;         /* cache_bytes of the descriptor, SINTER_ALIGNMENT */
  int64_t position;    /* rows that the cache already holds */
  int64_t count;       /* tokens of this segment, 1 .. prefill_chunk */
  int64_t total;       /* length after the whole prompt; >= position + count.
                          The same for every chunk of one prompt. */
  int64_t logits_rows; /* trailing rows that want logits, 0 .. count */
} sinter_segment;

/* One moment of one member: it begins point `point` of trace_points, or, with
 * -1, waits for the team or is done. */
typedef struct sinter_trace_event {
  uint64_t ticks; /* the CPU's cycle counter */
  int32_t point;
  int32_t layer; /* iteration of the layer loop; -1 outside of it */
} sinter_trace_event;

/* Where a member writes its events. An event beyond the capacity is counted
 * and not stored. */
typedef struct sinter_trace_track {
  sinter_trace_event *events;
  int64_t capacity;
  int64_t count;
  int64_t reserved[5]; /* one cache line each */
} sinter_trace_track;

typedef struct sinter_call sinter_call;

/* Of sinter_call.claims: counters lie in cache lines of their own. */
#define SINTER_CLAIM_STRIDE 8

/* Waits until all members of the team have called it. Called by generated code
 * only when members > 1, with the call it was given and its own member. The
 * last one to arrive clears `claims`. */
typedef void (*sinter_barrier_fn)(const sinter_call *call, int32_t member);

/* What every member of the team passes to an entry point. The same record for
 * all members; the generated code never writes to it. Field order is ABI. */
struct sinter_call {
  uint64_t size;          /* sizeof(sinter_call) of the caller */
  const uint8_t *weights; /* start of the weight data (not the header) */
  uint8_t *arena;         /* scratch; contents need not survive a call */
  const int64_t *tokens;  /* step: ids of all segments, in order */
  const sinter_segment *segments; /* step */
  int64_t segment_count;          /* step: 1 */
  float *logits;                  /* step: [sum of logits_rows, vocab] */
  const void *const *inputs;      /* forward: one pointer an input, row-major */
  void *const *outputs;      /* forward: one pointer an output, row-major */
  const int64_t *dims;       /* forward: value of each symbol */
  sinter_barrier_fn barrier; /* may be null when members == 1 */
  void *barrier_state;       /* the runtime's, opaque to generated code */
  int64_t *fault;            /* 0 at entry; set to 1 + index into
                                fault_sites by the first check that fails, on
                                every member alike: with an atomic store */
  sinter_trace_track *trace; /* one track a member; null: no profiling */
  int64_t *claims;           /* a counter for each member, SINTER_CLAIM_STRIDE
                                apart, counted up atomically by members that
                                share work; 0 at entry and after each barrier.
                                May be null when members == 1 */
};

/* An entry point: every member of the team calls it with the same `call`,
 * 0 <= member < members. Returns 0, or 1 when *call->fault was set (then the
 * outputs hold no meaning). Reentrant over other calls, arenas and caches. */
typedef int32_t (*sinter_entry_fn)(const sinter_call *call, int32_t member,
                                   int32_t members);

/* A dimension of a signature: size >= 0 is fixed; else symbol >= 0 names the
 * symbol that it binds, and symbol -1 says that only shapes() knows it. */
typedef struct sinter_dim {
  int64_t size;
  int32_t symbol;
  int32_t reserved;
} sinter_dim;

typedef struct sinter_tensor_info {
  const char *name; /* the ONNX graph's */
  sinter_element element;
  int32_t rank;
  const sinter_dim *dims; /* rank of them */
} sinter_tensor_info;

/* A piece of work that a trace tells apart. */
typedef struct sinter_trace_point {
  const char *name; /* the ONNX node's; of the first layer in a layer loop */
  const char *kind; /* "matmul", "attention", "norm", "elementwise" ... */
  int32_t serial;   /* 1: member 0 does it alone */
  int32_t dots;     /* its FLOPs are those of: 1 vdpbf16ps, 2 TDPBF16PS */
} sinter_trace_point;

/* A buffer in the arena of a step. Pieces of work are numbered in the order of
 * the program, those of a layer loop once. */
typedef struct sinter_arena_buffer {
  const char *name;  /* the node of piece `first`, which writes it first */
  const char *until; /* the node of piece `last`, the last to use it */
  uint64_t offset, bytes;
  int32_t first, last;
} sinter_arena_buffer;

typedef struct sinter_artifact sinter_artifact;

struct sinter_artifact {
  uint32_t magic;     /* SINTER_ARTIFACT_MAGIC */
  uint32_t size;      /* sizeof(sinter_artifact) of the compiler */
  uint32_t abi_major; /* must equal the reader's */
  uint32_t abi_minor;
  const char *name;     /* identifier of --name */
  const char *target;   /* LLVM CPU name that the code was made for */
  const char *features; /* x86 features that must be there, "avx2,fma,..." */
  const char *compiler; /* "sinter 0.1.0" */

  /* Weights: beside the object (its path with the suffix ".weights"), or
   * embedded. The digest is SHA-256 over the data that follows the header. */
  uint8_t weights_digest[32];
  uint64_t weights_bytes;          /* whole weight file, header included */
  const uint8_t *embedded_weights; /* the same bytes as the file, or null */

  /* Decoder; step is null for models that only have forward. */
  sinter_entry_fn step;
  uint64_t step_arena_bytes; /* for prefill_chunk rows */
  uint64_t cache_bytes;      /* zero-filled by the runtime before first use */
  int64_t prefill_chunk;     /* largest segment count */
  int64_t max_length;        /* capacity of the cache in tokens */
  int64_t vocab_size;        /* ids must be in 0 .. vocab_size - 1 */
  int64_t layers, kv_heads, head_dim; /* 0 where layers differ or no cache */
  sinter_element cache_element;
  int32_t recomputes; /* 1: no cache; step wants the whole prefix each time */

  /* Any other entry; forward is null for models that only have step. */
  sinter_entry_fn forward;
  uint64_t (*forward_arena_bytes)(const int64_t *dims);
  /* Writes the shapes of all inputs, then of all outputs, one after another. */
  void (*forward_shapes)(const int64_t *dims, int64_t *shapes);
  int32_t symbol_count, input_count, output_count, fault_site_count;
  const char *const *symbols;
  const sinter_tensor_info *inputs;
  const sinter_tensor_info *outputs;
  const char *const *fault_sites; /* node names with what was checked */

  /* Ids that end generation (generation_config.json, config.json ...). */
  const int64_t *end_ids;
  int64_t end_id_count;

  /* Bytes of weights that a step of one row reads; 0 when not known. */
  uint64_t token_weight_bytes;

  /* Profiling. `trace_work` writes for each point the bytes of
   * weights, cache, inputs and outputs that it moves and its floating-point
   * operations, -1 where they are not known: work[2 * trace_point_count]. The
   * dims of a step are rows, position, total and logits_rows of its segment; of
   * forward, those of its call. Of a point in a layer loop: one iteration's. */
  const sinter_trace_point *trace_points;
  int64_t trace_point_count;
  void (*trace_work)(const int64_t *dims, int64_t *work);

  /* Tokens that can be forgotten and written anew, since the cache of a layer
   * with a window keeps its last positions only: after a position p was
   * written, a step may begin at p - rewind_reach or later, or at 0. 0: at any
   * position. */
  int64_t rewind_reach;

  /* What lies where in the arena of a step. */
  const sinter_arena_buffer *arena_buffers;
  int64_t arena_buffer_count;

  /* A model whose graph differs by a bool input of one element (an exporter's
   * merged decoder: without and with a past). When input `flag_input` is true,
   * forward is that of `flag_use`: its entry, shapes, symbols, checks and trace
   * points, with inputs and outputs of the same names, element types and ranks.
   * flag_use is null where there is one use. */
  int64_t flag_input;
  const sinter_artifact *flag_use;
};

/* The one symbol that an object exports, with NAME_ before it. */
typedef const sinter_artifact *(*sinter_query_fn)(void);

/*===--- The weight file --------------------------------------------------===
 * Header page(s), then data. A reader checks magic, versions, file size,
 * header_checksum and that digest equals the descriptor's before it uses an
 * offset; no pass over the data is needed to load. */

#define SINTER_WEIGHTS_PAGE 4096

/* A named range of the data. Names in use: "params" (what sinter_call::weights
 * points to), "tokenizer.json", "tokenizer_config.json",
 * "generation_config.json", "chat_template.jinja". */
typedef struct sinter_section {
  char name[48];   /* NUL-terminated, zero-filled */
  uint64_t offset; /* from the start of the file, multiple of 64 */
  uint64_t bytes;
} sinter_section;

typedef struct sinter_weights_header {
  uint32_t magic;       /* SINTER_WEIGHTS_MAGIC */
  uint32_t header_size; /* bytes before the data: a multiple of the page */
  uint32_t abi_major, abi_minor;
  uint64_t file_bytes;
  uint8_t digest[32];       /* SHA-256 of bytes [header_size, file_bytes) */
  uint32_t section_count;   /* entries that follow this struct */
  uint32_t header_checksum; /* FNV-1a 32 of bytes [0, header_size) with this
                               field taken as 0 */
} sinter_weights_header;

#ifdef __cplusplus
}

static_assert(sizeof(sinter_segment) == 40, "ABI");
static_assert(sizeof(sinter_call) == 120, "ABI");
static_assert(sizeof(sinter_trace_event) == 16, "ABI");
static_assert(sizeof(sinter_trace_track) == 64, "ABI");
static_assert(sizeof(sinter_trace_point) == 24, "ABI");
static_assert(sizeof(sinter_arena_buffer) == 40, "ABI");
static_assert(sizeof(sinter_dim) == 16, "ABI");
static_assert(sizeof(sinter_tensor_info) == 24, "ABI");
static_assert(sizeof(sinter_section) == 64, "ABI");
static_assert(sizeof(sinter_weights_header) == 64, "ABI");
#endif

#endif /* SINTER_ARTIFACT_H */
