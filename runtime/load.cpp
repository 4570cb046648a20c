//===- load.cpp - open a model --------------------------------------------===//
//
// dlopen, find the one exported query, check descriptor, CPU and weights; in
// this order, so that nothing of the model runs where it cannot.
//
//===----------------------------------------------------------------------===//
#include "model.h"
#include "sha256.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <new>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace sinter;

static const char QuerySuffix[] = "_sinter_query";

/// Address of a dynamic-section entry: glibc stores it relocated, others not.
template <typename T>
static const T *dynamicTable(const link_map *Map, ElfW(Addr) Value) {
  return reinterpret_cast<const T *>(Value < Map->l_addr ? Value + Map->l_addr
                                                         : Value);
}

/// Number of dynamic symbols, which ELF keeps only inside its hash tables.
static uint32_t symbolCount(const uint32_t *Hash, const uint32_t *GnuHash) {
  if (Hash)
    return Hash[1];
  if (!GnuHash)
    return 0;
  uint32_t Buckets = GnuHash[0], Offset = GnuHash[1], Bloom = GnuHash[2];
  const uint32_t *Bucket = GnuHash + 4 + Bloom * (sizeof(void *) / 4);
  const uint32_t *Chain = Bucket + Buckets;
  uint32_t Last = 0;
  for (uint32_t I = 0; I < Buckets; ++I)
    Last = Bucket[I] > Last ? Bucket[I] : Last;
  if (Last < Offset)
    return Offset;
  while (!(Chain[Last - Offset] & 1))
    ++Last;
  return Last + 1;
}

/// The symbol NAME_sinter_query of the object; with `Wanted`, of that NAME.
static sinter_status findQuery(const link_map *Map, const char *Path,
                               const char *Wanted, const char *&Found,
                               sinter_error *Error) {
  const ElfW(Sym) *Symbols = nullptr;
  const char *Strings = nullptr;
  const uint32_t *Hash = nullptr, *GnuHash = nullptr;
  for (const ElfW(Dyn) *D = Map->l_ld; D->d_tag != DT_NULL; ++D) {
    if (D->d_tag == DT_SYMTAB)
      Symbols = dynamicTable<ElfW(Sym)>(Map, D->d_un.d_ptr);
    else if (D->d_tag == DT_STRTAB)
      Strings = dynamicTable<char>(Map, D->d_un.d_ptr);
    else if (D->d_tag == DT_HASH)
      Hash = dynamicTable<uint32_t>(Map, D->d_un.d_ptr);
    else if (D->d_tag == DT_GNU_HASH)
      GnuHash = dynamicTable<uint32_t>(Map, D->d_un.d_ptr);
  }
  Found = nullptr;
  const size_t Suffix = sizeof(QuerySuffix) - 1;
  uint32_t Count = Symbols && Strings ? symbolCount(Hash, GnuHash) : 0;
  for (uint32_t I = 0; I < Count; ++I) {
    const char *Name = Strings + Symbols[I].st_name;
    size_t Length = strlen(Name);
    if (Symbols[I].st_shndx == SHN_UNDEF || Length <= Suffix ||
        strcmp(Name + Length - Suffix, QuerySuffix))
      continue;
    if (Wanted && (strlen(Wanted) != Length - Suffix ||
                   strncmp(Wanted, Name, Length - Suffix)))
      continue;
    if (Found)
      return fail(Error, SINTER_BAD_OBJECT,
                  "%s: holds several models, '%.*s' and '%.*s' among them: "
                  "name one in sinter_open_options.name",
                  Path, int(strlen(Found) - Suffix), Found,
                  int(Length - Suffix), Name);
    Found = Name;
  }
  if (Found)
    return SINTER_OK;
  if (Wanted)
    return fail(Error, SINTER_BAD_OBJECT, "%s: holds no model named '%s'", Path,
                Wanted);
  return fail(Error, SINTER_BAD_OBJECT,
              "%s: holds no model (no symbol NAME%s): was it made by sinterc?",
              Path, QuerySuffix);
}

/// `Path` with its suffix replaced; malloc'd. The suffix is what follows the
/// last dot of the last component, if that dot does not begin it.
static char *weightsBeside(const char *Path) {
  const char *Base = strrchr(Path, '/');
  Base = Base ? Base + 1 : Path;
  const char *Dot = strrchr(Base, '.');
  size_t Stem = Dot && Dot != Base ? size_t(Dot - Path) : strlen(Path);
  char *Out = static_cast<char *>(malloc(Stem + sizeof(".weights")));
  if (Out) {
    memcpy(Out, Path, Stem);
    memcpy(Out + Stem, ".weights", sizeof(".weights"));
  }
  return Out;
}

static sinter_status openArtifact(const sinter_artifact *Artifact,
                                  const char *Where, const char *Weights,
                                  const sinter_open_options &Options,
                                  void *Library, sinter_model **Out,
                                  sinter_error *Error) {
  sinter_artifact Copy, TrueUse;
  if (sinter_status S = checkArtifact(Artifact, Where, Copy, TrueUse, Error))
    return S;
  if (sinter_status S = checkFeatures(Copy.name, Copy.features, Error))
    return S;
  if (Options.weights)
    Weights = Options.weights;
  else if (Copy.embedded_weights)
    Weights = nullptr;
  else if (!Weights)
    return fail(Error, SINTER_INVALID_ARGUMENT,
                "%s: its weights are not embedded: name the weight file in "
                "sinter_open_options.weights",
                Where);
  void *Memory = calloc(1, sizeof(sinter_model));
  if (!Memory)
    return fail(Error, SINTER_OUT_OF_MEMORY, "no memory for the model");
  auto *Model = new (Memory) sinter_model;
  Model->Artifact = Copy;
  Model->TrueUse = TrueUse;
  if (sinter_status S =
          Model->Weights.open(Copy, Weights, Options.weights_memory, Error)) {
    free(Memory);
    return S;
  }
  Model->Params = Model->Weights.Data + Model->Weights.find("params")->offset;
  Model->Library = Library;
  *Out = Model;
  return succeed(Error);
}

static sinter_status readOpenOptions(const sinter_open_options *Given,
                                     sinter_open_options &Options,
                                     sinter_error *Error) {
  if (sinter_status S =
          readOptions(Given, Options, "sinter_open_options", Error))
    return S;
  if (Options.weights_memory != SINTER_WEIGHTS_MAP &&
      Options.weights_memory != SINTER_WEIGHTS_HUGE)
    return fail(Error, SINTER_INVALID_ARGUMENT,
                "sinter_open_options.weights_memory is %d: no such kind",
                int(Options.weights_memory));
  return SINTER_OK;
}

/// dlopen's own messages do not tell a missing file from a bad one.
static sinter_status checkReadable(const char *Path, sinter_error *Error) {
  struct stat Stat;
  if (stat(Path, &Stat) || access(Path, R_OK))
    return fail(Error, SINTER_NOT_FOUND, "%s: %s", Path, strerror(errno));
  if (!S_ISREG(Stat.st_mode))
    return fail(Error, SINTER_BAD_OBJECT, "%s: not a regular file", Path);
  return SINTER_OK;
}

/// dlopen maps what the program headers say: pages behind the end of a file
/// that was cut kill the process when they are read.
static sinter_status checkComplete(const char *Path, sinter_error *Error) {
  int File = open(Path, O_RDONLY | O_CLOEXEC);
  struct stat Stat;
  if (File < 0 || fstat(File, &Stat)) {
    int Code = errno;
    if (File >= 0)
      close(File);
    return fail(Error, SINTER_NOT_FOUND, "%s: %s", Path, strerror(Code));
  }
  const uint64_t Size = uint64_t(Stat.st_size);
  ElfW(Ehdr) Header;
  bool IsElf = pread(File, &Header, sizeof(Header), 0) == sizeof(Header) &&
               !memcmp(Header.e_ident, ELFMAG, SELFMAG) &&
               Header.e_ident[EI_CLASS] == ELFCLASS64 &&
               Header.e_phentsize == sizeof(ElfW(Phdr)) &&
               Header.e_phoff <= Size &&
               Header.e_phnum * sizeof(ElfW(Phdr)) <= Size - Header.e_phoff;
  bool IsComplete = IsElf;
  for (unsigned I = 0; I < Header.e_phnum && IsComplete; ++I) {
    ElfW(Phdr) Part;
    IsComplete = pread(File, &Part, sizeof(Part),
                       off_t(Header.e_phoff + I * sizeof(Part))) ==
                     ssize_t(sizeof(Part)) &&
                 Part.p_offset <= Size && Part.p_filesz <= Size - Part.p_offset;
  }
  close(File);
  if (!IsElf)
    return fail(Error, SINTER_BAD_OBJECT,
                "%s: cannot be loaded: no 64-bit ELF file", Path);
  if (!IsComplete)
    return fail(Error, SINTER_BAD_OBJECT,
                "%s: cannot be loaded: the file is cut, compile it again",
                Path);
  return SINTER_OK;
}

static sinter_status openLibrary(const char *Path, void *&Library,
                                 sinter_error *Error) {
  // A path without a slash would be searched for among system libraries.
  size_t Length = strlen(Path);
  char *Full = static_cast<char *>(malloc(Length + 3));
  if (!Full)
    return fail(Error, SINTER_OUT_OF_MEMORY, "no memory for a path");
  memcpy(Full, "./", 2);
  memcpy(Full + 2, Path, Length + 1);
  Library = dlopen(strchr(Path, '/') ? Path : Full, RTLD_NOW | RTLD_LOCAL);
  free(Full);
  if (Library)
    return SINTER_OK;
  const char *Why = dlerror();
  return fail(Error, SINTER_BAD_OBJECT, "%s: cannot be loaded: %s", Path,
              Why ? Why : "unknown reason");
}

sinter_status sinter_model_open(const char *Path,
                                const sinter_open_options *Given,
                                sinter_model **Out, sinter_error *Error) {
  if (!Out || !Path)
    return fail(Error, SINTER_INVALID_ARGUMENT,
                "sinter_model_open: path or out is null");
  *Out = nullptr;
  sinter_open_options Options;
  void *Library;
  if (sinter_status S = readOpenOptions(Given, Options, Error))
    return S;
  if (sinter_status S = checkReadable(Path, Error))
    return S;
  if (sinter_status S = checkComplete(Path, Error))
    return S;
  if (sinter_status S = openLibrary(Path, Library, Error))
    return S;
  link_map *Map = nullptr;
  const char *Symbol = nullptr;
  sinter_status Status =
      dlinfo(Library, RTLD_DI_LINKMAP, &Map)
          ? fail(Error, SINTER_SYSTEM, "%s: dlinfo: %s", Path, dlerror())
          : findQuery(Map, Path, Options.name, Symbol, Error);
  if (!Status) {
    auto Query = reinterpret_cast<sinter_query_fn>(dlsym(Library, Symbol));
    const sinter_artifact *Artifact = Query ? Query() : nullptr;
    char *Beside = weightsBeside(Path);
    if (!Artifact)
      Status = fail(Error, SINTER_BAD_OBJECT, "%s: %s gives no descriptor",
                    Path, Symbol);
    else if (!Beside)
      Status = fail(Error, SINTER_OUT_OF_MEMORY, "no memory for a path");
    else
      Status =
          openArtifact(Artifact, Path, Beside, Options, Library, Out, Error);
    free(Beside);
  }
  if (Status)
    dlclose(Library);
  return Status;
}

sinter_status sinter_model_open_artifact(const sinter_artifact *Artifact,
                                         const sinter_open_options *Given,
                                         sinter_model **Out,
                                         sinter_error *Error) {
  if (Out)
    *Out = nullptr;
  if (!Out || !Artifact)
    return fail(Error, SINTER_INVALID_ARGUMENT,
                "sinter_model_open_artifact: artifact or out is null");
  sinter_open_options Options;
  if (sinter_status S = readOpenOptions(Given, Options, Error))
    return S;
  return openArtifact(Artifact, "linked-in model", nullptr, Options, nullptr,
                      Out, Error);
}

void sinter::releaseModel(sinter_model *Model) {
  if (Model->Holders.fetch_sub(1, std::memory_order_acq_rel) != 1)
    return;
  Model->Weights.close();
  if (Model->Library)
    dlclose(Model->Library);
  free(Model);
}

void sinter_model_close(sinter_model *Model) {
  if (Model)
    releaseModel(Model);
}

const sinter_artifact *sinter_model_artifact(const sinter_model *Model) {
  return Model ? &Model->Artifact : nullptr;
}

sinter_status sinter_model_section(const sinter_model *Model, const char *Name,
                                   const void **Data, uint64_t *Bytes,
                                   sinter_error *Error) {
  if (!Model || !Name || !Data || !Bytes)
    return fail(Error, SINTER_INVALID_ARGUMENT,
                "sinter_model_section: an argument is null");
  *Data = nullptr;
  *Bytes = 0;
  const sinter_section *Section = Model->Weights.find(Name);
  if (!Section)
    return fail(Error, SINTER_NOT_FOUND,
                "the weights of '%s' have no section '%s'",
                Model->Artifact.name, Name);
  *Data = Model->Weights.Data + Section->offset;
  *Bytes = Section->bytes;
  return succeed(Error);
}

sinter_status sinter_model_verify(const sinter_model *Model,
                                  sinter_error *Error) {
  if (!Model)
    return fail(Error, SINTER_INVALID_ARGUMENT,
                "sinter_model_verify: model is null");
  const Weights &W = Model->Weights;
  auto *Header = reinterpret_cast<const sinter_weights_header *>(W.Data);
  uint8_t Digest[32];
  sha256(W.Data + Header->header_size, W.Bytes - Header->header_size, Digest);
  if (memcmp(Digest, Model->Artifact.weights_digest, 32))
    return fail(Error, SINTER_CORRUPT_WEIGHTS,
                "the weights of '%s' are damaged: the SHA-256 of the data "
                "(offset %u to %llu) is not the recorded one: copy the file "
                "again or rebuild it with sinterc",
                Model->Artifact.name, Header->header_size,
                static_cast<unsigned long long>(W.Bytes));
  return succeed(Error);
}
