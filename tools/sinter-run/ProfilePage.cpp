//===- ProfilePage.cpp - a profile as one HTML page -----------------------===//
#include "ProfilePage.h"

#include <algorithm>
#include <cmath>
#include <cstdarg>
#include <cstdio>

using namespace sinter::run;

static const char Head[] = R"html(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body { font: 15px/1.45 system-ui, sans-serif; color: #222; background: #fff;
       max-width: 1100px; margin: 2em auto; padding: 0 1em }
h1 { font-size: 1.5em } h2 { font-size: 1.15em; margin-top: 2em }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
th, td { text-align: right; padding: .2em .8em; border-bottom: 1px solid #ddd }
th:first-child, td:first-child { text-align: left }
svg { width: 100%; height: auto; background: #fafafa; border: 1px solid #ddd }
svg text { font: 12px system-ui, sans-serif; fill: #333 }
.key span { display: inline-block; margin-right: 1.2em; white-space: nowrap }
.key i { display: inline-block; width: .8em; height: .8em; margin-right: .4em }
p { max-width: 46em } details { margin: .8em 0 }
</style>
)html";

namespace {
class Page {
public:
  Page(const Profile &P, const sinter_artifact &A) : P(P), A(A) {}
  std::string make(const std::vector<TracedCall> &Calls);

private:
  [[gnu::format(printf, 2, 3)]] void print(const char *Format, ...);
  void text(const std::string &Text);
  const char *colour(const std::string &Kind);
  void key();
  void roofline();
  void tokenBar(const TracedCall &Call);
  void arena();
  void table(const Phase &Of, Grouping By);
  void phase(const Phase &Of);

  const Profile &P;
  const sinter_artifact &A;
  std::string Out;
  std::vector<std::string> Kinds; // in the order of their colours
};
} // namespace

void Page::print(const char *Format, ...) {
  char Line[1024];
  va_list Arguments;
  va_start(Arguments, Format);
  std::vsnprintf(Line, sizeof(Line), Format, Arguments);
  va_end(Arguments);
  Out += Line;
}

/// Names come from a foreign file.
void Page::text(const std::string &Text) {
  for (char C : Text) {
    if (C == '<')
      Out += "&lt;";
    else if (C == '>')
      Out += "&gt;";
    else if (C == '&')
      Out += "&amp;";
    else if (C == '"')
      Out += "&quot;";
    else
      Out += C;
  }
}

const char *Page::colour(const std::string &Kind) {
  // Told apart by most colour-blind people (Okabe, Ito 2008).
  static const char *const Colours[] = {"#0072b2", "#d55e00", "#009e73",
                                        "#cc79a7", "#e69f00", "#56b4e9",
                                        "#f0e442", "#666666"};
  auto It = std::find(Kinds.begin(), Kinds.end(), Kind);
  if (It == Kinds.end())
    It = Kinds.insert(Kinds.end(), Kind);
  return Colours[std::min(size_t(It - Kinds.begin()), std::size(Colours) - 1)];
}

void Page::key() {
  Out += "<p class=\"key\">";
  for (const std::string &Kind : Kinds) {
    print("<span><i style=\"background:%s\"></i>", colour(Kind));
    text(Kind);
    Out += "</span>";
  }
  Out += "</p>\n";
}

//===--- Drawings -----------------------------------------------------------===

/// Kinds as discs under the two bounds; both axes are logarithmic.
void Page::roofline() {
  const double Width = 900, Height = 420, Left = 60, Bottom = 380;
  const MachineBounds &B = P.Bounds;
  const double Peak =
      std::max({B.FlopsPerSecond, B.DotFlopsPerSecond, B.TileFlopsPerSecond});
  const double Ridge = Peak / P.Bounds.ReadBytesPerSecond;
  // FLOP a byte from 1/64 to 4096 at least as far as the ridge; four decades.
  const double X0 = -2, X1 = std::max(4.0, std::ceil(std::log10(Ridge)) + 1);
  const double Y1 = std::ceil(std::log10(Peak)), Y0 = Y1 - 5;
  const auto X = [&](double Intensity) {
    return Left + (std::clamp(std::log10(Intensity), X0, X1) - X0) / (X1 - X0) *
                      (Width - Left - 20);
  };
  const auto Y = [&](double Flops) {
    return Bottom -
           (std::clamp(std::log10(Flops), Y0, Y1) - Y0) / (Y1 - Y0) * 350;
  };
  print("<svg viewBox=\"0 0 %g %g\" role=\"img\" aria-label=\"roofline\">\n",
        Width, Height);
  for (double E = X0; E <= X1; ++E)
    print(
        "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"30\" y2=\"%g\" stroke=\"#e4e4e4\"/>"
        "<text x=\"%.1f\" y=\"%g\" text-anchor=\"middle\">%g</text>\n",
        X(std::pow(10, E)), X(std::pow(10, E)), Bottom, X(std::pow(10, E)),
        Bottom + 16, std::pow(10, E));
  for (double E = Y0; E <= Y1; ++E)
    print(
        "<line x1=\"%g\" x2=\"%g\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#e4e4e4\"/>"
        "<text x=\"%g\" y=\"%.1f\" text-anchor=\"end\">%g</text>\n",
        Left, Width - 20, Y(std::pow(10, E)), Y(std::pow(10, E)), Left - 6,
        Y(std::pow(10, E)) + 4, std::pow(10, E - 9));
  const double First = std::pow(10, X0);
  print("<polyline fill=\"none\" stroke=\"#333\" stroke-width=\"2\" "
        "points=\"%.1f,%.1f %.1f,%.1f %.1f,%.1f\"/>\n",
        X(std::max(First, std::pow(10, Y0) / P.Bounds.ReadBytesPerSecond)),
        Y(std::max(First * P.Bounds.ReadBytesPerSecond, std::pow(10, Y0))),
        X(Ridge), Y(Peak), X(std::pow(10, X1)), Y(Peak));
  if (Peak > B.FlopsPerSecond)
    print("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" "
          "stroke=\"#333\" stroke-dasharray=\"6 4\"/>\n",
          X(P.Bounds.FlopsPerSecond / P.Bounds.ReadBytesPerSecond),
          Y(P.Bounds.FlopsPerSecond), X(std::pow(10, X1)),
          Y(P.Bounds.FlopsPerSecond));
  print("<text x=\"%g\" y=\"%g\" text-anchor=\"end\">FLOP a byte of weights, "
        "cache, inputs and outputs</text><text x=\"%g\" y=\"20\">GFLOP/s"
        "</text>\n",
        Width - 20, Height - 6, 8.0);
  for (const Phase &Of : P.Phases)
    for (const OpTime &Op : groupOps(Of.Ops, Grouping::Kind)) {
      const double Bytes = Op.Least.Bytes.value_or(0),
                   Flops = Op.Least.Flops.value_or(0);
      if (Bytes <= 0 || Flops <= 0 || Op.Time <= 0)
        continue;
      const bool IsRing = Of.Of == Stage::Prefill;
      const double At = X(Flops / Bytes), Level = Y(Flops / Op.Time);
      // The area is the share of the phase's time.
      const double Radius = 4 + 16 * std::sqrt(Op.Time / Of.Wall);
      print("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" fill=\"%s\" "
            "stroke=\"%s\" stroke-width=\"2\"><title>",
            At, Level, Radius, IsRing ? "none" : colour(Op.Kind),
            colour(Op.Kind));
      text(std::string(nameOf(Of.Of)) + ": " + Op.Kind);
      print(", %.1f %% of the bound</title></circle><text x=\"%.1f\" "
            "y=\"%.1f\">",
            Op.ofBound(P.Bounds).value_or(0) * 100, At + Radius + 4, Level + 4);
      text(Op.Kind);
      Out += "</text>\n";
    }
  Out +=
      "</svg>\n<p>Discs: decode, or calls; rings: prefill; their area is the "
      "share of the time. The line is what this machine can do";
  if (Peak > B.FlopsPerSecond)
    Out += ": with bf16, and dashed with f32";
  Out += ".</p>\n";
}

/// What each member did during a step.
void Page::tokenBar(const TracedCall &Call) {
  const double Width = 1000, Lane = 34;
  const auto Members = double(Call.Members.size());
  print("<svg viewBox=\"0 0 %g %g\" role=\"img\" aria-label=\"one token\">\n",
        Width, Members * Lane + 24);
  const auto X = [&](double Seconds) {
    return std::clamp((Seconds - Call.Begin) / Call.seconds(), 0.0, 1.0) *
           Width;
  };
  for (size_t M = 0; M < Call.Members.size(); ++M)
    for (const Span &S : Call.Members[M]) {
      if (S.Point < 0)
        continue; // the ground shows
      const sinter_trace_point &Point = A.trace_points[S.Point];
      print("<rect x=\"%.3f\" y=\"%g\" width=\"%.3f\" height=\"%g\" "
            "fill=\"%s\"><title>",
            X(S.Begin), double(M) * Lane + 2, X(S.End) - X(S.Begin), Lane - 4,
            colour(Point.kind));
      text(Point.name);
      print(": %.1f us", S.seconds() * 1e6);
      if (S.Layer >= 0)
        print(", layer %d", S.Layer);
      Out += "</title></rect>\n";
    }
  print("<text x=\"4\" y=\"%g\">0</text><text x=\"%g\" y=\"%g\" "
        "text-anchor=\"end\">%.3f ms</text></svg>\n",
        Members * Lane + 17, Width - 4, Members * Lane + 17,
        Call.seconds() * 1e3);
}

/// Buffers of a step's arena over the pieces of work that use them.
void Page::arena() {
  int32_t Pieces = 1;
  for (int64_t I = 0; I < A.arena_buffer_count; ++I)
    Pieces = std::max(Pieces, A.arena_buffers[I].last + 1);
  const double Width = 1000, Height = 300, Total = double(A.step_arena_bytes);
  print("<h2>Arena of a step: %.2f MB</h2>\n"
        "<svg viewBox=\"0 0 %g %g\" role=\"img\" aria-label=\"arena\">\n",
        Total * 1e-6, Width, Height + 22);
  for (int64_t I = 0; I < A.arena_buffer_count; ++I) {
    const sinter_arena_buffer &B = A.arena_buffers[I];
    const double X = Width / Pieces * B.first, Y = Height * B.offset / Total;
    print("<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" "
          "fill=\"#56b4e9\" stroke=\"#fff\"><title>",
          X, Y, Width / Pieces * (B.last + 1 - B.first),
          Height * double(B.bytes) / Total);
    text(B.name);
    print(": %.3f MB at %.3f MB, until ", double(B.bytes) * 1e-6,
          double(B.offset) * 1e-6);
    text(B.until);
    Out += "</title></rect>\n";
  }
  print("<text x=\"4\" y=\"%g\">%d pieces of work, in order</text></svg>\n",
        Height + 16, Pieces);
  print(
      "<p>Each box is a buffer: from left to right the pieces of work of a "
      "step (those of the layer loop once), from top to bottom its bytes, for "
      "a step of %lld rows.</p>\n",
      static_cast<long long>(A.prefill_chunk));
}

//===--- Tables -------------------------------------------------------------===

void Page::table(const Phase &Of, Grouping By) {
  const double Tokens = double(Of.Tokens);
  print("<table><tr><th>%s</th><th>ms a %s</th><th>%% of time</th>"
        "<th>MB a %s</th><th>GB/s</th><th>GFLOP/s</th><th>%% of bound</th>"
        "</tr>\n",
        By == Grouping::Kind    ? "kind"
        : By == Grouping::Layer ? "layer"
                                : "op",
        unitOf(Of.Of), unitOf(Of.Of));
  for (const OpTime &Op : groupOps(Of.Ops, By)) {
    Out += "<tr><td>";
    if (By == Grouping::Layer)
      text(Op.Layer ? "layer " + std::to_string(*Op.Layer) : "outside layers");
    else
      text(By == Grouping::Kind ? Op.Kind : Op.Name + " (" + Op.Kind + ")");
    print("</td><td>%.4f</td><td>%.1f</td>", Op.Time * 1e3 / Tokens,
          Op.Time / Of.Wall * 100);
    if (Op.Least.Bytes)
      print("<td>%.3f</td><td>%.2f</td>", *Op.Least.Bytes * 1e-6 / Tokens,
            *Op.Least.Bytes * 1e-9 / Op.Time);
    else
      Out += "<td>-</td><td>-</td>";
    if (Op.Least.Flops)
      print("<td>%.2f</td>", *Op.Least.Flops * 1e-9 / Op.Time);
    else
      Out += "<td>-</td>";
    if (const std::optional<double> Share = Op.ofBound(P.Bounds))
      print("<td>%.1f %s</td></tr>\n", *Share * 100,
            Op.isMemoryBound(P.Bounds) ? "mem" : "flop");
    else
      Out += "<td>-</td></tr>\n";
  }
  Out += "</table>\n";
}

void Page::phase(const Phase &Of) {
  if (!Of.Steps)
    return;
  print("<h2>%s: %lld %ss, %.1f %ss/s</h2>\n", nameOf(Of.Of),
        static_cast<long long>(Of.Tokens), unitOf(Of.Of),
        double(Of.Tokens) / Of.Wall, unitOf(Of.Of));
  table(Of, Grouping::Kind);
  print("<p>%lld barriers a step; members waited %.1f %% of their time outside "
        "of ops; serial ops took %.1f %% of the time.</p>\n",
        static_cast<long long>(Of.Barriers / Of.Steps),
        Of.Waiting / (Of.Wall * P.Threads) * 100, Of.Serial / Of.Wall * 100);
  Out += "<details><summary>each op, summed over layers</summary>\n";
  table(Of, Grouping::Op);
  Out += "</details><details><summary>each layer</summary>\n";
  table(Of, Grouping::Layer);
  Out += "</details>\n";
}

std::string Page::make(const std::vector<TracedCall> &Calls) {
  for (const Phase &Of : P.Phases) // colours by weight
    for (const OpTime &Op : groupOps(Of.Ops, Grouping::Kind))
      colour(Op.Kind);
  Out = Head;
  Out += "<title>";
  text(P.Model);
  Out += ": profile</title></head><body>\n<h1>";
  text(P.Model);
  print("</h1>\n<p>%d thread%s on ", P.Threads, P.Threads == 1 ? "" : "s");
  text(P.Bounds.Cpu);
  text(". Bounds, measured: " + describeBounds(P.Bounds) + ".");
  Out += "</p>\n";
  key();
  std::vector<const TracedCall *> Alike; // decoded tokens, or all calls
  for (const TracedCall &Call : Calls)
    if (Call.Of != Stage::Prefill)
      Alike.push_back(&Call);
  if (!Alike.empty()) {
    const auto Middle = Alike.begin() + int64_t(Alike.size() / 2);
    std::nth_element(Alike.begin(), Middle, Alike.end(),
                     [](const TracedCall *X, const TracedCall *Y) {
                       return X->seconds() < Y->seconds();
                     });
    print("<h2>One %s (the median)</h2>\n", unitOf(Alike[0]->Of));
    tokenBar(**Middle);
    Out += "<p>One lane a member of the team; gaps are waits.</p>\n";
  }
  Out += "<h2>Roofline</h2>\n";
  roofline();
  for (const Phase &Of : P.Phases)
    phase(Of);
  if (A.arena_buffer_count && A.step_arena_bytes)
    arena();
  Out += "</body></html>\n";
  return std::move(Out);
}

std::string sinter::run::profilePage(const Profile &P, const sinter_artifact &A,
                                     const std::vector<TracedCall> &Calls) {
  return Page(P, A).make(Calls);
}
