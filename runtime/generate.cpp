//===- generate.cpp - prompt in, ids out ----------------------------------===//
#include "session.h"

#include <time.h>

using namespace sinter;

static double seconds() {
  timespec T;
  clock_gettime(CLOCK_MONOTONIC, &T);
  return double(T.tv_sec) + double(T.tv_nsec) * 1e-9;
}

static bool isEnd(const sinter_artifact &A, const sinter_generate_options &O,
                  int64_t Id) {
  for (int64_t I = 0; I < A.end_id_count; ++I)
    if (A.end_ids[I] == Id)
      return true;
  for (int64_t I = 0; I < O.end_id_count; ++I)
    if (O.end_ids[I] == Id)
      return true;
  return false;
}

/// Samples, delivers and appends until something ends it. `Result` starts as
/// zeros.
static sinter_status decode(sinter_session &S, const sinter_generate_options &O,
                            sinter_token_fn Callback, void *User,
                            sinter_generate_result &Result, double Start,
                            sinter_error *Error) {
  const sinter_artifact &A = S.Model->Artifact;
  for (double First = 0;;) {
    int64_t Id;
    if (sinter_status E = S.Sampler.choose(O, Id, Error))
      return E;
    S.Sampler.note(Id, true);
    ++Result.generated;
    double Now = seconds();
    if (Result.generated == 1) {
      First = Now;
      Result.prefill_s = First - Start;
    }
    Result.decode_s = Now - First;
    const bool Stop = Callback && Callback(User, Id);
    if (!O.ignore_eos && isEnd(A, O, Id)) {
      Result.stop_reason = SINTER_STOP_EOS;
      return SINTER_OK;
    }
    if (Stop) {
      Result.stop_reason = SINTER_STOP_CALLBACK;
      return SINTER_OK;
    }
    if (Result.generated == O.max_new_tokens || S.Position == capacity(S)) {
      Result.stop_reason = SINTER_STOP_LENGTH;
      return SINTER_OK;
    }
    bool Cancelled;
    if (sinter_status E =
            stepTokens(S, &Id, 1, S.Position + 1, 1, S.Sampler.logits(),
                       O.cancel, Cancelled, Error))
      return E;
    if (Cancelled) {
      Result.stop_reason = SINTER_STOP_CANCEL;
      return SINTER_OK;
    }
  }
}

sinter_status
sinter_generate(sinter_session *S, const int64_t *Prompt, int64_t Count,
                const sinter_generate_options *Given, sinter_token_fn Callback,
                void *User, sinter_generate_result *Out, sinter_error *Error) {
  sinter_generate_result Result = {};
  if (Out)
    *Out = Result;
  if (!S)
    return fail(Error, SINTER_INVALID_ARGUMENT,
                "sinter_generate: session is null");
  sinter_generate_options O;
  if (sinter_status E = readOptions(Given, O, "sinter_generate_options", Error))
    return E;
  if (sinter_status E = checkTokens(*S, Prompt, Count, Error))
    return E;
  const int64_t Vocab = S->Model->Artifact.vocab_size;
  if (sinter_status E = checkSampling(O, Vocab, Error))
    return E;
  const double Start = seconds();
  if (sinter_status E = S->Sampler.prepare(Vocab, Error))
    return E;
  S->Sampler.start(O.seed);
  for (int64_t I = 0; I < S->Position; ++I)
    S->Sampler.note(S->history()[I], false);
  for (int64_t I = 0; I < Count; ++I)
    S->Sampler.note(Prompt[I], false);
  bool Cancelled;
  if (sinter_status E =
          stepTokens(*S, Prompt, Count, S->Position + Count, 1,
                     S->Sampler.logits(), O.cancel, Cancelled, Error))
    return E;
  sinter_status Status = SINTER_OK;
  if (Cancelled)
    Result.stop_reason = SINTER_STOP_CANCEL;
  else
    Status = decode(*S, O, Callback, User, Result, Start, Error);
  if (Out)
    *Out = Result;
  return Status ? Status : succeed(Error);
}
