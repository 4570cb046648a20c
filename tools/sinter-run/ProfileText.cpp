//===- ProfileText.cpp - a profile as tables and as JSON ------------------===//
#include "ProfileReport.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdarg>
#include <cstdio>

using namespace sinter::run;
using Json = nlohmann::ordered_json;

[[gnu::format(printf, 2, 3)]] static void print(std::string &Out,
                                                const char *Format, ...) {
  char Line[512];
  va_list Arguments;
  va_start(Arguments, Format);
  std::vsnprintf(Line, sizeof(Line), Format, Arguments);
  va_end(Arguments);
  Out += Line;
}

/// `Value` with two digits, or a dash.
static std::string cell(std::optional<double> Value, int Digits = 2) {
  char Text[64];
  if (!Value)
    return "-";
  std::snprintf(Text, sizeof(Text), "%.*f", Digits, *Value);
  return Text;
}

static std::optional<double> scaled(std::optional<double> Value, double By) {
  return Value ? std::optional<double>(*Value * By) : std::nullopt;
}

/// The end of a name says more than its start.
static std::string shortened(const std::string &Name, size_t Width) {
  return Name.size() <= Width ? Name
                              : "..." + Name.substr(Name.size() - Width + 3);
}

static std::string labelOf(const OpTime &Op, Grouping By) {
  if (By == Grouping::Kind)
    return Op.Kind;
  if (By == Grouping::Layer)
    return Op.Layer ? "layer " + std::to_string(*Op.Layer) : "outside layers";
  return shortened(Op.Name, 34) + " " + Op.Kind;
}

static void printRow(std::string &Out, const std::string &Label,
                     const OpTime &Op, const Phase &P, const MachineBounds &B,
                     size_t Width) {
  const double Tokens = double(P.Tokens);
  const std::optional<double> Bound = Op.ofBound(B);
  print(Out, "  %-*s %9.4f %6.1f %9s %7s %9s %7s %6s%s\n", int(Width),
        Label.c_str(), Op.Time * 1e3 / Tokens, Op.Time / P.Wall * 100,
        cell(scaled(Op.Least.Bytes, 1e-6 / Tokens), 3).c_str(),
        cell(scaled(Op.Least.Bytes, 1e-9 / Op.Time)).c_str(),
        cell(scaled(Op.Least.Flops, 1e-6 / Tokens), 3).c_str(),
        cell(scaled(Op.Least.Flops, 1e-9 / Op.Time)).c_str(),
        cell(scaled(Bound, 100), 1).c_str(),
        !Bound                ? ""
        : Op.isMemoryBound(B) ? " mem"
                              : " flop");
}

std::string sinter::run::describeBounds(const MachineBounds &B) {
  std::string Out;
  print(Out, "%.2f GB/s read from memory, %.1f GFLOP/s",
        B.ReadBytesPerSecond * 1e-9, B.FlopsPerSecond * 1e-9);
  if (B.DotFlopsPerSecond > 0)
    print(Out, ", %.1f GFLOP/s of bf16 pairs", B.DotFlopsPerSecond * 1e-9);
  if (B.TileFlopsPerSecond > 0)
    print(Out, ", %.1f GFLOP/s in tiles", B.TileFlopsPerSecond * 1e-9);
  return Out;
}

static void printPhase(std::string &Out, const Profile &All, const Phase &P,
                       Grouping By) {
  if (!P.Steps)
    return;
  const double Team = P.Wall * All.Threads / 100;
  const char *Unit = unitOf(P.Of);
  print(Out, "%s: %lld %ss in %lld steps, %.3f ms a %s, %.1f %ss/s\n",
        nameOf(P.Of), static_cast<long long>(P.Tokens), Unit,
        static_cast<long long>(P.Steps), P.Wall * 1e3 / double(P.Tokens), Unit,
        double(P.Tokens) / P.Wall, Unit);
  const std::vector<OpTime> Rows = groupOps(P.Ops, By);
  size_t Width = 12;
  for (const OpTime &Op : Rows)
    Width = std::max(Width, labelOf(Op, By).size());
  const auto per = [Unit](const char *What) {
    return std::string(What) + "/" + Unit;
  };
  print(Out, "  %-*s %9s %6s %9s %7s %9s %7s %6s\n", int(Width),
        By == Grouping::Kind    ? "kind"
        : By == Grouping::Layer ? "layer"
                                : "op",
        per("ms").c_str(), "%time", per("MB").c_str(), "GB/s",
        per("MF").c_str(), "GF/s", "%bound");
  OpTime Total;
  Total.Least = {0, 0, 0};
  for (const OpTime &Op : Rows) {
    printRow(Out, labelOf(Op, By), Op, P, All.Bounds, Width);
    OpTime Known = Op; // what is not known cannot be in the sum
    Known.Least = {Op.Least.Bytes.value_or(0), Op.Least.Flops.value_or(0),
                   Op.Least.Dots, Op.Least.Tiles};
    Total += Known;
  }
  printRow(Out, "all ops", Total, P, All.Bounds, Width);
  print(Out,
        "  members' time: %.1f %% work, %.1f %% idle in ops (serial ops and "
        "uneven shares),\n"
        "  %.1f %% in barriers and between ops; %lld barriers a step, serial "
        "ops %.1f %% of the time\n",
        Total.Busy / Team, Total.Idle / Team, P.Waiting / Team,
        static_cast<long long>(P.Barriers / P.Steps), P.Serial / P.Wall * 100);
}

std::string sinter::run::profileTables(const Profile &P, Grouping By) {
  std::string Out;
  print(Out, "%s, %d thread%s on %s\n", P.Model.c_str(), P.Threads,
        P.Threads == 1 ? "" : "s", P.Bounds.Cpu.c_str());
  Out += "bounds, measured: " + describeBounds(P.Bounds) + "\n";
  if (P.WeightsInHugePages)
    print(Out, "weights: %.0f %% in huge pages\n", *P.WeightsInHugePages * 100);
  for (const Phase &Each : P.Phases)
    printPhase(Out, P, Each, By);
  return Out;
}

//===--- JSON ---------------------------------------------------------------===

static Json number(const std::optional<double> &Value) {
  return Value ? Json(*Value) : Json();
}

static Json opJson(const char *Phase, const OpTime &Op,
                   const MachineBounds &B) {
  const std::optional<double> Bound = Op.boundTime(B);
  return {{"phase", Phase},
          {"name", Op.Name},
          {"kind", Op.Kind},
          {"layer", Op.Layer ? Json(*Op.Layer) : Json()},
          {"serial", Op.Serial},
          {"runs", Op.Runs},
          {"time_s", Op.Time},
          {"busy_s", Op.Busy},
          {"idle_s", Op.Idle},
          {"bytes", number(Op.Least.Bytes)},
          {"flops", number(Op.Least.Flops)},
          {"dot_flops", Op.Least.Dots},
          {"tile_flops", Op.Least.Tiles},
          {"bound", !Bound                ? Json()
                    : Op.isMemoryBound(B) ? "memory"
                                          : "flops"},
          {"bound_s", number(Bound)},
          {"of_bound", number(Op.ofBound(B))}};
}

static Json phaseJson(const Phase &P) {
  return {{std::string(unitOf(P.Of)) + "s", P.Tokens},
          {"steps", P.Steps},
          {"wall_s", P.Wall},
          {"serial_s", P.Serial},
          {"barriers", P.Barriers},
          {"waiting_s", P.Waiting}};
}

std::string sinter::run::profileJson(const Profile &P) {
  Json Ops = Json::array();
  for (const Phase &Each : P.Phases)
    for (const OpTime &Op : Each.Ops)
      Ops.push_back(opJson(nameOf(Each.Of), Op, P.Bounds));
  Json Out = {
      {"model", P.Model},
      {"threads", P.Threads},
      {"machine",
       {{"cpu", P.Bounds.Cpu},
        {"read_bytes_per_s", P.Bounds.ReadBytesPerSecond},
        {"flops_per_s", P.Bounds.FlopsPerSecond},
        {"dot_flops_per_s", P.Bounds.DotFlopsPerSecond},
        {"tile_flops_per_s", P.Bounds.TileFlopsPerSecond}}},
      {"weights_in_huge_pages", number(P.WeightsInHugePages)},
  };
  for (const Phase &Each : P.Phases)
    Out[nameOf(Each.Of)] = phaseJson(Each);
  Out["ops"] = std::move(Ops);
  // Names come from a foreign file: bytes that are no UTF-8 are replaced.
  return Out.dump(-1, ' ', false, Json::error_handler_t::replace);
}
