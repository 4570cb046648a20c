//===- pages.h - blocks of memory from the system ---------------*- C++ -*-===//
//
// Caches, arenas and buffers that the generated code writes: zero-filled, whole
// pages, so every alignment that the ABI asks for holds; memory that nobody
// touches costs nothing. And files, mapped to be read.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_RUNTIME_PAGES_H
#define SINTER_RUNTIME_PAGES_H

#include "failure.h"

namespace sinter {

struct Pages {
  uint8_t *Data = nullptr;
  uint64_t Bytes = 0;

  /// At least `Size` zeroed bytes; `What` names them in the error.
  sinter_status allocate(uint64_t Size, const char *What, sinter_error *Error);
  /// The same but 2 MiB aligned and advised to use huge pages.
  sinter_status allocateHuge(uint64_t Size, const char *What,
                             sinter_error *Error);
  /// The first `Size` bytes of an open file, read-only and shared with the
  /// system's cache. 2 MiB aligned and advised to use huge pages: the system
  /// maps those parts of the file by huge pages that its cache holds so (Linux,
  /// from folios of that size), which saves page faults and TLB misses.
  sinter_status map(int File, uint64_t Size, const char *Path,
                    sinter_error *Error);
  /// Keeps the block when it is large enough, else replaces it; the content is
  /// lost.
  sinter_status reserve(uint64_t Size, const char *What, sinter_error *Error);
  void release();
};

} // namespace sinter

#endif // SINTER_RUNTIME_PAGES_H
