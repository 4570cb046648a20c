//===- Bench.cpp - sinter-run bench: how fast, how large ------------------===//
//
// Speed of this process's steps, and the time to the first token of fresh
// processes that it starts. Medians of -r repeats.
//
//===----------------------------------------------------------------------===//
#include "BenchProcess.h"
#include "Interrupt.h"
#include "MadeInputs.h"
#include "Prompt.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <sys/stat.h>

using namespace sinter::run;
using Json = nlohmann::ordered_json;

namespace {
struct Arguments {
  std::string Path, Dims;
  int64_t Prompt = 512, New = 128, Depth = 32, Repeats = 5;
  bool Child = false;
};
} // namespace

static double median(std::vector<double> Values) {
  std::sort(Values.begin(), Values.end());
  const size_t N = Values.size();
  return N % 2 ? Values[N / 2] : (Values[N / 2 - 1] + Values[N / 2]) / 2;
}

static double fileMegabytes(const std::string &Path) {
  struct stat Stat;
  return stat(Path.c_str(), &Stat) ? 0 : double(Stat.st_size) / 1e6;
}

static double diskMegabytes(const std::string &Path, const sinter_artifact &A) {
  double Sum = fileMegabytes(Path);
  if (!A.embedded_weights)
    Sum += double(A.weights_bytes) / 1e6;
  return Sum;
}

static sinter_generate_result
timeGenerate(const Session &S, const std::vector<int64_t> &Ids, int64_t New) {
  sinter_error Error;
  check(sinter_session_rewind(S.get(), 0, &Error), Error);
  sinter_generate_options Options = {};
  Options.size = sizeof(Options);
  Options.max_new_tokens = New;
  Options.ignore_eos = 1;
  Options.cancel = interruptFlag();
  sinter_generate_result Result;
  check(sinter_generate(S.get(), Ids.data(), int64_t(Ids.size()), &Options,
                        nullptr, nullptr, &Result, &Error),
        Error);
  checkInterrupt();
  return Result;
}

//===--- Decoders -----------------------------------------------------------===

static Json benchDecoder(const Model &M, const Arguments &A, const Globals &G) {
  const sinter_artifact &Artifact = *sinter_model_artifact(M.get());
  const int64_t Needs = std::max(A.Prompt, A.Depth + A.New);
  if (Needs > Artifact.max_length)
    throw Failure("-p, -n and -d ask for " + std::to_string(Needs) +
                  " tokens, the model was compiled for " +
                  std::to_string(Artifact.max_length) +
                  ": ask for fewer or compile with a larger --max-length");
  const Session S = createSession(M, G);
  const auto Prompt = meaninglessIds(A.Prompt, Artifact.vocab_size);
  const auto Depth = meaninglessIds(A.Depth, Artifact.vocab_size);
  std::vector<double> Prefill, Decode, Load, First;
  for (int64_t R = 0; R <= A.Repeats; ++R) {
    const double PrefillSeconds = timeGenerate(S, Prompt, 1).prefill_s;
    // One more than -n: the first id belongs to the prompt's step.
    const double DecodeSeconds = timeGenerate(S, Depth, A.New + 1).decode_s;
    if (!R)
      continue; // warms up caches and clocks
    Prefill.push_back(double(A.Prompt) / PrefillSeconds);
    Decode.push_back(double(A.New) / DecodeSeconds);
  }
  for (int64_t R = 0; R < A.Repeats; ++R) {
    const FirstToken Child = timeFirstToken(A.Path, G);
    Load.push_back(Child.LoadSeconds);
    First.push_back(Child.Seconds);
  }
  uint64_t Weights = Artifact.token_weight_bytes;
  if (!Weights)
    Weights = section(M, "params").size();
  return {{"prefill_tok_s", median(Prefill)},
          {"decode_tok_s", median(Decode)},
          {"load_s", median(Load)},
          {"ttft_s", median(First)},
          {"rss_mib", peakMemoryMib()},
          {"disk_mb", diskMegabytes(A.Path, Artifact)},
          {"weight_mb", double(Weights) / 1e6}};
}

/// The fresh process: a 32-token prompt to its first token.
static void runChild(const Arguments &A, const Globals &G) {
  const double Start = monotonicSeconds();
  const Model M = openModel(A.Path, G);
  const Session S = createSession(M, G);
  const double Load = monotonicSeconds() - Start;
  const sinter_artifact &Artifact = *sinter_model_artifact(M.get());
  timeGenerate(S,
               meaninglessIds(std::min<int64_t>(32, Artifact.max_length),
                              Artifact.vocab_size),
               1);
  reportFirstToken({Load, monotonicSeconds()});
}

//===--- Others -------------------------------------------------------------===

static Json benchForward(const Model &M, const Arguments &A, const Globals &G) {
  const sinter_artifact &Artifact = *sinter_model_artifact(M.get());
  const MadeInputs Made(Artifact, A.Dims);
  const std::vector<sinter_tensor> &Inputs = Made.tensors();
  std::vector<double> Load, Latency;
  for (int64_t R = 0; R < A.Repeats; ++R) {
    const double Start = monotonicSeconds();
    const Model Again = openModel(A.Path, G);
    const Session S = createSession(Again, G);
    Load.push_back(monotonicSeconds() - Start);
  }
  const Session S = createSession(M, G);
  for (int64_t R = 0; R <= A.Repeats; ++R) {
    checkInterrupt();
    const double Start = monotonicSeconds();
    const sinter_tensor *Outputs;
    sinter_error Error;
    check(sinter_session_forward(S.get(), Inputs.data(), int32_t(Inputs.size()),
                                 &Outputs, &Error),
          Error);
    if (R)
      Latency.push_back((monotonicSeconds() - Start) * 1e3);
  }
  return {{"latency_ms", median(Latency)},
          {"load_s", median(Load)},
          {"rss_mib", peakMemoryMib()},
          {"disk_mb", diskMegabytes(A.Path, Artifact)}};
}

static void runBench(const Arguments &A, const Globals &G) {
  if (A.Child)
    return runChild(A, G);
  const Model M = openModel(A.Path, G);
  const bool Decoder = sinter_model_artifact(M.get())->step && A.Dims.empty();
  catchInterrupt();
  const Json Out = Decoder ? benchDecoder(M, A, G) : benchForward(M, A, G);
  if (G.Json) {
    std::printf("%s\n", Out.dump().c_str());
    return;
  }
  for (const auto &[Key, Value] : Out.items())
    std::printf("%-14s %.4g\n", Key.c_str(), Value.get<double>());
}

void sinter::run::addBench(CLI::App &App, Globals &G) {
  auto A = std::make_shared<Arguments>();
  const auto Count = CLI::Range(int64_t(1), int64_t(1) << 31);
  CLI::App *Command = App.add_subcommand("bench", "Measure a model");
  Command->add_option("model", A->Path, "MODEL.so")->required();
  Command->add_option("-p", A->Prompt, "Prompt tokens to prefill")
      ->check(Count)
      ->capture_default_str();
  Command->add_option("-n", A->New, "Tokens to decode")
      ->check(Count)
      ->capture_default_str();
  Command->add_option("-d", A->Depth, "Prompt tokens before those")
      ->check(Count)
      ->capture_default_str();
  Command->add_option("-r", A->Repeats, "Repeats; the medians are printed")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  Command->add_option("--dims", A->Dims,
                      "Sizes of a model that is no decoder: batch=1,...");
  Command->add_flag("--first-token-child", A->Child)->group("");
  Command->callback([A, &G] { runBench(*A, G); });
}
