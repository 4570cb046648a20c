//===- weights.cpp - the weight file, mapped and checked ------------------===//
//
// Everything in the header is hostile until checkHeader() has passed it; the
// data behind it is the generated code's own, named by digest.
//
//===----------------------------------------------------------------------===//
#include "weights.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace sinter;
using ull = unsigned long long;

static uint32_t headerChecksum(const uint8_t *Data, uint64_t Bytes) {
  const uint64_t Field = offsetof(sinter_weights_header, header_checksum);
  uint32_t Hash = 2166136261u;
  for (uint64_t I = 0; I < Bytes; ++I) {
    uint8_t Byte = I >= Field && I < Field + 4 ? 0 : Data[I];
    Hash = (Hash ^ Byte) * 16777619u;
  }
  return Hash;
}

static void toHex(const uint8_t *Digest, char Out[17]) {
  for (int I = 0; I < 8; ++I) {
    Out[2 * I] = "0123456789abcdef"[Digest[I] >> 4];
    Out[2 * I + 1] = "0123456789abcdef"[Digest[I] & 15];
  }
  Out[16] = 0;
}

static sinter_status checkSections(const uint8_t *Data,
                                   const sinter_weights_header &H,
                                   const char *Path, sinter_error *Error) {
  auto *Sections = reinterpret_cast<const sinter_section *>(Data + sizeof(H));
  for (uint32_t I = 0; I < H.section_count; ++I) {
    const sinter_section &S = Sections[I];
    ull At = sizeof(H) + I * sizeof(S);
    if (!memchr(S.name, 0, sizeof(S.name)) || !S.name[0])
      return fail(Error, SINTER_BAD_WEIGHTS,
                  "%s: section %u (offset %llu) has no terminated name", Path,
                  I, At);
    if (S.offset % SINTER_ALIGNMENT || S.offset < H.header_size ||
        S.offset > H.file_bytes || S.bytes > H.file_bytes - S.offset)
      return fail(Error, SINTER_BAD_WEIGHTS,
                  "%s: section '%s' (offset %llu) claims %llu bytes at %llu, "
                  "which is outside the file's data or not aligned",
                  Path, S.name, At, ull(S.bytes), ull(S.offset));
    for (uint32_t J = 0; J < I; ++J)
      if (!strcmp(Sections[J].name, S.name))
        return fail(Error, SINTER_BAD_WEIGHTS,
                    "%s: section '%s' (offset %llu) appears twice", Path,
                    S.name, At);
  }
  return SINTER_OK;
}

static sinter_status checkHeader(const uint8_t *Data, uint64_t Bytes,
                                 const sinter_artifact &A, const char *Path,
                                 sinter_error *Error) {
  sinter_weights_header H;
  if (Bytes < sizeof(H))
    return fail(Error, SINTER_BAD_WEIGHTS,
                "%s: %llu bytes are too few for a weight file's header: "
                "truncated? copy it again or rebuild it with sinterc",
                Path, ull(Bytes));
  memcpy(&H, Data, sizeof(H));
  if (H.magic != SINTER_WEIGHTS_MAGIC)
    return fail(Error, SINTER_BAD_WEIGHTS,
                "%s: not a weight file: magic (offset 0) is 0x%08x, not "
                "0x%08x",
                Path, H.magic, SINTER_WEIGHTS_MAGIC);
  if (H.abi_major != SINTER_ABI_MAJOR)
    return fail(Error, SINTER_WRONG_ABI,
                "%s: abi_major (offset 8) is %u, this runtime reads %u: "
                "rebuild the model with this version's sinterc",
                Path, H.abi_major, SINTER_ABI_MAJOR);
  if (H.file_bytes != Bytes)
    return fail(Error, SINTER_BAD_WEIGHTS,
                "%s: file_bytes (offset 16) is %llu but the file has %llu "
                "bytes: truncated? copy it again or rebuild it with sinterc",
                Path, ull(H.file_bytes), ull(Bytes));
  const uint64_t Least =
      sizeof(H) + uint64_t(H.section_count) * sizeof(sinter_section);
  if (H.header_size % SINTER_WEIGHTS_PAGE || H.header_size < Least ||
      H.header_size > Bytes)
    return fail(Error, SINTER_BAD_WEIGHTS,
                "%s: header_size (offset 4) is %u: not a multiple of %d, or "
                "outside the file, or too small for %u sections",
                Path, H.header_size, SINTER_WEIGHTS_PAGE, H.section_count);
  if (uint32_t Sum = headerChecksum(Data, H.header_size);
      Sum != H.header_checksum)
    return fail(Error, SINTER_BAD_WEIGHTS,
                "%s: header_checksum (offset 60) is 0x%08x, the header's is "
                "0x%08x: damaged; copy it again or rebuild it with sinterc",
                Path, H.header_checksum, Sum);
  if (memcmp(H.digest, A.weights_digest, 32) || A.weights_bytes != Bytes) {
    char Mine[17], Theirs[17];
    toHex(A.weights_digest, Mine);
    toHex(H.digest, Theirs);
    return fail(Error, SINTER_FOREIGN_WEIGHTS,
                "%s: these are another model's weights: digest (offset 24) "
                "%s... with %llu bytes, '%s' wants %s... with %llu: give the "
                "weight file that sinterc wrote with it",
                Path, Theirs, ull(Bytes), A.name, Mine, ull(A.weights_bytes));
  }
  return checkSections(Data, H, Path, Error);
}

/// Reads the whole file; pread returns short counts for large sizes.
static sinter_status readAll(int File, uint8_t *To, uint64_t Bytes,
                             const char *Path, sinter_error *Error) {
  for (uint64_t Done = 0; Done < Bytes;) {
    uint64_t Want = Bytes - Done < (64u << 20) ? Bytes - Done : 64u << 20;
    ssize_t Got = pread(File, To + Done, Want, static_cast<off_t>(Done));
    if (Got < 0 && errno == EINTR)
      continue;
    if (Got <= 0)
      return fail(Error, SINTER_BAD_WEIGHTS, "%s: cannot read offset %llu: %s",
                  Path, ull(Done), Got ? strerror(errno) : "the file shrank");
    Done += static_cast<uint64_t>(Got);
  }
  return SINTER_OK;
}

static sinter_status takeFile(Weights &W, int File, const char *Path,
                              sinter_weights_memory Kind, sinter_error *Error) {
  struct stat Stat;
  if (fstat(File, &Stat))
    return fail(Error, SINTER_NOT_FOUND, "%s: %s", Path, strerror(errno));
  if (!S_ISREG(Stat.st_mode))
    return fail(Error, SINTER_BAD_WEIGHTS, "%s: not a regular file", Path);
  W.Bytes = static_cast<uint64_t>(Stat.st_size);
  if (!W.Bytes)
    return SINTER_OK; // checkHeader says it; mmap refuses 0
  if (Kind == SINTER_WEIGHTS_HUGE) {
    if (sinter_status S = W.Memory.allocateHuge(W.Bytes, "weights", Error))
      return S;
    W.Data = W.Memory.Data;
    return readAll(File, W.Memory.Data, W.Bytes, Path, Error);
  }
  if (sinter_status S = W.Memory.map(File, W.Bytes, Path, Error))
    return S;
  W.Data = W.Memory.Data;
  return SINTER_OK;
}

sinter_status Weights::open(const sinter_artifact &Artifact, const char *Path,
                            sinter_weights_memory Kind, sinter_error *Error) {
  *this = Weights();
  sinter_status Status = SINTER_OK;
  if (!Path) {
    Path = Artifact.name;
    Data = Artifact.embedded_weights;
    Bytes = Artifact.weights_bytes;
    if (reinterpret_cast<uintptr_t>(Data) % SINTER_ALIGNMENT)
      return fail(Error, SINTER_BAD_WEIGHTS,
                  "%s: the embedded weights are not aligned to %d bytes", Path,
                  SINTER_ALIGNMENT);
    if (Kind == SINTER_WEIGHTS_HUGE) {
      if (sinter_status S = Memory.allocateHuge(Bytes, "weights", Error))
        return S;
      memcpy(Memory.Data, Data, Bytes);
      Data = Memory.Data;
    }
  } else {
    // O_NONBLOCK: a FIFO in the weights' place must not hang.
    int File = ::open(Path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (File < 0)
      return fail(Error, SINTER_NOT_FOUND,
                  "%s: cannot open the weights: %s: sinterc writes them beside "
                  "the object; keep the two together or name the file",
                  Path, strerror(errno));
    Status = takeFile(*this, File, Path, Kind, Error);
    ::close(File);
  }
  if (!Status)
    Status = checkHeader(Data, Bytes, Artifact, Path, Error);
  if (!Status) {
    auto *Header = reinterpret_cast<const sinter_weights_header *>(Data);
    Sections = reinterpret_cast<const sinter_section *>(Header + 1);
    SectionCount = Header->section_count;
    if (!find("params"))
      Status =
          fail(Error, SINTER_BAD_WEIGHTS, "%s: has no section 'params'", Path);
  }
  if (Status)
    close();
  return Status;
}

const sinter_section *Weights::find(const char *Name) const {
  for (uint32_t I = 0; I < SectionCount; ++I)
    if (!strcmp(Sections[I].name, Name))
      return &Sections[I];
  return nullptr;
}

void Weights::close() {
  Memory.release();
  *this = Weights();
}
