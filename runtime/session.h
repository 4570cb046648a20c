//===- session.h - one sequence and the memory it runs in -------*- C++ -*-===//
#ifndef SINTER_RUNTIME_SESSION_H
#define SINTER_RUNTIME_SESSION_H

#include "model.h"
#include "sampler.h"
#include "team.h"

/// Everything that a step writes. Allocated at creation, except for what only
/// generate or forward need.
struct sinter_session {
  sinter_model *Model = nullptr;
  sinter::Team *Team = nullptr;
  sinter_trace_track *Trace = nullptr; ///< the caller's, one a member

  // Decoder.
  sinter::Pages Arena, Cache;
  sinter::Pages History;   ///< int64_t[max_length]: the ids behind Position
  int64_t Position = 0;    ///< tokens of the sequence
  int64_t Reached = 0;     ///< the cache's rows up to it were written
  int64_t Chunk = 0;       ///< rows a step
  sinter::Sampler Sampler; ///< made by the first generate

  // Forward.
  sinter::Pages ForwardArena;
  sinter::Pages ForwardRecords; ///< outputs' records and shapes
  sinter::Pages ForwardData;    ///< outputs' elements

  int64_t *history() const { return reinterpret_cast<int64_t *>(History.Data); }
};

namespace sinter {

/// Runs one call of an entry of A on the team; a fault becomes an error that
/// names the site.
sinter_status runCall(sinter_session &S, const sinter_artifact &A,
                      sinter_entry_fn Entry, sinter_call &Call,
                      sinter_error *Error);

/// sinter_session_step after its arguments were checked; `*Cancel` is looked
/// at before each chunk, and sets `Cancelled`.
sinter_status stepTokens(sinter_session &S, const int64_t *Tokens,
                         int64_t Count, int64_t Total, int64_t LogitsRows,
                         float *Logits, const volatile int *Cancel,
                         bool &Cancelled, sinter_error *Error);

/// Do these ids fit the vocabulary and the room that is left?
sinter_status checkTokens(const sinter_session &S, const int64_t *Tokens,
                          int64_t Count, sinter_error *Error);

/// Tokens that a sequence of this session can have.
int64_t capacity(const sinter_session &S);

} // namespace sinter

#endif // SINTER_RUNTIME_SESSION_H
