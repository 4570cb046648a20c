//===- Commands.h - the commands of sinter-run ------------------*- C++ -*-===//
//
// One file a command; each adds its CLI11 subcommand, whose callback does the
// work. A callback returns for exit status 0 and throws one of the types below
// for the others; main() prints and maps them.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_TOOLS_RUN_COMMANDS_H
#define SINTER_TOOLS_RUN_COMMANDS_H

#include <stdexcept>
#include <string>

namespace CLI {
class App;
}

namespace sinter::run {

/// Exit status 1: the input was refused or the run failed. The text is printed
/// after "sinter-run: error: ".
struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Exit status 2: the command line was wrong in a way CLI11 cannot see.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Exit status 130: ended by Ctrl-C, everything already printed.
struct Interrupted {};

/// The flags that every command takes. Filled when a callback runs.
struct Globals {
  int Threads = 0;        ///< 0: what the machine gives
  std::string Variant;    ///< empty: any
  bool HugePages = false; ///< --weights-memory huge
  bool Json = false;      ///< one object on one line of stdout, nothing else
};

void addInfo(CLI::App &App, Globals &G);
void addGenerate(CLI::App &App, Globals &G);
void addChat(CLI::App &App, Globals &G);
void addLogits(CLI::App &App, Globals &G);
void addForward(CLI::App &App, Globals &G);
void addTokenize(CLI::App &App, Globals &G);
void addDetokenize(CLI::App &App, Globals &G);
void addBench(CLI::App &App, Globals &G);
void addPerplexity(CLI::App &App, Globals &G);
void addProfile(CLI::App &App, Globals &G);

} // namespace sinter::run

#endif // SINTER_TOOLS_RUN_COMMANDS_H
