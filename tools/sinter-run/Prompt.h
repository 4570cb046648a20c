//===- Prompt.h - the prompt of a command line ------------------*- C++ -*-===//
#ifndef SINTER_TOOLS_RUN_PROMPT_H
#define SINTER_TOOLS_RUN_PROMPT_H

#include "Text.h"

namespace sinter::run {

/// --prompt TEXT, --prompt-ids 1,2,3 or -f FILE: exactly one of them.
struct PromptOptions {
  std::string Prompt, Ids, File;
  bool HasIds = false, HasFile = false;
};
void addPrompt(CLI::App &Command, PromptOptions &Options);

/// The prompt's ids. `T` may be null: then only ids are possible.
std::vector<int64_t> promptIds(const PromptOptions &Options, const Text *T);

/// "1,2,3" as ids; a UsageError that names `Flag` for anything else.
std::vector<int64_t> parseIds(const std::string &List, const char *Flag);

/// The bytes of a file, "-" is stdin.
std::string readFile(const std::string &Path);

/// Ids of no meaning for measurements, the same in each run.
std::vector<int64_t> meaninglessIds(int64_t Count, int64_t Vocab);

} // namespace sinter::run

#endif // SINTER_TOOLS_RUN_PROMPT_H
