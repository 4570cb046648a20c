//===- Prompt.cpp - the prompt of a command line --------------------------===//
#include "Prompt.h"

#include <CLI/CLI.hpp>

#include <cerrno>
#include <cstdio>
#include <cstring>

using namespace sinter::run;

void sinter::run::addPrompt(CLI::App &Command, PromptOptions &O) {
  CLI::Option_group *Group = Command.add_option_group("prompt");
  Group->add_option("--prompt", O.Prompt, "The prompt's text");
  Group->add_option("--prompt-ids", O.Ids, "The prompt's ids: 1,2,3")
      ->each([&O](const std::string &) { O.HasIds = true; });
  Group->add_option("-f,--file", O.File, "A file with the prompt, - is stdin")
      ->each([&O](const std::string &) { O.HasFile = true; });
  Group->require_option(1);
}

std::vector<int64_t> sinter::run::parseIds(const std::string &List,
                                           const char *Flag) {
  std::vector<int64_t> Ids;
  const char *P = List.c_str();
  for (;;) {
    char *End;
    errno = 0;
    const long long Id = std::strtoll(P, &End, 10);
    if (End == P || errno || (*End && *End != ','))
      throw UsageError(std::string(Flag) + " '" + List +
                       "': want whole numbers with commas between, as 1,2,3");
    Ids.push_back(Id);
    if (!*End)
      return Ids;
    P = End + 1;
  }
}

std::string sinter::run::readFile(const std::string &Path) {
  const bool Stdin = Path == "-";
  std::FILE *File = Stdin ? stdin : std::fopen(Path.c_str(), "rb");
  if (!File)
    throw Failure(Path + ": " + std::strerror(errno));
  std::string Bytes;
  char Block[65536];
  for (size_t Got; (Got = std::fread(Block, 1, sizeof(Block), File)) > 0;)
    Bytes.append(Block, Got);
  const int Error = std::ferror(File) ? errno : 0;
  if (!Stdin)
    std::fclose(File);
  if (Error)
    throw Failure(Path + ": " + std::strerror(Error));
  return Bytes;
}

std::vector<int64_t> sinter::run::promptIds(const PromptOptions &O,
                                            const Text *T) {
  if (O.HasIds)
    return parseIds(O.Ids, "--prompt-ids");
  if (!T)
    throw Failure("the model has no tokenizer: give the prompt with "
                  "--prompt-ids, or compile it with sinterc --tokenizer");
  std::vector<int64_t> Ids =
      T->encode(O.HasFile ? readFile(O.File) : O.Prompt, true);
  if (Ids.empty())
    throw Failure("the prompt has no tokens: give some text");
  return Ids;
}

std::vector<int64_t> sinter::run::meaninglessIds(int64_t Count, int64_t Vocab) {
  std::vector<int64_t> Ids;
  uint64_t State = 1;
  for (int64_t I = 0; I < Count; ++I) {
    State = State * 6364136223846793005u + 1442695040888963407u;
    Ids.push_back(int64_t((State >> 33) % uint64_t(Vocab)));
  }
  return Ids;
}
