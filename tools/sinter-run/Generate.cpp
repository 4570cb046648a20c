//===- Generate.cpp - sinter-run generate: prompt in, text out ------------===//
#include "Generation.h"
#include "Interrupt.h"
#include "Prompt.h"

#include <CLI/CLI.hpp>

#include <cstdio>

using namespace sinter::run;

namespace {
struct Arguments {
  std::string Path;
  PromptOptions Prompt;
  SamplingOptions Sampling;
};
} // namespace

static void runGenerate(const Arguments &A, const Globals &G) {
  const Model M = openModel(A.Path, G);
  // Ids alone need no tokenizer, so one that cannot be used is no obstacle.
  std::unique_ptr<Text> T;
  try {
    T = Text::open(M);
  } catch (const Failure &) {
    if (!A.Prompt.HasIds || !A.Sampling.Stops.empty())
      throw;
  }
  std::vector<int64_t> Ids = promptIds(A.Prompt, T.get());
  const Session S = createSession(M, G);
  catchInterrupt();
  const Answer Answer =
      generate(S, T.get(), std::move(Ids), A.Sampling, !G.Json);
  if (G.Json)
    std::printf("%s\n", Answer.json().c_str());
  if (Answer.cancelled())
    throw Interrupted();
}

void sinter::run::addGenerate(CLI::App &App, Globals &G) {
  auto A = std::make_shared<Arguments>();
  CLI::App *Command = App.add_subcommand("generate", "Continue a prompt");
  Command->add_option("model", A->Path, "MODEL.so")->required();
  addPrompt(*Command, A->Prompt);
  addSampling(*Command, A->Sampling);
  Command->callback([A, &G] { runGenerate(*A, G); });
}
