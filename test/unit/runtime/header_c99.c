/*===- header_c99.c - the public header is C99 and every function links ---===*/
#include "sinter/runtime.h"

typedef void (*anyFunction)(void);

/* Every function that runtime.h declares, HeaderTest.cpp compares with its own
 * table: a C program sees the same symbols as a C++ one. */
const anyFunction headerFunctions[] = {
    (anyFunction)sinter_status_name,
    (anyFunction)sinter_model_open,
    (anyFunction)sinter_model_open_artifact,
    (anyFunction)sinter_model_close,
    (anyFunction)sinter_model_artifact,
    (anyFunction)sinter_model_section,
    (anyFunction)sinter_model_verify,
    (anyFunction)sinter_default_threads,
    (anyFunction)sinter_session_create,
    (anyFunction)sinter_session_close,
    (anyFunction)sinter_session_threads,
    (anyFunction)sinter_session_trace,
    (anyFunction)sinter_session_position,
    (anyFunction)sinter_session_tokens,
    (anyFunction)sinter_session_rewind,
    (anyFunction)sinter_session_step,
    (anyFunction)sinter_generate,
    (anyFunction)sinter_element_size,
    (anyFunction)sinter_session_forward,
};
const unsigned long headerSizes[] = {
    sizeof(sinter_error),
    sizeof(sinter_open_options),
    sizeof(sinter_session_options),
    sizeof(sinter_logit_bias),
    sizeof(sinter_generate_options),
    sizeof(sinter_generate_result),
    sizeof(sinter_tensor),
    sizeof(sinter_artifact),
};
