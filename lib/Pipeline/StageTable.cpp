//===- StageTable.cpp - time and memory of each stage, for -v -------------===//
#include "lib/Pipeline/StageTable.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"
#include <unistd.h>

using namespace sinter;

// RssAnon of /proc/self/status: memory that is ours alone, without mapped
// files.
static uint64_t readPrivateBytes() {
  auto buffer = llvm::MemoryBuffer::getFileAsStream("/proc/self/status");
  if (!buffer)
    return 0;
  llvm::StringRef text = (*buffer)->getBuffer();
  size_t at = text.find("RssAnon:");
  if (at == llvm::StringRef::npos)
    return 0;
  uint64_t kilobytes = 0;
  llvm::StringRef rest = text.drop_front(at + 8).ltrim();
  (void)rest.consumeInteger(10, kilobytes);
  return kilobytes << 10;
}

StageTable::StageTable(bool verbose, unsigned expectedStages)
    : verbose(verbose), bar(!verbose && isatty(STDERR_FILENO)),
      expected(expectedStages), first(std::chrono::steady_clock::now()) {}

void StageTable::finishRow() {
  if (current.empty())
    return;
  std::chrono::duration<double> taken =
      std::chrono::steady_clock::now() - start;
  rows.push_back({current, taken.count(), readPrivateBytes()});
  if (verbose)
    llvm::errs() << "sinterc: "
                 << llvm::format("%-12s %8.3f s %8.1f MiB private\n",
                                 rows.back().name.c_str(), rows.back().seconds,
                                 rows.back().privateBytes / 1048576.0);
  current.clear();
}

void StageTable::begin(std::string name) {
  finishRow();
  current = std::move(name);
  start = std::chrono::steady_clock::now();
  if (!bar)
    return;
  unsigned done = std::min<unsigned>(rows.size(), expected);
  llvm::errs() << "\r[" << std::string(done * 2, '#')
               << std::string((expected - done) * 2, '.') << "] "
               << llvm::format("%-12s", current.c_str());
}

void StageTable::end(bool ok) {
  finishRow();
  if (bar)
    llvm::errs() << "\r\033[K";
  if (!verbose || !ok)
    return;
  std::chrono::duration<double> total =
      std::chrono::steady_clock::now() - first;
  llvm::errs() << "sinterc: "
               << llvm::format("%-12s %8.3f s\n", "total", total.count());
}
