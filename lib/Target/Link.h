//===- Link.h - object bytes to .o, .a, .so and executables ---------------===//
//
// lld as a library; nothing of a toolchain is needed but, for executables, the
// C library's start files. Outputs are written beside the target under a
// temporary name and renamed when complete.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_TARGET_LINK_H
#define SINTER_TARGET_LINK_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace sinter {

/// ld.lld -shared of one object. `soname` is what users then load.
llvm::Error linkShared(llvm::StringRef object, llvm::StringRef output,
                       llvm::StringRef soname);

/// A dynamic executable of a model's object and of `program`, the archive with
/// a main() that asks `query` for the model; against libc alone.
llvm::Error linkExecutable(llvm::StringRef object, llvm::StringRef program,
                           llvm::StringRef query, llvm::StringRef output);

/// A static library of one object with a symbol table and no dates in it.
llvm::Error writeStaticLibrary(llvm::StringRef object, llvm::StringRef member,
                               llvm::StringRef output);

} // namespace sinter
#endif
