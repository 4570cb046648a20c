//===- OutputFile.cpp - files that appear whole or not at all -------------===//
#include "OutputFile.h"
#include "Commands.h"

#include <cerrno>
#include <cstring>
#include <sys/stat.h>
#include <unistd.h>

using namespace sinter::run;

void OutputFile::fail() {
  throw Failure("cannot write " + Path + ": " + std::strerror(errno));
}

OutputFile::OutputFile(std::string P) : Path(std::move(P)) {
  struct stat Stat;
  // A device or pipe cannot be replaced; write to it as it is.
  if (!stat(Path.c_str(), &Stat) && !S_ISREG(Stat.st_mode)) {
    File = std::fopen(Path.c_str(), "wb");
  } else {
    Temporary = Path + ".part" + std::to_string(getpid());
    File = std::fopen(Temporary.c_str(), "wbx");
  }
  if (!File) {
    Temporary.clear();
    fail();
  }
}

OutputFile::~OutputFile() {
  if (File)
    std::fclose(File);
  if (!Temporary.empty())
    std::remove(Temporary.c_str());
}

void OutputFile::write(const void *Data, uint64_t Bytes) {
  if (Bytes && std::fwrite(Data, 1, Bytes, File) != Bytes)
    fail();
}

void OutputFile::commit() {
  std::FILE *Closing = File;
  File = nullptr;
  if (std::fclose(Closing))
    fail();
  if (!Temporary.empty() && std::rename(Temporary.c_str(), Path.c_str()))
    fail();
  Temporary.clear();
}
