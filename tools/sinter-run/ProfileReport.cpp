//===- ProfileReport.cpp - where the time of traced steps went ------------===//
//
// Barriers separate ops, so an op's time is from the first member's begin to
// the last member's end, and these times do not overlap.
//
//===----------------------------------------------------------------------===//
#include "ProfileReport.h"

#include <algorithm>
#include <map>

using namespace sinter::run;

//===--- Sums ---------------------------------------------------------------===

static void add(std::optional<double> &Sum, const std::optional<double> &More) {
  if (Sum && More)
    *Sum += *More;
  else
    Sum.reset();
}

Work &Work::operator+=(const Work &Other) {
  add(Bytes, Other.Bytes);
  add(Flops, Other.Flops);
  Dots += Other.Dots;
  Tiles += Other.Tiles;
  return *this;
}

OpTime &OpTime::operator+=(const OpTime &Other) {
  Runs += Other.Runs;
  Time += Other.Time;
  Busy += Other.Busy;
  Idle += Other.Idle;
  Least += Other.Least;
  return *this;
}

static double memoryTime(const OpTime &Op, const MachineBounds &B) {
  return Op.Least.Bytes.value_or(0) / B.ReadBytesPerSecond;
}

static double arithmeticTime(const OpTime &Op, const MachineBounds &B) {
  const Work &W = Op.Least;
  const double Plain = W.Flops.value_or(0) - W.Dots - W.Tiles;
  return Plain / B.FlopsPerSecond +
         W.Dots / std::max(B.FlopsPerSecond, B.DotFlopsPerSecond) +
         W.Tiles / std::max(B.FlopsPerSecond, B.TileFlopsPerSecond);
}

bool OpTime::isMemoryBound(const MachineBounds &B) const {
  return memoryTime(*this, B) >= arithmeticTime(*this, B);
}

std::optional<double> OpTime::boundTime(const MachineBounds &B) const {
  if (!Least.Bytes || !Least.Flops)
    return std::nullopt;
  return std::max(memoryTime(*this, B), arithmeticTime(*this, B));
}

std::optional<double> OpTime::ofBound(const MachineBounds &B) const {
  const std::optional<double> Bound = boundTime(B);
  if (!Bound || Time <= 0)
    return std::nullopt;
  return *Bound / Time;
}

//===--- From spans to ops --------------------------------------------------===

namespace {
/// A point in a layer: what one entry of Phase::Ops is.
using Place = std::pair<int32_t, int32_t>;

/// One run of an op: what the members did for it.
struct Run {
  Place At;
  double Begin = 0, End = 0, Busy = 0, EndSum = 0;
  int32_t Members = 0;
};

class PhaseBuilder {
public:
  PhaseBuilder(const sinter_artifact &A, Phase &Out) : A(A), Out(Out) {}
  void add(const TracedCall &Call);

private:
  OpTime &opAt(Place At);
  static std::vector<Run> runsOf(const TracedCall &Call);

  const sinter_artifact &A;
  Phase &Out;
  std::map<Place, size_t> Numbers;
};
} // namespace

/// Member 0 takes part in every run; the others' spans belong to its runs of
/// the same place, in order.
std::vector<Run> PhaseBuilder::runsOf(const TracedCall &Call) {
  std::vector<Run> Runs;
  std::map<Place, std::vector<size_t>> Where;
  for (size_t M = 0; M < Call.Members.size(); ++M) {
    std::map<Place, size_t> Seen;
    for (const Span &S : Call.Members[M]) {
      if (S.Point < 0)
        continue;
      const Place At(S.Point, S.Layer);
      std::vector<size_t> &Known = Where[At];
      const size_t Number = Seen[At]++;
      if (Number == Known.size()) {
        if (M)
          continue; // not the program that member 0 ran
        Known.push_back(Runs.size());
        Runs.push_back({At, S.Begin, S.End});
      }
      Run &R = Runs[Known[Number]];
      R.Begin = std::min(R.Begin, S.Begin);
      R.End = std::max(R.End, S.End);
      R.Busy += S.seconds();
      R.EndSum += S.End;
      ++R.Members;
    }
  }
  return Runs;
}

OpTime &PhaseBuilder::opAt(Place At) {
  const auto [It, IsNew] = Numbers.emplace(At, Out.Ops.size());
  if (IsNew) {
    const sinter_trace_point &Point = A.trace_points[At.first];
    OpTime &Op = Out.Ops.emplace_back();
    Op.Name = Point.name;
    Op.Kind = Point.kind;
    Op.Serial = Point.serial;
    if (At.second >= 0)
      Op.Layer = At.second;
    Op.Least = {0, 0, 0};
  }
  return Out.Ops[It->second];
}

void PhaseBuilder::add(const TracedCall &Call) {
  std::vector<int64_t> Numbers(size_t(A.trace_point_count) * 2);
  A.trace_work(Call.Dims.data(), Numbers.data());
  const auto Known = [&](size_t I) {
    return Numbers[I] < 0 ? std::optional<double>() : double(Numbers[I]);
  };
  const auto Members = double(Call.Members.size());
  double Accounted = 0;
  for (const Run &R : runsOf(Call)) {
    OpTime &Op = opAt(R.At);
    ++Op.Runs;
    const double Time = R.End - R.Begin;
    Op.Time += Time;
    Op.Busy += R.Busy;
    Op.Idle += Time * Members - R.Busy;
    const std::optional<double> Flops = Known(size_t(R.At.first) * 2 + 1);
    const int32_t Dots = A.trace_points[R.At.first].dots;
    Op.Least +=
        {Known(size_t(R.At.first) * 2), Flops,
         Dots == 1 ? Flops.value_or(0) : 0, Dots == 2 ? Flops.value_or(0) : 0};
    Accounted += Time * Members;
    if (Op.Serial)
      Out.Serial += Time;
  }
  ++Out.Steps;
  Out.Wall += Call.seconds();
  Out.Waiting += std::max(0.0, Call.seconds() * Members - Accounted);
  if (Call.Members.size() > 1)
    Out.Barriers +=
        std::count_if(Call.Members[0].begin(), Call.Members[0].end(),
                      [](const Span &S) { return S.Point < 0; });
}

Profile sinter::run::makeProfile(const sinter_artifact &A, MachineBounds Bounds,
                                 const std::vector<TracedCall> &Calls) {
  Profile P;
  P.Model = A.name;
  P.Threads = Bounds.Threads;
  P.Bounds = std::move(Bounds);
  const bool IsForward = !Calls.empty() && Calls[0].Of == Stage::Forward;
  for (Stage Of : {Stage::Prefill, Stage::Decode, Stage::Forward})
    if (IsForward == (Of == Stage::Forward))
      P.Phases.emplace_back().Of = Of;
  for (Phase &Out : P.Phases) {
    PhaseBuilder Builder(A, Out);
    for (const TracedCall &Call : Calls)
      if (Call.Of == Out.Of) {
        Builder.add(Call);
        Out.Tokens = Out.Of == Stage::Prefill ? Call.Position + Call.Rows
                                              : Out.Tokens + 1;
      }
  }
  return P;
}

//===--- Groups -------------------------------------------------------------===

std::vector<OpTime> sinter::run::groupOps(const std::vector<OpTime> &Ops,
                                          Grouping By) {
  std::vector<OpTime> Groups;
  for (const OpTime &Op : Ops) {
    const auto It =
        std::find_if(Groups.begin(), Groups.end(), [&](const OpTime &Group) {
          return By == Grouping::Layer ? Group.Layer == Op.Layer
                 : By == Grouping::Kind
                     ? Group.Kind == Op.Kind
                     : Group.Name == Op.Name && Group.Kind == Op.Kind;
        });
    if (It == Groups.end())
      Groups.push_back(Op);
    else
      *It += Op;
  }
  if (By == Grouping::Layer)
    std::sort(Groups.begin(), Groups.end(),
              [](const OpTime &X, const OpTime &Y) {
                return X.Layer.value_or(-1) < Y.Layer.value_or(-1);
              });
  else
    std::sort(Groups.begin(), Groups.end(),
              [](const OpTime &X, const OpTime &Y) { return X.Time > Y.Time; });
  return Groups;
}
