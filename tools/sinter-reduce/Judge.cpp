//===- Judge.cpp - does the command still fail in the same way? -----------===//
#include "tools/sinter-reduce/Judge.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"

using namespace sinter::reduce;
using llvm::StringRef;

// A candidate may make a program hang that did not before.
static constexpr unsigned maxSeconds = 600;

Judge::Judge(std::vector<std::string> command, std::string message,
             std::string candidate)
    : command(std::move(command)), message(std::move(message)),
      candidate(std::move(candidate)) {}

std::optional<Judge::Outcome> Judge::run(StringRef path, std::string &error) {
  ++runs;
  auto program = llvm::sys::findProgramByName(command[0]);
  if (!program) {
    error = "no program '" + command[0] + "'";
    return std::nullopt;
  }
  std::vector<std::string> words;
  for (StringRef word : command) {
    std::string filled;
    for (size_t at; (at = word.find("{}")) != StringRef::npos;
         word = word.substr(at + 2))
      filled += (word.take_front(at) + path).str();
    words.push_back(filled + word.str());
  }
  llvm::SmallString<128> log;
  if (auto failed =
          llvm::sys::fs::createTemporaryFile("sinter-reduce", "log", log)) {
    error = "cannot write a temporary file: " + failed.message();
    return std::nullopt;
  }
  llvm::FileRemover remover(log);
  std::optional<StringRef> redirects[] = {StringRef(""), StringRef(""),
                                          StringRef(log)};
  std::vector<StringRef> arguments(words.begin(), words.end());
  Outcome outcome;
  outcome.status = llvm::sys::ExecuteAndWait(*program, arguments, std::nullopt,
                                             redirects, maxSeconds);
  if (auto text = llvm::MemoryBuffer::getFile(log))
    outcome.text = (*text)->getBuffer().str();
  return outcome;
}

std::optional<std::string> Judge::learn(StringRef input) {
  auto buffer = llvm::MemoryBuffer::getFile(input);
  if (!buffer)
    return "cannot read '" + input.str() + "': " + buffer.getError().message();
  best = (*buffer)->getBuffer().str();
  std::string error;
  auto outcome = run(input, error);
  if (!outcome)
    return error;
  if (outcome->status == 0)
    return "the command succeeds on '" + input.str() +
           "': there is nothing to reduce";
  if (!StringRef(outcome->text).contains(message))
    return "the command fails, but its stderr does not contain '" + message +
           "'";
  status = outcome->status;
  return std::nullopt;
}

bool Judge::accepts(const std::string &bytes) {
  std::error_code failed;
  llvm::raw_fd_ostream file(candidate, failed);
  if (failed)
    return false;
  file << bytes;
  file.close();
  std::string error;
  auto outcome = run(candidate, error);
  if (!outcome || outcome->status != status ||
      !StringRef(outcome->text).contains(message))
    return false;
  best = bytes;
  return true;
}
