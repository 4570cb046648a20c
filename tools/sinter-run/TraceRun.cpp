//===- TraceRun.cpp - a model's calls with their traces -------------------===//
#include "TraceRun.h"
#include "BenchProcess.h"
#include "Interrupt.h"
#include "Prompt.h"

#include <algorithm>

using namespace sinter::run;

const char *sinter::run::nameOf(Stage Of) {
  return Of == Stage::Prefill  ? "prefill"
         : Of == Stage::Decode ? "decode"
                               : "forward";
}

const char *sinter::run::unitOf(Stage Of) {
  return Of == Stage::Forward ? "call" : "token";
}

static uint64_t ticks() { return __builtin_readcyclecounter(); }

namespace {
/// A call as it was recorded; seconds are known when the run is over.
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
  explicit Tracer(const Session &S)
      : S(S.get()), Tracks(size_t(sinter_session_threads(S.get()))) {}
  virtual ~Tracer() { sinter_session_trace(S, nullptr); }

  /// The run twice: the first warms, and tells how much room events need.
  std::vector<TracedCall> trace();

protected:
  virtual void run() = 0;
  /// Records what `Work` does.
  template <typename Function> void record(TracedCall Call, Function Work);

  sinter_session *S;

private:
  void reserve();

  std::vector<RawCall> Calls;
  std::vector<AlignedTrack> Tracks;
  std::vector<std::vector<sinter_trace_event>> Events;
  int64_t Needed = 0; // events of a member in a call
};

class StepTracer : public Tracer {
public:
  StepTracer(const Model &M, const Session &S, int64_t Prompt, int64_t New)
      : Tracer(S), Artifact(*sinter_model_artifact(M.get())), Prompt(Prompt),
        Ids(meaninglessIds(Prompt + New, Artifact.vocab_size)),
        Logits(size_t(Artifact.vocab_size)) {}

private:
  void run() override;
  void step(const int64_t *Ids, int64_t Count);

  const sinter_artifact &Artifact;
  int64_t Prompt;
  std::vector<int64_t> Ids;
  std::vector<float> Logits;
};

class ForwardTracer : public Tracer {
public:
  ForwardTracer(const Session &S, const MadeInputs &Inputs, int64_t Repeats)
      : Tracer(S), Inputs(Inputs), Repeats(Repeats) {}

private:
  void run() override;

  const MadeInputs &Inputs;
  int64_t Repeats;
};
} // namespace

void Tracer::reserve() {
  Events.assign(Tracks.size(), std::vector<sinter_trace_event>(size_t(Needed)));
  for (size_t I = 0; I < Tracks.size(); ++I) {
    Tracks[I].Track.events = Events[I].data();
    Tracks[I].Track.capacity = Needed;
  }
}

template <typename Function>
void Tracer::record(TracedCall Call, Function Work) {
  checkInterrupt();
  for (AlignedTrack &T : Tracks)
    T.Track.count = 0;
  RawCall Raw = {};
  Raw.Call = std::move(Call);
  sinter_error Error;
  Raw.Begin = ticks();
  const sinter_status Status = Work(&Error);
  Raw.End = ticks();
  check(Status, Error);
  for (const auto &[Track] : Tracks) {
    Needed = std::max(Needed, Track.count);
    Raw.Members.emplace_back(
        Track.events, Track.events + std::min(Track.count, Track.capacity));
  }
  Calls.push_back(std::move(Raw));
}

void StepTracer::step(const int64_t *First, int64_t Count) {
  const int64_t Position = sinter_session_position(S), After = Position + Count;
  const int64_t Total = std::max(After, Prompt), Wanted = After >= Prompt;
  TracedCall Call = {};
  Call.Of = Position >= Prompt ? Stage::Decode : Stage::Prefill;
  Call.Rows = Artifact.recomputes ? After : Count;
  Call.Position = Artifact.recomputes ? 0 : Position;
  Call.Dims = {Call.Rows, Call.Position, Total, Wanted};
  record(std::move(Call), [&](sinter_error *Error) {
    return sinter_session_step(S, First, Count, Total, Wanted, Logits.data(),
                               Error);
  });
}

void StepTracer::run() {
  sinter_error Error;
  check(sinter_session_rewind(S, 0, &Error), Error);
  for (int64_t Done = 0; Done < int64_t(Ids.size());) {
    const int64_t Count =
        Done < Prompt ? std::min(Artifact.prefill_chunk, Prompt - Done) : 1;
    step(Ids.data() + Done, Count);
    Done += Count;
  }
}

void ForwardTracer::run() {
  for (int64_t R = 0; R < Repeats; ++R) {
    TracedCall Call = {};
    Call.Of = Stage::Forward;
    Call.Rows = 1;
    Call.Dims = Inputs.dims();
    record(std::move(Call), [&](sinter_error *Error) {
      const sinter_tensor *Outputs;
      return sinter_session_forward(S, Inputs.tensors().data(),
                                    int32_t(Inputs.tensors().size()), &Outputs,
                                    Error);
    });
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

std::vector<TracedCall> Tracer::trace() {
  sinter_session_trace(S, &Tracks[0].Track);
  run();
  reserve();
  Calls.clear();
  const double StartSeconds = monotonicSeconds();
  const uint64_t Start = ticks();
  run();
  const uint64_t End = ticks();
  const double Rate = (monotonicSeconds() - StartSeconds) /
                      double(std::max(End, Start + 1) - Start);
  std::vector<TracedCall> Traced;
  for (RawCall &Raw : Calls) {
    TracedCall &Call = Traced.emplace_back(std::move(Raw.Call));
    Call.Begin = double(Raw.Begin - Start) * Rate;
    Call.End = double(Raw.End - Start) * Rate;
    for (const auto &Events : Raw.Members)
      Call.Members.push_back(spansOf(Events, Start, Rate));
  }
  return Traced;
}

std::vector<TracedCall> sinter::run::traceRun(const Model &M, const Session &S,
                                              int64_t Prompt, int64_t New) {
  return StepTracer(M, S, Prompt, New).trace();
}

std::vector<TracedCall> sinter::run::traceForward(const Session &S,
                                                  const MadeInputs &Inputs,
                                                  int64_t Repeats) {
  return ForwardTracer(S, Inputs, Repeats).trace();
}
