//===- features.cpp - does this CPU have what the code needs? -------------===//
//
// Names are LLVM's. A feature counts only when the system also saves its
// registers (XCR0); a name that is not in the table cannot be checked and is
// refused, so the compiler lists exactly what its code uses.
//
//===----------------------------------------------------------------------===//
#include "model.h"

#include <string.h>

using namespace sinter;

#if defined(__x86_64__)
#include <cpuid.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace {
enum Register : uint8_t { A, B, C, D };
/// State components that XCR0 must have.
enum State : uint8_t { None, Avx, Avx512, Amx };

struct Feature {
  const char *Name;
  uint32_t Leaf, Subleaf;
  Register Reg;
  uint8_t Bit;
  State Needs;
};
} // namespace

static const Feature Table[] = {
    {"64bit", 0x80000001, 0, D, 29, None},
    {"adx", 7, 0, B, 19, None},
    {"aes", 1, 0, C, 25, None},
    {"amx-bf16", 7, 0, D, 22, Amx},
    {"amx-complex", 7, 1, D, 8, Amx},
    {"amx-fp16", 7, 1, A, 21, Amx},
    {"amx-int8", 7, 0, D, 25, Amx},
    {"amx-tile", 7, 0, D, 24, Amx},
    {"avx", 1, 0, C, 28, Avx},
    {"avx2", 7, 0, B, 5, Avx},
    {"avx512bf16", 7, 1, A, 5, Avx512},
    {"avx512bitalg", 7, 0, C, 12, Avx512},
    {"avx512bw", 7, 0, B, 30, Avx512},
    {"avx512cd", 7, 0, B, 28, Avx512},
    {"avx512dq", 7, 0, B, 17, Avx512},
    {"avx512f", 7, 0, B, 16, Avx512},
    {"avx512fp16", 7, 0, D, 23, Avx512},
    {"avx512ifma", 7, 0, B, 21, Avx512},
    {"avx512vbmi", 7, 0, C, 1, Avx512},
    {"avx512vbmi2", 7, 0, C, 6, Avx512},
    {"avx512vl", 7, 0, B, 31, Avx512},
    {"avx512vnni", 7, 0, C, 11, Avx512},
    {"avx512vp2intersect", 7, 0, D, 8, Avx512},
    {"avx512vpopcntdq", 7, 0, C, 14, Avx512},
    {"avxifma", 7, 1, A, 23, Avx},
    {"avxneconvert", 7, 1, D, 5, Avx},
    {"avxvnni", 7, 1, A, 4, Avx},
    {"avxvnniint16", 7, 1, D, 10, Avx},
    {"avxvnniint8", 7, 1, D, 4, Avx},
    {"bmi", 7, 0, B, 3, None},
    {"bmi2", 7, 0, B, 8, None},
    {"cldemote", 7, 0, C, 25, None},
    {"clflushopt", 7, 0, B, 23, None},
    {"clwb", 7, 0, B, 24, None},
    {"clzero", 0x80000008, 0, B, 0, None},
    {"cmov", 1, 0, D, 15, None},
    {"cmpccxadd", 7, 1, A, 7, None},
    {"crc32", 1, 0, C, 20, None},
    {"cx16", 1, 0, C, 13, None},
    {"cx8", 1, 0, D, 8, None},
    {"enqcmd", 7, 0, C, 29, None},
    {"evex512", 7, 0, B, 16, Avx512},
    {"f16c", 1, 0, C, 29, Avx},
    {"fma", 1, 0, C, 12, Avx},
    {"fma4", 0x80000001, 0, C, 16, Avx},
    {"fsgsbase", 7, 0, B, 0, None},
    {"fxsr", 1, 0, D, 24, None},
    {"gfni", 7, 0, C, 8, None},
    {"hreset", 7, 1, A, 22, None},
    {"invpcid", 7, 0, B, 10, None},
    {"lwp", 0x80000001, 0, C, 15, None},
    {"lzcnt", 0x80000001, 0, C, 5, None},
    {"mmx", 1, 0, D, 23, None},
    {"movbe", 1, 0, C, 22, None},
    {"movdir64b", 7, 0, C, 28, None},
    {"movdiri", 7, 0, C, 27, None},
    {"movrs", 7, 1, A, 31, None},
    {"mwaitx", 0x80000001, 0, C, 29, None},
    {"pclmul", 1, 0, C, 1, None},
    {"pconfig", 7, 0, D, 18, None},
    {"pku", 7, 0, C, 4, None},
    {"popcnt", 1, 0, C, 23, None},
    {"prefetchi", 7, 1, D, 14, None},
    {"prfchw", 0x80000001, 0, C, 8, None},
    {"ptwrite", 0x14, 0, B, 4, None},
    {"raoint", 7, 1, A, 3, None},
    {"rdpid", 7, 0, C, 22, None},
    {"rdpru", 0x80000008, 0, B, 4, None},
    {"rdrnd", 1, 0, C, 30, None},
    {"rdseed", 7, 0, B, 18, None},
    {"rtm", 7, 0, B, 11, None},
    {"sahf", 0x80000001, 0, C, 0, None},
    {"serialize", 7, 0, D, 14, None},
    {"sgx", 7, 0, B, 2, None},
    {"sha", 7, 0, B, 29, None},
    {"sha512", 7, 1, A, 0, Avx},
    {"shstk", 7, 0, C, 7, None},
    {"sm3", 7, 1, A, 1, Avx},
    {"sm4", 7, 1, A, 2, Avx},
    {"sse", 1, 0, D, 25, None},
    {"sse2", 1, 0, D, 26, None},
    {"sse3", 1, 0, C, 0, None},
    {"sse4.1", 1, 0, C, 19, None},
    {"sse4.2", 1, 0, C, 20, None},
    {"sse4a", 0x80000001, 0, C, 6, None},
    {"ssse3", 1, 0, C, 9, None},
    {"tbm", 0x80000001, 0, C, 21, None},
    {"tsxldtrk", 7, 0, D, 16, None},
    {"uintr", 7, 0, D, 5, None},
    {"usermsr", 7, 1, D, 15, None},
    {"vaes", 7, 0, C, 9, Avx},
    {"vpclmulqdq", 7, 0, C, 10, Avx},
    {"waitpkg", 7, 0, C, 5, None},
    {"wbnoinvd", 0x80000008, 0, B, 9, None},
    {"x87", 1, 0, D, 0, None},
    {"xop", 0x80000001, 0, C, 11, Avx},
    {"xsave", 1, 0, C, 27, None}, // OSXSAVE: the system uses it, too
    {"xsavec", 0xd, 1, A, 1, None},
    {"xsaveopt", 0xd, 1, A, 0, None},
    {"xsaves", 0xd, 1, A, 3, None},
};

/// XCR0: the register states that the system saves.
static uint64_t savedStates() {
  unsigned Eax, Ebx, Ecx, Edx;
  if (!__get_cpuid(1, &Eax, &Ebx, &Ecx, &Edx) || !(Ecx & 1u << 27))
    return 0;
  unsigned Low, High;
  __asm__ volatile("xgetbv" : "=a"(Low), "=d"(High) : "c"(0));
  return uint64_t(High) << 32 | Low;
}

/// Linux saves the tile registers of a process that asked for them (5.16,
/// arch_prctl ARCH_REQ_XCOMP_PERM of state component 18); all its threads have
/// them then.
static bool mayUseTiles() {
#if defined(__linux__)
  return syscall(SYS_arch_prctl, 0x1023, 18) == 0;
#else
  return false;
#endif
}

static bool has(const Feature &F) {
  unsigned R[4];
  // __get_cpuid_count refuses leaves above the CPU's largest, but not
  // subleaves, which then read as 0 or as another leaf's: leaf 7 tells how
  // many it has.
  if (F.Leaf == 7 && F.Subleaf &&
      (!__get_cpuid_count(7, 0, &R[0], &R[1], &R[2], &R[3]) ||
       R[0] < F.Subleaf))
    return false;
  if (!__get_cpuid_count(F.Leaf, F.Subleaf, &R[0], &R[1], &R[2], &R[3]) ||
      !(R[F.Reg] >> F.Bit & 1))
    return false;
  static const uint64_t Masks[] = {0, 0x6, 0xe6, 0x60000};
  return (savedStates() & Masks[F.Needs]) == Masks[F.Needs] &&
         (F.Needs != Amx || mayUseTiles());
}
#endif

sinter_status sinter::checkFeatures(const char *Name, const char *Features,
                                    sinter_error *Error) {
  for (const char *P = Features; *P;) {
    size_t Length = strcspn(P, ",");
#if defined(__x86_64__)
    const Feature *Found = nullptr;
    for (const Feature &F : Table)
      if (strlen(F.Name) == Length && !strncmp(F.Name, P, Length))
        Found = &F;
    const bool Known = Found, Here = Found && has(*Found);
#else
    const bool Known = false, Here = false;
#endif
    if (Length && !Known)
      return fail(Error, SINTER_WRONG_CPU,
                  "'%s' asks for the CPU feature '%.*s', which this runtime "
                  "cannot check: use the runtime that came with its sinterc",
                  Name, int(Length), P);
    if (Length && !Here)
      return fail(Error, SINTER_WRONG_CPU,
                  "'%s' needs the CPU feature '%.*s', which this machine "
                  "lacks: compile it again with --march=native here, or with "
                  "--march=x86-64-v3",
                  Name, int(Length), P);
    P += Length + (P[Length] == ',');
  }
  return SINTER_OK;
}
