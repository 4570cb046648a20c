//===- TraceRun.cpp - a model's steps with their traces -------------------===//
#include "TraceRun.h"
#include "BenchProcess.h"
#include "Interrupt.h"
#include "Prompt.h"

#include <algorithm>

using namespace sinter::run;

static uint64_t ticks() { return __builtin_readcyclecounter(); }

namespace {
/// A step as it was recorded; seconds are known when the run is over.
struct RawCall {
  TracedCall Call;
  uint64_t Begin, End; // ticks
  std::vector<std::vector<sinter_trace_event>> Members;
};

/// No two threads' counts share a cache line.
struct alignas(64) AlignedTrack {
  sinter_trace_track Track = {};
};

class Tracer {
public:
  Tracer(const Model &M, const Session &S)
      : Artifact(*sinter_model_artifact(M.get())), S(S.get()),
        Tracks(size_t(sinter_session_threads(S.get()))),
        Logits(size_t(Artifact.vocab_size)) {}
  ~Tracer() { sinter_session_trace(S, nullptr); }

  void run(const std::vector<int64_t> &Ids, int64_t Prompt);
  /// Room for as many events as the last run had.
  void reserve();
  std::vector<RawCall> Calls;

private:
  void step(const int64_t *Ids, int64_t Count, int64_t Prompt);

  const sinter_artifact &Artifact;
  sinter_session *S;
  std::vector<AlignedTrack> Tracks;
  std::vector<std::vector<sinter_trace_event>> Events;
  std::vector<float> Logits;
  int64_t Needed = 0; // events of a member in a step
};
} // namespace

void Tracer::reserve() {
  Events.assign(Tracks.size(), std::vector<sinter_trace_event>(size_t(Needed)));
  for (size_t I = 0; I < Tracks.size(); ++I) {
    Tracks[I].Track.events = Events[I].data();
    Tracks[I].Track.capacity = Needed;
  }
}

void Tracer::step(const int64_t *Ids, int64_t Count, int64_t Prompt) {
  checkInterrupt();
  for (AlignedTrack &T : Tracks)
    T.Track.count = 0;
  const int64_t Position = sinter_session_position(S), After = Position + Count;
  RawCall Raw = {};
  TracedCall &Call = Raw.Call;
  Call.Decode = Position >= Prompt;
  Call.Rows = Artifact.recomputes ? After : Count;
  Call.Position = Artifact.recomputes ? 0 : Position;
  Call.Total = std::max(After, Prompt);
  Call.Wanted = After >= Prompt;
  sinter_error Error;
  Raw.Begin = ticks();
  const sinter_status Status = sinter_session_step(
      S, Ids, Count, Call.Total, Call.Wanted, Logits.data(), &Error);
  Raw.End = ticks();
  check(Status, Error);
  for (const auto &[Track] : Tracks) {
    Needed = std::max(Needed, Track.count);
    Raw.Members.emplace_back(
        Track.events, Track.events + std::min(Track.count, Track.capacity));
  }
  Calls.push_back(std::move(Raw));
}

void Tracer::run(const std::vector<int64_t> &Ids, int64_t Prompt) {
  sinter_error Error;
  check(sinter_session_rewind(S, 0, &Error), Error);
  sinter_session_trace(S, &Tracks[0].Track);
  Calls.clear();
  for (int64_t Done = 0; Done < int64_t(Ids.size());) {
    const int64_t Count =
        Done < Prompt ? std::min(Artifact.prefill_chunk, Prompt - Done) : 1;
    step(Ids.data() + Done, Count, Prompt);
    Done += Count;
  }
}

/// Seconds from `Start`; a counter that runs backwards between cores gives no
/// negative spans.
static std::vector<Span> spansOf(const std::vector<sinter_trace_event> &Events,
                                 uint64_t Start, double SecondsPerTick) {
  const auto At = [&](const sinter_trace_event &E) {
    return double(int64_t(E.ticks - Start)) * SecondsPerTick;
  };
  std::vector<Span> Spans;
  for (size_t I = 0; I + 1 < Events.size(); ++I) {
    const double Begin = At(Events[I]);
    Spans.push_back({Begin, std::max(Begin, At(Events[I + 1])), Events[I].point,
                     Events[I].layer});
  }
  return Spans;
}

std::vector<TracedCall> sinter::run::traceRun(const Model &M, const Session &S,
                                              int64_t Prompt, int64_t New) {
  const std::vector<int64_t> Ids =
      meaninglessIds(Prompt + New, sinter_model_artifact(M.get())->vocab_size);
  Tracer T(M, S);
  T.run(Ids, Prompt);
  T.reserve();
  const double StartSeconds = monotonicSeconds();
  const uint64_t Start = ticks();
  T.run(Ids, Prompt);
  const uint64_t End = ticks();
  const double Rate = (monotonicSeconds() - StartSeconds) /
                      double(std::max(End, Start + 1) - Start);
  std::vector<TracedCall> Calls;
  for (RawCall &Raw : T.Calls) {
    TracedCall &Call = Calls.emplace_back(std::move(Raw.Call));
    Call.Begin = double(Raw.Begin - Start) * Rate;
    Call.End = double(Raw.End - Start) * Rate;
    for (const auto &Events : Raw.Members)
      Call.Members.push_back(spansOf(Events, Start, Rate));
  }
  return Calls;
}
