//===- Perplexity.cpp - sinter-run perplexity: how well a text is guessed -===//
//
// Windows as the usual tools have them: consecutive chunks of the text's ids
// without special tokens, each from an empty cache; the rows from --score-from
// on score the token after each.
//
//===----------------------------------------------------------------------===//
#include "Interrupt.h"
#include "Prompt.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdio>

using namespace sinter::run;

namespace {
struct Arguments {
  std::string Path, File;
  int64_t Chunk = 512, ScoreFrom = 256, Tokens = 0;
};
} // namespace

/// -log softmax(Row)[Target], in double.
static double loss(const float *Row, int64_t Vocab, int64_t Target) {
  const double Top = *std::max_element(Row, Row + Vocab);
  double Sum = 0;
  for (int64_t I = 0; I < Vocab; ++I)
    Sum += std::exp(Row[I] - Top);
  return Top + std::log(Sum) - Row[Target];
}

/// The summed loss of one window.
static double windowLoss(const Session &S, const sinter_artifact &Artifact,
                         const int64_t *Ids, const Arguments &A,
                         std::vector<float> &Rows) {
  sinter_error Error;
  check(sinter_session_rewind(S.get(), 0, &Error), Error);
  double Sum = 0;
  const int64_t Vocab = Artifact.vocab_size, Last = A.Chunk - 1;
  for (int64_t At = 0; At < Last;) {
    checkInterrupt();
    // First all rows that nobody scores, then pieces that bound the memory.
    const int64_t Wanted = At < A.ScoreFrom ? 0 : 1;
    const int64_t Count =
        Wanted ? std::min(Artifact.prefill_chunk, Last - At) : A.ScoreFrom;
    Rows.resize(size_t(Wanted * Count * Vocab));
    check(sinter_session_step(S.get(), Ids + At, Count, A.Chunk, Wanted * Count,
                              Rows.data(), &Error),
          Error);
    for (int64_t I = 0; I < Wanted * Count; ++I)
      Sum += loss(Rows.data() + I * Vocab, Vocab, Ids[At + I + 1]);
    At += Count;
  }
  return Sum;
}

static void runPerplexity(const Arguments &A, const Globals &G) {
  if (A.ScoreFrom > A.Chunk - 2)
    throw UsageError("--score-from " + std::to_string(A.ScoreFrom) +
                     ": must leave rows to score, so at most --chunk - 2 = " +
                     std::to_string(A.Chunk - 2));
  const Model M = openModel(A.Path, G);
  const sinter_artifact &Artifact = *sinter_model_artifact(M.get());
  if (!Artifact.step)
    throw Failure(A.Path + ": is not a decoder, it has no perplexity");
  if (A.Chunk > Artifact.max_length)
    throw Failure("--chunk " + std::to_string(A.Chunk) +
                  ": the model was compiled for " +
                  std::to_string(Artifact.max_length) +
                  " tokens: compile it with a larger --max-length");
  const std::unique_ptr<Text> T = Text::open(M);
  if (!T)
    throw Failure(A.Path + ": has no tokenizer: compile it with sinterc "
                           "--tokenizer");
  const std::vector<int64_t> Ids = T->encode(readFile(A.File), false);
  int64_t Use = int64_t(Ids.size());
  if (A.Tokens)
    Use = std::min(Use, A.Tokens);
  const int64_t Windows = Use / A.Chunk;
  if (!Windows)
    throw Failure(A.File + ": has " + std::to_string(Use) +
                  " tokens, fewer than one --chunk of " +
                  std::to_string(A.Chunk));
  const Session S = createSession(M, G);
  catchInterrupt();
  std::vector<float> Rows;
  double Sum = 0;
  for (int64_t W = 0; W < Windows; ++W)
    Sum += windowLoss(S, Artifact, Ids.data() + W * A.Chunk, A, Rows);
  const int64_t Scored = Windows * (A.Chunk - 1 - A.ScoreFrom);
  const double Perplexity = std::exp(Sum / double(Scored));
  if (G.Json)
    std::printf("%s\n", nlohmann::ordered_json{{"perplexity", Perplexity},
                                               {"tokens", Windows * A.Chunk},
                                               {"scored", Scored}}
                            .dump()
                            .c_str());
  else
    std::printf("perplexity %.6g over %lld tokens (%lld scored)\n", Perplexity,
                static_cast<long long>(Windows * A.Chunk),
                static_cast<long long>(Scored));
}

void sinter::run::addPerplexity(CLI::App &App, Globals &G) {
  auto A = std::make_shared<Arguments>();
  CLI::App *Command =
      App.add_subcommand("perplexity", "Score a text with a model");
  const int64_t Many = int64_t(1) << 31;
  Command->add_option("model", A->Path, "MODEL.so")->required();
  Command->add_option("--file", A->File, "The text, - is stdin")->required();
  Command->add_option("--chunk", A->Chunk, "Tokens of a window")
      ->check(CLI::Range(int64_t(2), Many))
      ->capture_default_str();
  Command
      ->add_option("--score-from", A->ScoreFrom,
                   "The first row of a window that scores")
      ->check(CLI::Range(int64_t(0), Many))
      ->capture_default_str();
  Command
      ->add_option("--tokens", A->Tokens, "Use this many tokens (default: all)")
      ->check(CLI::Range(int64_t(1), int64_t(1) << 50));
  Command->callback([A, &G] { runPerplexity(*A, G); });
}
