//===- pages.cpp - blocks of memory from the system -----------------------===//
#include "pages.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

using namespace sinter;

static constexpr uint64_t HugePage = 2u << 20;

static sinter_status mapPages(uint64_t Size, int Protection, const char *What,
                              sinter_error *Error, void *&Out) {
  // mmap checks the size itself, except that it wraps when rounding up.
  Out = Size > UINT64_MAX / 2 ? MAP_FAILED
                              : mmap(nullptr, Size, Protection,
                                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (Out != MAP_FAILED)
    return SINTER_OK;
  return fail(Error, SINTER_OUT_OF_MEMORY,
              "cannot allocate %llu bytes for the %s: %s",
              static_cast<unsigned long long>(Size), What,
              Size > UINT64_MAX / 2 ? "too large" : strerror(errno));
}

/// The same from a multiple of HugePage on, `Size` rounded up to one.
static sinter_status mapAligned(uint64_t &Size, int Protection,
                                const char *What, sinter_error *Error,
                                uint8_t *&Out) {
  uint64_t Rounded = (Size + HugePage - 1) / HugePage * HugePage;
  uint64_t Padded = Rounded + HugePage;
  void *Block;
  // What wraps is too large without padding, too.
  if (sinter_status S = mapPages(Padded < Size ? Size : Padded, Protection,
                                 What, Error, Block))
    return S;
  Size = Rounded;
  auto Start = reinterpret_cast<uintptr_t>(Block);
  uintptr_t Aligned = (Start + HugePage - 1) / HugePage * HugePage;
  if (Aligned != Start)
    munmap(Block, Aligned - Start);
  if (uint64_t Tail = Start + HugePage - Aligned)
    munmap(reinterpret_cast<void *>(Aligned + Size), Tail);
  Out = reinterpret_cast<uint8_t *>(Aligned);
  return SINTER_OK;
}

sinter_status Pages::allocate(uint64_t Size, const char *What,
                              sinter_error *Error) {
  void *Block;
  if (sinter_status S =
          mapPages(Size ? Size : 1, PROT_READ | PROT_WRITE, What, Error, Block))
    return S;
  Data = static_cast<uint8_t *>(Block);
  Bytes = Size ? Size : 1;
  return SINTER_OK;
}

sinter_status Pages::allocateHuge(uint64_t Size, const char *What,
                                  sinter_error *Error) {
  if (sinter_status S =
          mapAligned(Size, PROT_READ | PROT_WRITE, What, Error, Data))
    return S;
  Bytes = Size;
  madvise(Data, Bytes, MADV_HUGEPAGE); // small pages when it is refused
  return SINTER_OK;
}

sinter_status Pages::map(int File, uint64_t Size, const char *Path,
                         sinter_error *Error) {
  uint64_t Reserved = Size;
  uint8_t *Place;
  if (sinter_status S = mapAligned(Reserved, PROT_NONE, Path, Error, Place))
    return S;
  if (mmap(Place, Size, PROT_READ, MAP_PRIVATE | MAP_FIXED, File, 0) ==
      MAP_FAILED) {
    int Code = errno;
    munmap(Place, Reserved);
    return fail(Error, SINTER_SYSTEM, "%s: cannot map %llu bytes: %s", Path,
                static_cast<unsigned long long>(Size), strerror(Code));
  }
  Data = Place;
  Bytes = Reserved; // what lies behind the file's last page is reserved still
  madvise(Data, Size, MADV_HUGEPAGE); // small pages when it is refused
  return SINTER_OK;
}

sinter_status Pages::reserve(uint64_t Size, const char *What,
                             sinter_error *Error) {
  if (Data && Bytes >= Size)
    return SINTER_OK;
  release();
  return allocate(Size, What, Error);
}

void Pages::release() {
  if (Data)
    munmap(Data, Bytes);
  Data = nullptr;
  Bytes = 0;
}
