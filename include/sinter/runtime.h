/*===- sinter/runtime.h - run a compiled model ------------------*- C -*-===//
 *
 * What a program calls: open a model, open a session on it, step or generate.
 * C99 and C++17; the library behind it needs libc alone.
 *
 *   sinter_error e;
 *   sinter_model *model;
 *   sinter_session *session;
 *   if (sinter_model_open("model.so", NULL, &model, &e) ||
 *       sinter_session_create(model, NULL, &session, &e) ||
 *       sinter_generate(session, ids, n, NULL, onToken, NULL, NULL, &e))
 *     fprintf(stderr, "%s\n", e.message);
 *
 * Ownership: what a function hands out through `out` is closed by its _close
 * function (which takes null); every other pointer handed out lives as long as
 * its model or session, or as long as its comment says. Arguments are only
 * read during the call.
 * Threads: a model may be used by any number of threads at once. A session is
 * used by one thread at a time; sessions of one model are independent. Nothing
 * is global: no initialisation, no teardown, no environment variables.
 * Errors: functions return SINTER_OK (0) or a sinter_status. `error` may be
 * null; else status and message are written, on success too. `*out` is null
 * after a failure. A failed call leaves model and session usable.
 * Options: null means the defaults; else set `size` to sizeof the struct and
 * the rest to 0, which means the default of each field, and change what you
 * want.
 *
 *===--------------------------------------------------------------------===*/
#ifndef SINTER_RUNTIME_H
#define SINTER_RUNTIME_H

#include "sinter/artifact.h"

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define SINTER_API __attribute__((visibility("default")))
#else
#define SINTER_API
#endif

/* Each of these is provoked by a test in test/unit/runtime/StatusTest.cpp. */
typedef enum sinter_status SINTER_INT32 {
  SINTER_OK = 0,
  SINTER_INVALID_ARGUMENT = 1, /* null pointer, option or tensor that does not
                                  fit the model */
  SINTER_OUT_OF_MEMORY = 2,    /* the system gave no memory; says how much */
  SINTER_NOT_FOUND = 3,       /* a file or section is not there or unreadable */
  SINTER_BAD_OBJECT = 4,      /* not a shared object, or holds no model */
  SINTER_WRONG_ABI = 5,       /* made by an incompatible sinterc */
  SINTER_WRONG_CPU = 6,       /* needs a CPU feature that is missing here */
  SINTER_BAD_WEIGHTS = 7,     /* not a weight file, truncated, bad header */
  SINTER_FOREIGN_WEIGHTS = 8, /* a weight file of another model */
  SINTER_CORRUPT_WEIGHTS = 9, /* verify: the bytes are not the digest's */
  SINTER_OUT_OF_RANGE = 10,   /* token id, position or count */
  SINTER_CONTEXT_FULL = 11,   /* more tokens than the cache holds */
  SINTER_UNSUPPORTED = 12,    /* the model has no such entry */
  SINTER_MODEL_FAULT = 13,    /* a check inside the compiled model failed, or
                                 its logits are not numbers; names the site */
  SINTER_SYSTEM = 14          /* the system refused threads or a mapping */
} sinter_status;

typedef struct sinter_error {
  sinter_status status;
  char message[1024]; /* one line, no newline at the end */
} sinter_error;

/* The status's name, "SINTER_OK" ...; "unknown status" for other numbers. */
SINTER_API const char *sinter_status_name(sinter_status status);

/*===--- Models -----------------------------------------------------------===
 * A model is the code, its descriptor and its weights: read-only after open. */

typedef struct sinter_model sinter_model;

typedef enum sinter_weights_memory SINTER_INT32 {
  SINTER_WEIGHTS_MAP = 0, /* map the file: no copy, shared between processes, by
                             huge pages where the system's cache has them */
  SINTER_WEIGHTS_HUGE = 1 /* copy it into huge pages: slower to load, fewer
                             TLB misses, private memory of the file's size */
} sinter_weights_memory;

typedef struct sinter_open_options {
  uint32_t size;
  sinter_weights_memory weights_memory;
  const char *name; /* which model of an object with several; null: the one */
  const char *weights; /* weight file; null: beside the object, its path with
                          the suffix replaced by ".weights", unless embedded */
} sinter_open_options;

/* Loads the shared object at `path`. Checks descriptor, CPU and the header of
 * the weights before anything of the model runs; reads no weights. */
SINTER_API sinter_status sinter_model_open(const char *path,
                                           const sinter_open_options *options,
                                           sinter_model **out,
                                           sinter_error *error);

/* The same for a model that is linked in: pass NAME_sinter_query(). The
 * artifact must outlive the model. `options->weights` is needed unless the
 * weights are embedded; `options->name` is ignored. */
SINTER_API sinter_status sinter_model_open_artifact(
    const sinter_artifact *artifact, const sinter_open_options *options,
    sinter_model **out, sinter_error *error);

/* Sessions that are still open keep what they need until they are closed. */
SINTER_API void sinter_model_close(sinter_model *model);

/* What the model says about itself (geometry, signature, entries, target). The
 * fields that the model's compiler did not know yet are 0. */
SINTER_API const sinter_artifact *sinter_model_artifact(const sinter_model *m);

/* Bytes of the section `name` of the weights ("params", "tokenizer.json",
 * "tokenizer_config.json", "chat_template.jinja"): not NUL-terminated. */
SINTER_API sinter_status sinter_model_section(const sinter_model *model,
                                              const char *name,
                                              const void **data,
                                              uint64_t *bytes,
                                              sinter_error *error);

/* Reads every byte of the weights and compares their SHA-256. */
SINTER_API sinter_status sinter_model_verify(const sinter_model *model,
                                             sinter_error *error);

/*===--- Sessions ---------------------------------------------------------===
 * A session owns one sequence: its cache, scratch memory and team of threads.
 * The calling thread is a member of the team. */

typedef struct sinter_session sinter_session;

typedef struct sinter_session_options {
  uint32_t size;
  int32_t threads;       /* 1 .. 1024; 0: sinter_default_threads() */
  int64_t prefill_chunk; /* rows a step, 1 .. the model's; 0: the model's */
} sinter_session_options;

/* What the machine gives this process: the least of the CPUs that it may run
 * on, its cgroup's CPU quota rounded up, and their physical cores. */
SINTER_API int32_t sinter_default_threads(void);

SINTER_API sinter_status sinter_session_create(
    sinter_model *model, const sinter_session_options *options,
    sinter_session **out, sinter_error *error);
SINTER_API void sinter_session_close(sinter_session *session);

SINTER_API int32_t sinter_session_threads(const sinter_session *session);

/* From now on every step and forward of the session writes into these tracks
 * when each thread begins which piece of work (artifact.h, trace_points): one
 * track a thread, aligned to 64 bytes, the caller's. Null ends it. The results
 * stay the same bits. */
SINTER_API void sinter_session_trace(sinter_session *session,
                                     sinter_trace_track *tracks);

/* Tokens that the cache holds, 0 .. max_length. */
SINTER_API int64_t sinter_session_position(const sinter_session *session);

/* The ids of those tokens; valid until the session is used again. */
SINTER_API const int64_t *sinter_session_tokens(const sinter_session *session);

/* Forgets the tokens from `position` (0 .. the current position) on. Costs
 * nothing; 0 begins a new sequence. Where the model has layers with a window,
 * whose cache keeps their last positions only (rewind_reach of artifact.h), the
 * next step after a longer way back first steps the tokens before `position`
 * again. */
SINTER_API sinter_status sinter_session_rewind(sinter_session *session,
                                               int64_t position,
                                               sinter_error *error);

/* Appends `count` >= 1 ids (0 .. vocab_size - 1) to the sequence, in chunks as
 * large as the session's. `total` is the length of the sequence when the whole
 * prompt will have been stepped, which only models with length-dependent
 * rotary factors look at: 0 means "after this call". `logits` receives the
 * logits of the last `logits_rows` (0 .. count) tokens, row-major
 * [logits_rows, vocab_size]; may be null when that is 0. After an error the
 * position is what it was before. */
SINTER_API sinter_status sinter_session_step(sinter_session *session,
                                             const int64_t *tokens,
                                             int64_t count, int64_t total,
                                             int64_t logits_rows, float *logits,
                                             sinter_error *error);

/*===--- Generation -------------------------------------------------------===*/

typedef struct sinter_logit_bias {
  int64_t id;
  float bias; /* added to the logit; -INFINITY bans the id */
  int32_t reserved;
} sinter_logit_bias;

/* Order of work: bias, repetition penalty, presence penalty; then the largest
 * logit (temperature 0, ties to the smallest id), or: divide by temperature,
 * softmax, top-k, top-p, min-p, draw. The same seed, tokens and options give
 * the same ids on every machine. */
typedef struct sinter_generate_options {
  uint32_t size;
  int32_t ignore_eos;       /* 1: end ids do not end */
  int64_t max_new_tokens;   /* 0: until the cache is full */
  float temperature;        /* 0: greedy */
  int32_t top_k;            /* keep the k most likely; 0: all */
  float top_p;              /* keep the fewest that reach this probability,
                               0 < top_p <= 1; 0: all */
  float min_p;              /* drop those under min_p times the most likely */
  float repetition_penalty; /* > 0: divides (negative: multiplies) the logits
                               of ids in the sequence; 0 or 1: none */
  float presence_penalty;   /* subtracted from the logits of generated ids */
  uint64_t seed;
  const sinter_logit_bias *biases;
  int64_t bias_count;
  const int64_t *end_ids; /* besides the model's own */
  int64_t end_id_count;
  const volatile int *cancel; /* looked at before each step: non-zero ends the
                                 call; a signal handler may set it */
} sinter_generate_options;

typedef enum sinter_stop_reason SINTER_INT32 {
  SINTER_STOP_LENGTH = 0,   /* max_new_tokens, or the cache is full */
  SINTER_STOP_EOS = 1,      /* an end id; it is the last id delivered */
  SINTER_STOP_CALLBACK = 2, /* the callback returned non-zero */
  SINTER_STOP_CANCEL = 3    /* *cancel was set */
} sinter_stop_reason;

typedef struct sinter_generate_result {
  sinter_stop_reason stop_reason;
  int32_t reserved;
  int64_t generated; /* ids delivered */
  double prefill_s;  /* start to the first id */
  double decode_s;   /* first id to the end */
} sinter_generate_result;

/* Called in the calling thread for each new id, before the next step. A result
 * other than 0 ends the generation. Must not use the session. */
typedef int32_t (*sinter_token_fn)(void *user, int64_t id);

/* Appends the prompt (count >= 1 ids) at the session's position, then samples,
 * delivers and appends one id after another. The last id delivered is not in
 * the cache: pass it first to the next call that goes on. After the first id
 * nothing is allocated. `callback`, `options` and `result` may be null. */
SINTER_API sinter_status sinter_generate(sinter_session *session,
                                         const int64_t *prompt, int64_t count,
                                         const sinter_generate_options *options,
                                         sinter_token_fn callback, void *user,
                                         sinter_generate_result *result,
                                         sinter_error *error);

/*===--- Models with named inputs and outputs -----------------------------===*/

typedef struct sinter_tensor {
  const char *name;
  sinter_element element;
  int32_t rank;
  const int64_t *dims; /* rank of them; may be null when rank is 0 */
  void *data;          /* row-major; inputs are not written to */
} sinter_tensor;

/* Bytes of one element; 0 for a number that is none. */
SINTER_API uint64_t sinter_element_size(sinter_element element);

/* Runs the whole model: each input of its signature once, in any order.
 * `*outputs` then points to artifact->output_count tensors in the order of the
 * signature; they belong to the session and are valid until its next forward.
 * Memory for scratch and outputs is kept and grown as needed. */
SINTER_API sinter_status sinter_session_forward(sinter_session *session,
                                                const sinter_tensor *inputs,
                                                int32_t input_count,
                                                const sinter_tensor **outputs,
                                                sinter_error *error);

#ifdef __cplusplus
}
#endif

#endif /* SINTER_RUNTIME_H */
