//===- Bench.cpp - sinter-run bench: how fast, how large ------------------===//
//
// Speed of this process's steps, and the time to the first token of fresh
// processes that it starts. Medians of -r repeats.
//
//===----------------------------------------------------------------------===//
#include "BenchProcess.h"
#include "Interrupt.h"
#include "Model.h"
#include "Prompt.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <cstring>
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

/// "batch=1,sequence=128" as the sizes of the model's symbols.
static std::vector<int64_t> parseDims(const std::string &Text,
                                      const sinter_artifact &A) {
  std::vector<int64_t> Sizes(size_t(A.symbol_count), -1);
  for (size_t At = 0; At < Text.size();) {
    const size_t End = std::min(Text.find(',', At), Text.size());
    const std::string Part = Text.substr(At, End - At);
    const size_t Equal = Part.rfind('=');
    char *Last = nullptr;
    const long long Size =
        Equal == std::string::npos
            ? -1
            : std::strtoll(Part.c_str() + Equal + 1, &Last, 10);
    if (Size < 0 || Size > INT32_MAX || *Last || Last[-1] == '=')
      throw UsageError("--dims '" + Part + "': want NAME=SIZE");
    bool Found = false;
    for (int32_t I = 0; I < A.symbol_count; ++I)
      if (Part.substr(0, Equal) == A.symbols[I])
        Sizes[size_t(I)] = Size, Found = true;
    if (!Found)
      throw Failure("--dims '" + Part +
                    "': the model has no such dimension; "
                    "see sinter-run info");
    At = End + 1;
  }
  for (int32_t I = 0; I < A.symbol_count; ++I)
    if (Sizes[size_t(I)] < 0)
      throw Failure(std::string("--dims: say how large '") + A.symbols[I] +
                    "' is");
  return Sizes;
}

/// Ones for integers (ids and masks), small numbers for floats.
static void fill(sinter_element Element, std::vector<unsigned char> &Data) {
  const size_t Size = sinter_element_size(Element);
  for (size_t I = 0; I < Data.size() / Size; ++I) {
    const float Small = float(I % 17) / 16 - 0.5f;
    const double Wide = Small;
    const uint32_t Half = 0x3800; // 0.5 in f16, a tiny number in bf16
    const int64_t One = 1;
    const void *From = &One;
    if (Element == SINTER_ELEMENT_F32)
      From = &Small;
    else if (Element == SINTER_ELEMENT_F64)
      From = &Wide;
    else if (Element == SINTER_ELEMENT_F16 || Element == SINTER_ELEMENT_BF16)
      From = &Half;
    std::memcpy(Data.data() + I * Size, From, Size);
  }
}

static Json benchForward(const Model &M, const Arguments &A, const Globals &G) {
  const sinter_artifact &Artifact = *sinter_model_artifact(M.get());
  const std::vector<int64_t> Symbols = parseDims(A.Dims, Artifact);
  size_t Dims = 0;
  for (int32_t I = 0; I < Artifact.input_count; ++I)
    Dims += size_t(Artifact.inputs[I].rank);
  for (int32_t I = 0; I < Artifact.output_count; ++I)
    Dims += size_t(Artifact.outputs[I].rank);
  std::vector<int64_t> Shapes(Dims + 1);
  Artifact.forward_shapes(Symbols.data(), Shapes.data());
  std::vector<std::vector<unsigned char>> Data;
  std::vector<sinter_tensor> Inputs;
  const int64_t *Shape = Shapes.data();
  for (int32_t I = 0; I < Artifact.input_count; ++I) {
    const sinter_tensor_info &Info = Artifact.inputs[I];
    uint64_t Bytes = sinter_element_size(Info.element);
    for (int32_t D = 0; D < Info.rank; ++D)
      if (__builtin_mul_overflow(Bytes, uint64_t(Shape[D]), &Bytes) ||
          Bytes > uint64_t(1) << 40)
        throw Failure(std::string("--dims: input '") + Info.name +
                      "' is larger than 2^40 bytes");
    Data.emplace_back(Bytes);
    fill(Info.element, Data.back());
    Inputs.push_back(
        {Info.name, Info.element, Info.rank, Shape, Data.back().data()});
    Shape += Info.rank;
  }
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
