//===- session.cpp - create, step, rewind ---------------------------------===//
//
// The path of a token: sinter_session_step checks, stepTokens cuts into
// chunks, stepOnce fills a call record, runCall lets the team run it.
//
//===----------------------------------------------------------------------===//
#include "session.h"

#include <new>
#include <stdlib.h>
#include <string.h>

using namespace sinter;
using ll = long long;

//===--- Creation -----------------------------------------------------------===

static sinter_status allocateDecoder(sinter_session &S, int64_t Chunk,
                                     sinter_error *Error) {
  const sinter_artifact &A = S.Model->Artifact;
  if (Chunk < 0 || Chunk > A.prefill_chunk)
    return fail(Error, SINTER_INVALID_ARGUMENT,
                "sinter_session_options.prefill_chunk is %lld: '%s' was "
                "compiled for 1 to %lld rows",
                ll(Chunk), A.name, ll(A.prefill_chunk));
  S.Chunk = Chunk ? Chunk : A.prefill_chunk;
  if (sinter_status E = S.Arena.allocate(A.step_arena_bytes, "arena", Error))
    return E;
  if (sinter_status E = S.Cache.allocate(A.cache_bytes, "cache", Error))
    return E;
  return S.History.allocate(uint64_t(A.max_length) * sizeof(int64_t),
                            "sequence's ids", Error);
}

sinter_status sinter_session_create(sinter_model *Model,
                                    const sinter_session_options *Given,
                                    sinter_session **Out, sinter_error *Error) {
  if (Out)
    *Out = nullptr;
  if (!Out || !Model)
    return fail(Error, SINTER_INVALID_ARGUMENT,
                "sinter_session_create: model or out is null");
  sinter_session_options Options;
  if (sinter_status S =
          readOptions(Given, Options, "sinter_session_options", Error))
    return S;
  if (Options.threads < 0 || Options.threads > 1024)
    return fail(Error, SINTER_INVALID_ARGUMENT,
                "sinter_session_options.threads is %d: 0 (what the machine "
                "gives) or 1 to 1024",
                Options.threads);
  void *Memory = malloc(sizeof(sinter_session));
  if (!Memory)
    return fail(Error, SINTER_OUT_OF_MEMORY, "no memory for a session");
  auto *Session = new (Memory) sinter_session;
  Session->Model = Model;
  Model->Holders.fetch_add(1, std::memory_order_relaxed);
  sinter_status Status =
      Model->Artifact.step
          ? allocateDecoder(*Session, Options.prefill_chunk, Error)
          : SINTER_OK;
  if (!Status)
    Status = Team::create(Options.threads ? Options.threads
                                          : sinter_default_threads(),
                          Session->Team, Error);
  if (Status) {
    sinter_session_close(Session);
    return Status;
  }
  *Out = Session;
  return succeed(Error);
}

void sinter_session_close(sinter_session *Session) {
  if (!Session)
    return;
  Team::destroy(Session->Team);
  Session->Arena.release();
  Session->Cache.release();
  Session->History.release();
  Session->ForwardArena.release();
  Session->ForwardRecords.release();
  Session->ForwardData.release();
  Session->Sampler.release();
  releaseModel(Session->Model);
  free(Session);
}

//===--- Steps --------------------------------------------------------------===

sinter_status sinter::runCall(sinter_session &S, const sinter_artifact &A,
                              sinter_entry_fn Entry, sinter_call &Call,
                              sinter_error *Error) {
  int64_t Fault = 0;
  Call.size = sizeof(Call);
  Call.weights = S.Model->Params;
  Call.fault = &Fault;
  Call.trace = S.Trace;
  if (S.Team->run(Entry, Call) && !Fault)
    return SINTER_OK;
  const char *Site = Fault > 0 && Fault <= A.fault_site_count
                         ? A.fault_sites[Fault - 1]
                         : "an unnamed check";
  return fail(Error, SINTER_MODEL_FAULT,
              "'%s' stopped at a check inside the model: %s", A.name, Site);
}

int64_t sinter::capacity(const sinter_session &S) {
  const sinter_artifact &A = S.Model->Artifact;
  // Without a cache the whole prefix is one segment.
  return A.recomputes && A.prefill_chunk < A.max_length ? A.prefill_chunk
                                                        : A.max_length;
}

sinter_status sinter::checkTokens(const sinter_session &S,
                                  const int64_t *Tokens, int64_t Count,
                                  sinter_error *Error) {
  const sinter_artifact &A = S.Model->Artifact;
  if (!A.step)
    return fail(Error, SINTER_UNSUPPORTED,
                "'%s' is not a decoder, it has no step: use forward", A.name);
  if (!Tokens || Count < 1)
    return fail(Error, SINTER_INVALID_ARGUMENT,
                "no tokens: a step needs at least one");
  if (Count > capacity(S) - S.Position)
    return fail(Error, SINTER_CONTEXT_FULL,
                "%lld tokens after position %lld are more than the %lld that "
                "'%s' was compiled for: shorten the prompt, or compile with a "
                "larger --max-length",
                ll(Count), ll(S.Position), ll(capacity(S)), A.name);
  for (int64_t I = 0; I < Count; ++I)
    if (Tokens[I] < 0 || Tokens[I] >= A.vocab_size)
      return fail(Error, SINTER_OUT_OF_RANGE,
                  "token %lld (number %lld) is outside the vocabulary of '%s', "
                  "0 to %lld",
                  ll(Tokens[I]), ll(I), A.name, ll(A.vocab_size - 1));
  return SINTER_OK;
}

/// Steps the ids `Begin` .. `End` - 1 of the history in chunks, with logits
/// from id `FirstWanted` on. `Done` counts those that were stepped.
static sinter_status stepHistory(sinter_session &S, int64_t Begin, int64_t End,
                                 int64_t Total, int64_t FirstWanted,
                                 float *Logits, const volatile int *Cancel,
                                 int64_t &Done, sinter_error *Error) {
  const sinter_artifact &A = S.Model->Artifact;
  for (Done = 0; Begin + Done < End;) {
    if (Cancel && *Cancel)
      return SINTER_OK;
    const int64_t First = Begin + Done;
    const int64_t Rows = End - First < S.Chunk ? End - First : S.Chunk;
    const int64_t Skipped = FirstWanted > First ? FirstWanted - First : 0;
    sinter_segment Segment = {};
    Segment.cache = S.Cache.Data;
    Segment.position = A.recomputes ? 0 : First;
    Segment.count = First + Rows - Segment.position;
    Segment.total = Total;
    Segment.logits_rows = Skipped < Rows ? Rows - Skipped : 0;
    sinter_call Call = {};
    Call.arena = S.Arena.Data;
    Call.tokens = S.history() + Segment.position;
    Call.segments = &Segment;
    Call.segment_count = 1;
    Call.logits = Logits;
    // Also of a call that fails: it may have written some of its rows.
    S.Reached = S.Reached > First + Rows && First ? S.Reached : First + Rows;
    if (sinter_status E = runCall(S, A, A.step, Call, Error))
      return E;
    if (Logits)
      Logits += Segment.logits_rows * A.vocab_size;
    Done += Rows;
  }
  return SINTER_OK;
}

/// Does the cache have what a step at `Position` looks at?
static bool hasWhatIsBefore(const sinter_session &S, int64_t Position) {
  const int64_t Reach = S.Model->Artifact.rewind_reach;
  return !Reach || !Position ||
         (S.Reached >= Position && S.Reached - Position <= Reach);
}

sinter_status sinter::stepTokens(sinter_session &S, const int64_t *Tokens,
                                 int64_t Count, int64_t Total,
                                 int64_t LogitsRows, float *Logits,
                                 const volatile int *Cancel, bool &Cancelled,
                                 sinter_error *Error) {
  const int64_t Begin = S.Position, End = Begin + Count;
  int64_t Done;
  // Memory may overlap: the caller may pass our own history.
  memmove(S.history() + Begin, Tokens, size_t(Count) * sizeof(int64_t));
  Cancelled = false;
  if (!hasWhatIsBefore(S, Begin)) {
    if (sinter_status E = stepHistory(S, 0, Begin, Total, Begin, nullptr,
                                      Cancel, Done, Error)) {
      S.Reached = 0;
      return E;
    }
    if (Done < Begin) {
      S.Reached = 0;
      Cancelled = true;
      return SINTER_OK;
    }
  }
  if (sinter_status E = stepHistory(S, Begin, End, Total, End - LogitsRows,
                                    Logits, Cancel, Done, Error))
    return E;
  Cancelled = Done < Count;
  S.Position = Begin + Done;
  return SINTER_OK;
}

sinter_status sinter_session_step(sinter_session *S, const int64_t *Tokens,
                                  int64_t Count, int64_t Total,
                                  int64_t LogitsRows, float *Logits,
                                  sinter_error *Error) {
  if (!S)
    return fail(Error, SINTER_INVALID_ARGUMENT,
                "sinter_session_step: session is null");
  if (sinter_status E = checkTokens(*S, Tokens, Count, Error))
    return E;
  if (LogitsRows < 0 || LogitsRows > Count || (LogitsRows && !Logits))
    return fail(Error, SINTER_INVALID_ARGUMENT,
                "logits_rows is %lld: 0 to count (%lld), with a buffer",
                ll(LogitsRows), ll(Count));
  const int64_t After = S->Position + Count;
  if (Total > capacity(*S))
    return fail(Error, SINTER_CONTEXT_FULL,
                "the prompt's total of %lld tokens is more than the %lld that "
                "'%s' was compiled for: shorten the prompt, or compile with a "
                "larger --max-length",
                ll(Total), ll(capacity(*S)), S->Model->Artifact.name);
  if (Total && Total < After)
    return fail(Error, SINTER_OUT_OF_RANGE,
                "total is %lld: it cannot be less than the length after this "
                "call, %lld",
                ll(Total), ll(After));
  bool Cancelled;
  if (sinter_status E =
          stepTokens(*S, Tokens, Count, Total ? Total : After, LogitsRows,
                     Logits, nullptr, Cancelled, Error))
    return E;
  return succeed(Error);
}

//===--- Getters and rewind -------------------------------------------------===

int32_t sinter_session_threads(const sinter_session *S) {
  return S ? S->Team->members() : 0;
}

void sinter_session_trace(sinter_session *S, sinter_trace_track *Tracks) {
  if (S)
    S->Trace = Tracks;
}

int64_t sinter_session_position(const sinter_session *S) {
  return S ? S->Position : 0;
}

const int64_t *sinter_session_tokens(const sinter_session *S) {
  return S ? S->history() : nullptr;
}

sinter_status sinter_session_rewind(sinter_session *S, int64_t Position,
                                    sinter_error *Error) {
  if (!S)
    return fail(Error, SINTER_INVALID_ARGUMENT,
                "sinter_session_rewind: session is null");
  if (Position < 0 || Position > S->Position)
    return fail(Error, SINTER_OUT_OF_RANGE,
                "cannot rewind to %lld: the session is at %lld", ll(Position),
                ll(S->Position));
  S->Position = Position;
  return succeed(Error);
}
