//===- Profile.cpp - sinter-run profile: where the time goes --------------===//
#include "HugePages.h"
#include "Interrupt.h"
#include "MadeInputs.h"
#include "OutputFile.h"
#include "ProfilePage.h"
#include "TraceFile.h"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <optional>

using namespace sinter::run;

namespace {
struct Arguments {
  std::string Path, TraceFile, Page, By = "kind", Dims;
  int64_t Prompt = 512, New = 64, Repeats = 5;
  bool MeasureAnew = false;
};
} // namespace

static void checkModel(const sinter_artifact &A) {
  if (!A.trace_point_count)
    throw Failure(std::string("'") + A.name + "' was compiled by " +
                  A.compiler +
                  ", without trace points: recompile it with this version's "
                  "sinterc to profile it");
}

static void checkLength(const sinter_artifact &A, const Arguments &Given) {
  const int64_t Room =
      A.recomputes ? std::min(A.prefill_chunk, A.max_length) : A.max_length;
  if (Given.Prompt + Given.New > Room)
    throw Failure(
        "-p and -n ask for " + std::to_string(Given.Prompt + Given.New) +
        " tokens, the model was compiled for " + std::to_string(Room) +
        ": ask for fewer or compile with a larger --max-length");
}

/// Nothing is faster than the machine: then its bounds were measured in a busy
/// moment. Memory is no sign, since caches serve small models.
static bool beatsArithmetic(const Profile &P) {
  for (const Phase &Each : P.Phases)
    for (const OpTime &Op : groupOps(Each.Ops, Grouping::Kind))
      if (Op.Time > 1e-3 && !Op.isMemoryBound(P.Bounds) &&
          Op.ofBound(P.Bounds).value_or(0) > 1.1)
        return true;
  return false;
}

static void runProfile(const Arguments &Given, const Globals &G) {
  const Model M = openModel(Given.Path, G);
  const sinter_artifact &Whole = *sinter_model_artifact(M.get());
  const bool IsDecoder = Whole.step && Given.Dims.empty();
  const sinter_artifact &A = IsDecoder ? Whole : MadeInputs::useOf(Whole);
  checkModel(A);
  std::optional<MadeInputs> Inputs;
  if (IsDecoder)
    checkLength(A, Given);
  else
    Inputs.emplace(Whole, Given.Dims);
  const Session S = createSession(M, G);
  catchInterrupt();
  const int32_t Threads = sinter_session_threads(S.get());
  MachineBounds Bounds = machineBounds(Threads, Given.MeasureAnew);
  const std::vector<TracedCall> Calls =
      Inputs ? traceForward(S, *Inputs, Given.Repeats)
             : traceRun(M, S, Given.Prompt, Given.New);
  Profile P = makeProfile(A, std::move(Bounds), Calls);
  if (!Given.MeasureAnew && beatsArithmetic(P))
    P = makeProfile(A, machineBounds(Threads, /*Anew=*/true), Calls);
  const void *Weights = nullptr;
  uint64_t Bytes = 0;
  if (!sinter_model_section(M.get(), "params", &Weights, &Bytes, nullptr) &&
      Bytes)
    P.WeightsInHugePages = hugePageShare(Weights);
  if (!Given.TraceFile.empty())
    writeTraceFile(Given.TraceFile, A, Calls);
  if (!Given.Page.empty()) {
    const std::string Page = profilePage(P, A, Calls);
    OutputFile File(Given.Page);
    File.write(Page.data(), Page.size());
    File.commit();
  }
  const Grouping By = Given.By == "op"      ? Grouping::Op
                      : Given.By == "layer" ? Grouping::Layer
                                            : Grouping::Kind;
  const std::string Out = G.Json ? profileJson(P) + "\n" : profileTables(P, By);
  std::fwrite(Out.data(), 1, Out.size(), stdout);
}

void sinter::run::addProfile(CLI::App &App, Globals &G) {
  auto A = std::make_shared<Arguments>();
  const auto Count = CLI::Range(int64_t(1), int64_t(1) << 30);
  CLI::App *Command =
      App.add_subcommand("profile", "Show where a model's time goes, op by op");
  Command->add_option("model", A->Path, "MODEL.so")->required();
  Command->add_option("-p", A->Prompt, "Prompt tokens to prefill")
      ->check(Count)
      ->capture_default_str();
  Command->add_option("-n", A->New, "Tokens to decode after them")
      ->check(Count)
      ->capture_default_str();
  Command->add_option("--dims", A->Dims,
                      "Sizes of a model that is no decoder: batch=1,...");
  Command->add_option("-r", A->Repeats, "Calls of such a model")
      ->check(Count)
      ->capture_default_str();
  Command->add_option("--by", A->By, "A table of kinds, of ops, or of layers")
      ->check(CLI::IsMember({"kind", "op", "layer"}))
      ->capture_default_str();
  Command->add_option("--trace", A->TraceFile,
                      "Write a trace for ui.perfetto.dev or chrome://tracing");
  Command->add_option("--html", A->Page, "Write a page with drawings");
  Command->add_flag(
      "--measure-machine", A->MeasureAnew,
      "Measure the machine's bounds even if that was done before");
  Command->callback([A, &G] { runProfile(*A, G); });
}
