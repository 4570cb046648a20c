/*===- handwritten.h - the numbers of the hand-written model ----*- C -*-===*/
#ifndef SINTER_TEST_HANDWRITTEN_H
#define SINTER_TEST_HANDWRITTEN_H

#include "sinter/artifact.h"

#define HANDWRITTEN_VOCAB 64
#ifndef HANDWRITTEN_LENGTH
#define HANDWRITTEN_LENGTH 32
#endif
#define HANDWRITTEN_CHUNK 8
#define HANDWRITTEN_WEIGHT_BYTES (4096 + 256 + 64)
#ifndef HANDWRITTEN_FAULT_TOKEN
#define HANDWRITTEN_FAULT_TOKEN 61 /* stops step at fault site 1 */
#endif
#ifndef HANDWRITTEN_NAN_TOKEN
#define HANDWRITTEN_NAN_TOKEN 60 /* its logits are NaN */
#endif

#ifdef __cplusplus
extern "C" {
#endif

const sinter_artifact *handwritten_sinter_query(void);

/* The id with the largest logit after the ids t_0 .. t_{n-1}: with
 * h = sum of (i + 1) * t_i over i, (5 h + 3 n) mod vocab. */
int64_t handwrittenNext(const int64_t *ids, int64_t count);

/* The logit of `id` there: -distance on the circle of ids, plus its weight,
 * (id mod 7) / 8. */
float handwrittenLogit(int64_t next, int64_t id);

#ifdef __cplusplus
}
#endif

#endif /* SINTER_TEST_HANDWRITTEN_H */
