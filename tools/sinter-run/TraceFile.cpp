//===- TraceFile.cpp - traced steps for a trace viewer --------------------===//
#include "TraceFile.h"
#include "OutputFile.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>

using namespace sinter::run;
using Json = nlohmann::ordered_json;

namespace {
/// Writes events one a line as they come: a trace may be large.
class TraceWriter {
public:
  explicit TraceWriter(const std::string &Path) : File(Path) {
    text("{\"displayTimeUnit\": \"ns\", \"traceEvents\": [");
  }
  void begin(size_t Member, double Seconds, const std::string &Label) {
    text(std::string(First ? "\n" : ",\n") + "{\"ph\": \"B\", " +
         where(Member, Seconds) + ", " + Label + "}");
    First = false;
  }
  void end(size_t Member, double Seconds) {
    text(",\n{\"ph\": \"E\", " + where(Member, Seconds) + "}");
  }
  void nameTrack(size_t Member) {
    const std::string Number = std::to_string(Member);
    text(std::string(First ? "\n" : ",\n") +
         "{\"ph\": \"M\", \"name\": \"thread_name\", \"pid\": 1, \"tid\": " +
         Number + ", \"args\": {\"name\": \"member " + Number + "\"}}");
    First = false;
  }
  void commit() {
    text("\n]}\n");
    File.commit();
  }

private:
  static std::string where(size_t Member, double Seconds) {
    char Text[96];
    std::snprintf(Text, sizeof(Text), "\"pid\": 1, \"tid\": %zu, \"ts\": %.3f",
                  Member, Seconds * 1e6);
    return Text;
  }
  void text(const std::string &Text) { File.write(Text.data(), Text.size()); }

  OutputFile File;
  bool First = true;
};
} // namespace

static std::string quoted(const std::string &Text) {
  return Json(Text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

static std::string labelOf(const std::string &Name, const std::string &Kind,
                           const std::string &Arguments) {
  return "\"name\": " + quoted(Name) + ", \"cat\": " + quoted(Kind) +
         ", \"args\": {" + Arguments + "}";
}

void sinter::run::writeTraceFile(const std::string &Path,
                                 const sinter_artifact &A,
                                 const std::vector<TracedCall> &Calls) {
  std::vector<std::string> Labels;
  for (int64_t I = 0; I < A.trace_point_count; ++I) {
    const sinter_trace_point &P = A.trace_points[I];
    std::string Label = labelOf(P.name, P.kind, "\"kind\": " + quoted(P.kind));
    Label.pop_back(); // open for the layer
    Labels.push_back(std::move(Label));
  }
  const std::string Wait = labelOf("wait", "wait", "");
  TraceWriter W(Path);
  for (size_t M = 0; !Calls.empty() && M < Calls[0].Members.size(); ++M)
    W.nameTrack(M);
  for (const TracedCall &Call : Calls) {
    const std::string Step =
        labelOf(nameOf(Call.Of), "step",
                "\"position\": " + std::to_string(Call.Position) +
                    ", \"rows\": " + std::to_string(Call.Rows));
    for (size_t M = 0; M < Call.Members.size(); ++M) {
      const std::vector<Span> &Spans = Call.Members[M];
      // The counters of two cores may be some ticks apart.
      const double Begin =
          Spans.empty() ? Call.Begin : std::min(Call.Begin, Spans[0].Begin);
      const double End =
          Spans.empty() ? Call.End : std::max(Call.End, Spans.back().End);
      W.begin(M, Begin, Step);
      for (const Span &S : Spans) {
        std::string Label = S.Point < 0 ? Wait : Labels[size_t(S.Point)];
        if (S.Point >= 0)
          Label += (S.Layer < 0 ? std::string()
                                : ", \"layer\": " + std::to_string(S.Layer)) +
                   "}";
        W.begin(M, S.Begin, Label);
        W.end(M, S.End);
      }
      W.end(M, End);
    }
  }
  W.commit();
}
