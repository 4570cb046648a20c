//===- Link.cpp - object bytes to .o, .a, .so and executables -------------===//
#include "lib/Target/Link.h"
#include "lld/Common/Driver.h"
#include "llvm/Object/ArchiveWriter.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

LLD_HAS_DRIVER(elf)

using llvm::StringRef;

static llvm::Error runLld(llvm::ArrayRef<std::string> arguments) {
  std::vector<const char *> argv{"ld.lld"};
  for (auto &a : arguments)
    argv.push_back(a.c_str());
  std::string messages;
  llvm::raw_string_ostream os(messages);
  lld::Result result =
      lld::lldMain(argv, os, os, {{lld::Gnu, &lld::elf::link}});
  if (result.retCode != 0)
    return llvm::createStringError("linking failed: %s",
                                   StringRef(messages).trim().str().c_str());
  return llvm::Error::success();
}

llvm::Error sinter::linkShared(StringRef object, StringRef output,
                               StringRef soname) {
  return runLld({"-shared", "--no-undefined", "--gc-sections",
                 "--build-id=none", "-z", "noexecstack", "-soname",
                 soname.str(), "-o", output.str(), object.str()});
}

// Where Debian and most others keep crt1.o and libc.
static std::string findStartFiles() {
  for (const char *folder :
       {"/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib", "/lib64"})
    if (llvm::sys::fs::exists(std::string(folder) + "/crt1.o"))
      return folder;
  return {};
}

llvm::Error sinter::linkExecutable(StringRef object, StringRef program,
                                   StringRef query, StringRef output) {
  std::string lib = findStartFiles();
  if (lib.empty())
    return llvm::createStringError(
        "no crt1.o found: an executable needs the C library's start files; "
        "install libc6-dev, or make a .so or .a instead");
  return runLld({"-pie", "--gc-sections", "--build-id=none", "-z",
                 "noexecstack", "-dynamic-linker",
                 "/lib64/ld-linux-x86-64.so.2",
                 "--defsym=sinter_program_query=" + query.str(), "-o",
                 output.str(), lib + "/Scrt1.o", lib + "/crti.o", object.str(),
                 program.str(), "-L" + lib, "-lc", lib + "/crtn.o"});
}

llvm::Error sinter::writeStaticLibrary(StringRef object, StringRef member,
                                       StringRef output) {
  auto buffer = llvm::MemoryBuffer::getMemBuffer(object, member, false);
  std::vector<llvm::NewArchiveMember> members;
  members.emplace_back(buffer->getMemBufferRef());
  return llvm::writeArchive(output, members,
                            llvm::SymtabWritingMode::NormalSymtab,
                            llvm::object::Archive::K_GNU,
                            /*Deterministic=*/true, /*Thin=*/false);
}
