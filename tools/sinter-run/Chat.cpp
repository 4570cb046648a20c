//===- Chat.cpp - sinter-run chat: a conversation -------------------------===//
//
// The whole conversation goes through the model's template at each turn; what
// the cache already holds of it is kept.
//
//===----------------------------------------------------------------------===//
#include "Generation.h"
#include "Interrupt.h"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <unistd.h>

using namespace sinter::run;

namespace {
struct Arguments {
  std::string Path, System, Prompt;
  bool HasSystem = false, HasPrompt = false;
  SamplingOptions Sampling;
};

using Messages = std::vector<std::pair<std::string, std::string>>;
} // namespace

/// Rewinds to what the session and the new prompt share; returns the rest.
static std::vector<int64_t> unseen(const Session &S,
                                   const std::vector<int64_t> &Ids) {
  const int64_t *Old = sinter_session_tokens(S.get());
  const int64_t Most =
      std::min(sinter_session_position(S.get()), int64_t(Ids.size()) - 1);
  int64_t Same = 0;
  while (Same < Most && Old[Same] == Ids[size_t(Same)])
    ++Same;
  sinter_error Error;
  check(sinter_session_rewind(S.get(), Same, &Error), Error);
  return {Ids.begin() + Same, Ids.end()};
}

/// One answer to `Conversation`, which it is added to.
static Answer answer(const Session &S, const Text &T, Messages &Conversation,
                     const SamplingOptions &O, bool Show) {
  // The template writes the special tokens itself.
  std::vector<int64_t> Ids = T.encode(T.render(Conversation), false);
  if (Ids.empty())
    throw Failure("the chat template gave no tokens");
  std::vector<int64_t> Rest = unseen(S, Ids);
  Answer A = generate(S, &T, std::move(Rest), O, Show);
  A.PromptIds = std::move(Ids);
  Conversation.emplace_back("assistant", A.Text.value_or(""));
  return A;
}

/// False at the end of the input.
static bool readLine(std::string &Line) {
  Line.clear();
  for (int C; (C = std::getchar()) != EOF;) {
    if (C == '\n')
      return true;
    Line += static_cast<char>(C);
  }
  checkInterrupt();
  return !Line.empty();
}

static void runChat(const Arguments &A, const Globals &G) {
  const Model M = openModel(A.Path, G);
  const std::unique_ptr<Text> T = Text::open(M);
  if (!T)
    throw Failure(A.Path + ": has no tokenizer: compile it with sinterc "
                           "--tokenizer");
  const Session S = createSession(M, G);
  Messages Conversation;
  if (A.HasSystem)
    Conversation.emplace_back("system", A.System);
  catchInterrupt();
  const bool Ask = !A.HasPrompt && !G.Json && isatty(0);
  for (std::string Line = A.Prompt;;) {
    if (!A.HasPrompt) {
      if (Ask)
        std::fputs("> ", stdout), std::fflush(stdout);
      if (!readLine(Line))
        break;
      if (Line.empty())
        continue;
    }
    Conversation.emplace_back("user", Line);
    const Answer Out = answer(S, *T, Conversation, A.Sampling, !G.Json);
    if (G.Json)
      std::printf("%s\n", Out.json().c_str()), std::fflush(stdout);
    if (Out.cancelled())
      throw Interrupted();
    if (A.HasPrompt)
      return;
  }
  if (Ask)
    std::fputc('\n', stdout);
}

void sinter::run::addChat(CLI::App &App, Globals &G) {
  auto A = std::make_shared<Arguments>();
  CLI::App *Command = App.add_subcommand(
      "chat", "Talk with a model: a line of stdin is a turn");
  Command->add_option("model", A->Path, "MODEL.so")->required();
  Command->add_option("--system", A->System, "The system message")
      ->each([A](const std::string &) { A->HasSystem = true; });
  Command->add_option("--prompt", A->Prompt, "Answer this one turn and end")
      ->each([A](const std::string &) { A->HasPrompt = true; });
  addSampling(*Command, A->Sampling);
  Command->callback([A, &G] { runChat(*A, G); });
}
