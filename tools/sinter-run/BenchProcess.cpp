//===- BenchProcess.cpp - bench's fresh processes and clock ---------------===//
#include "BenchProcess.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using namespace sinter::run;

double sinter::run::monotonicSeconds() {
  timespec T;
  clock_gettime(CLOCK_MONOTONIC, &T);
  return double(T.tv_sec) + double(T.tv_nsec) * 1e-9;
}

double sinter::run::peakMemoryMib() {
  std::FILE *File = std::fopen("/proc/self/status", "r");
  if (!File)
    return 0;
  char Line[256];
  long Kib = 0;
  while (std::fgets(Line, sizeof(Line), File))
    if (std::sscanf(Line, "VmHWM: %ld", &Kib) == 1)
      break;
  std::fclose(File);
  return double(Kib) / 1024;
}

/// Reads the pipe to its end.
static std::string drain(int Pipe) {
  std::string Text;
  char Block[256];
  for (ssize_t Got; (Got = read(Pipe, Block, sizeof(Block))) != 0;) {
    if (Got > 0)
      Text.append(Block, size_t(Got));
    else if (errno != EINTR)
      break;
  }
  return Text;
}

FirstToken sinter::run::timeFirstToken(const std::string &Model,
                                       const Globals &G) {
  const std::string Threads = std::to_string(G.Threads);
  std::vector<const char *> Arguments = {
      "sinter-run",       "bench",
      Model.c_str(),      "--first-token-child",
      "--weights-memory", G.HugePages ? "huge" : "map"};
  if (G.Threads) {
    Arguments.push_back("--threads");
    Arguments.push_back(Threads.c_str());
  }
  Arguments.push_back(nullptr);
  int Pipe[2];
  if (pipe(Pipe))
    throw Failure(std::string("cannot make a pipe: ") + std::strerror(errno));
  posix_spawn_file_actions_t Actions;
  posix_spawn_file_actions_init(&Actions);
  posix_spawn_file_actions_adddup2(&Actions, Pipe[1], 1);
  posix_spawn_file_actions_addclose(&Actions, Pipe[0]);
  pid_t Child;
  const double Start = monotonicSeconds();
  const int Problem =
      posix_spawn(&Child, "/proc/self/exe", &Actions, nullptr,
                  const_cast<char *const *>(Arguments.data()), environ);
  posix_spawn_file_actions_destroy(&Actions);
  close(Pipe[1]);
  const std::string Text = Problem ? std::string() : drain(Pipe[0]);
  close(Pipe[0]);
  if (Problem)
    throw Failure(std::string("cannot start a process: ") +
                  std::strerror(Problem));
  int Status = 0;
  while (waitpid(Child, &Status, 0) < 0 && errno == EINTR) {
  }
  FirstToken Report;
  if (!WIFEXITED(Status) || WEXITSTATUS(Status) ||
      std::sscanf(Text.c_str(), "%lf %lf", &Report.LoadSeconds,
                  &Report.Seconds) != 2)
    throw Failure("the process that times the first token failed");
  Report.Seconds -= Start;
  return Report;
}

void sinter::run::reportFirstToken(const FirstToken &Report) {
  std::printf("%.9f %.9f\n", Report.LoadSeconds, Report.Seconds);
}
