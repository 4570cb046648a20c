//===- main.cpp - sinter-run: run compiled models -------------------------===//
//
// Parses the flags that all commands share and maps what a command throws to
// the exit status: 0 done, 1 refused or failed, 2 wrong command line, 130
// Ctrl-C.
//
//===----------------------------------------------------------------------===//
#include "Commands.h"

#include <CLI/CLI.hpp>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <new>

using namespace sinter::run;

static void addGlobals(CLI::App &App, Globals &G) {
  App.add_option("--threads", G.Threads,
                 "Threads to use (default: what the machine gives)")
      ->check(CLI::Range(1, 1024));
  App.add_option("--variant", G.Variant,
                 "Run this variant of the compiled code and no other");
  App.add_option_function<std::string>(
         "--weights-memory",
         [&G](const std::string &Value) { G.HugePages = Value == "huge"; },
         "map: map the weight file (default); huge: copy it to huge pages")
      ->check(CLI::IsMember({"map", "huge"}));
  App.add_flag("--json", G.Json, "Print one JSON object on one line");
}

static int run(int Argc, char **Argv) {
  CLI::App App("Runs models that sinterc compiled.", "sinter-run");
  Globals G;
  addGlobals(App, G);
  App.set_version_flag("--version", "sinter-run " SINTER_VERSION);
  App.require_subcommand(1);
  App.fallthrough();
  addInfo(App, G);
  addGenerate(App, G);
  addChat(App, G);
  addLogits(App, G);
  addForward(App, G);
  addTokenize(App, G);
  addDetokenize(App, G);
  addBench(App, G);
  addPerplexity(App, G);
  addProfile(App, G);
  try {
    App.parse(Argc, Argv);
  } catch (const CLI::ParseError &E) {
    if (!E.get_exit_code())
      return App.exit(E); // --help, --version
    if (Argc > 1 && Argv[1][0] != '-' && App.get_subcommands().empty())
      throw UsageError(std::string("no command '") + Argv[1] +
                       "': see sinter-run --help");
    throw UsageError(std::string(E.what()) + " (see --help)");
  }
  if (std::fflush(stdout) || std::ferror(stdout))
    throw Failure(std::string("cannot write to standard output: ") +
                  std::strerror(errno));
  return 0;
}

int main(int Argc, char **Argv) {
  try {
    return run(Argc, Argv);
  } catch (const Interrupted &) {
    std::fflush(stdout);
    return 130;
  } catch (const UsageError &E) {
    std::fprintf(stderr, "sinter-run: error: %s\n", E.what());
    return 2;
  } catch (const std::bad_alloc &) {
    std::fprintf(stderr, "sinter-run: error: out of memory\n");
    return 1;
  } catch (const std::exception &E) {
    std::fflush(stdout);
    std::fprintf(stderr, "sinter-run: error: %s\n", E.what());
    return 1;
  }
}
