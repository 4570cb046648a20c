/* A user's program around a linked model: prints the greedy ids after 5,6,7.
 * Built as C99 and as C++17 by outputs.py, which names the model `tiny`. */
#include "sinter/runtime.h"
#include "tiny.h"

#include <stdio.h>
#include <string.h>

static int32_t printId(void *user, int64_t id) {
  (void)user;
  printf("%lld ", (long long)id);
  return 0;
}

int main(int argc, char **argv) {
  const int64_t prompt[] = {5, 6, 7};
  sinter_error error;
  sinter_model *model;
  sinter_session *session;
  sinter_open_options open;
  sinter_generate_options generate;
  memset(&open, 0, sizeof open);
  open.size = sizeof open;
  open.weights = argc > 1 ? argv[1] : NULL;
  memset(&generate, 0, sizeof generate);
  generate.size = sizeof generate;
  generate.max_new_tokens = 12;
  generate.ignore_eos = 1;
  if (sinter_model_open_artifact(tiny_sinter_query(), &open, &model, &error) ||
      sinter_session_create(model, NULL, &session, &error) ||
      sinter_generate(session, prompt, 3, &generate, printId, NULL, NULL,
                      &error)) {
    fprintf(stderr, "%s\n", error.message);
    return 1;
  }
  sinter_session_close(session);
  sinter_model_close(model);
  return 0;
}
