//===- MachineBounds.cpp - what this machine can do at most ---------------===//
//
// Two short loops on all threads: sums of a buffer that no cache holds, in huge
// pages as weights mostly are, and chains of multiply-adds in registers. The
// best of several rounds counts.
//
//===----------------------------------------------------------------------===//
#include "MachineBounds.h"
#include "BenchProcess.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <new>
#if defined(__linux__)
#include <sys/mman.h>
#endif
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

using namespace sinter::run;
using Json = nlohmann::ordered_json;

/// Of each kind, while the best of several rounds is looked for.
static constexpr double MeasuredSeconds = 0.25;

/// Seconds that the slowest thread needs.
static double onAllThreads(int32_t Threads,
                           const std::function<void(int32_t)> &Work) {
  const double Start = monotonicSeconds();
  std::vector<std::thread> Others;
  for (int32_t I = 1; I < Threads; ++I)
    Others.emplace_back(Work, I);
  Work(0);
  for (std::thread &T : Others)
    T.join();
  return monotonicSeconds() - Start;
}

//===--- Memory -------------------------------------------------------------===

/// Words of whole vectors, eight at a time, so that many loads are in flight.
template <typename Vector>
[[gnu::always_inline]] static inline uint64_t sumVectors(const uint64_t *Data,
                                                         size_t Count) {
  constexpr size_t Lanes = sizeof(Vector) / sizeof(uint64_t), Chains = 8;
  constexpr size_t Ahead = 512; // words: the prefetchers stop at each page
  Vector Sums[Chains] = {};
  for (size_t I = 0; I + Lanes * Chains <= Count; I += Lanes * Chains) {
    for (size_t J = 0; J < Lanes * Chains; J += 8)
      __builtin_prefetch(Data + I + J + Ahead);
    for (size_t J = 0; J < Chains; ++J) {
      Vector V;
      std::memcpy(&V, Data + I + J * Lanes, sizeof(V));
      Sums[J] += V;
    }
  }
  for (size_t J = 1; J < Chains; ++J)
    Sums[0] += Sums[J];
  uint64_t Total = 0;
  for (size_t L = 0; L < Lanes; ++L)
    Total += Sums[0][L];
  return Total;
}

using Words2 = uint64_t __attribute__((vector_size(16)));
static uint64_t sum2(const uint64_t *Data, size_t Count) {
  return sumVectors<Words2>(Data, Count);
}
#if defined(__x86_64__)
using Words4 = uint64_t __attribute__((vector_size(32)));
[[gnu::target("avx2")]] static uint64_t sum4(const uint64_t *Data,
                                             size_t Count) {
  return sumVectors<Words4>(Data, Count);
}
#endif

static double measureRead(int32_t Threads) {
  uint64_t (*Sum)(const uint64_t *, size_t) = sum2;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2"))
    Sum = sum4;
#endif
  constexpr size_t Bytes = size_t(256) << 20;
  constexpr size_t HugePage = size_t(2) << 20;
  const size_t Pages = Bytes / HugePage / size_t(Threads) + 1;
  const size_t Share = Pages * HugePage / sizeof(uint64_t);
  struct Free {
    void operator()(uint64_t *Data) const { std::free(Data); }
  };
  std::vector<std::unique_ptr<uint64_t, Free>> Parts(
      static_cast<size_t>(Threads));
  onAllThreads(Threads, [&](int32_t I) { // each touches its own pages first
    void *Data = std::aligned_alloc(HugePage, Pages * HugePage);
    if (!Data)
      throw std::bad_alloc();
#if defined(__linux__)
    madvise(Data, Pages * HugePage, MADV_HUGEPAGE); // small ones if refused
#endif
    std::memset(Data, 1, Pages * HugePage);
    Parts[size_t(I)].reset(static_cast<uint64_t *>(Data));
  });
  double Best = 0;
  volatile uint64_t Keep = 0;
  const double Start = monotonicSeconds();
  while (!Best || monotonicSeconds() - Start < MeasuredSeconds) {
    const double Seconds = onAllThreads(Threads, [&](int32_t I) {
      const uint64_t Total = Sum(Parts[size_t(I)].get(), Share);
      if (Total == 1)
        Keep = Total;
    });
    Best = std::max(Best, double(Share * sizeof(uint64_t)) * Threads / Seconds);
  }
  return Best;
}

//===--- Arithmetic ---------------------------------------------------------===

/// `Rounds` times Chains vectors of multiply-adds; returns the FLOPs.
template <typename Vector>
[[gnu::always_inline]] static inline double chains(int64_t Rounds) {
  constexpr int Chains = 12, Lanes = sizeof(Vector) / sizeof(float);
  Vector Sums[Chains], Factor, Addend;
  for (int L = 0; L < Lanes; ++L)
    Factor[L] = 0.999f, Addend[L] = 1e-3f;
  for (Vector &S : Sums)
    S = Addend;
  for (int64_t R = 0; R < Rounds; ++R) {
#pragma clang fp contract(fast)
    for (Vector &S : Sums)
      S = S * Factor + Addend;
    asm volatile("" : "+m"(Factor)); // no algebra over rounds
  }
  volatile float Keep = 0;
  for (const Vector &S : Sums)
    Keep = Keep + S[0];
  return double(Rounds) * Chains * Lanes * 2;
}

#if defined(__x86_64__)
using Vector8 = float __attribute__((vector_size(32)));
using Vector16 = float __attribute__((vector_size(64)));
[[gnu::target("avx2,fma")]] static double chains8(int64_t Rounds) {
  return chains<Vector8>(Rounds);
}
[[gnu::target("avx512f")]] static double chains16(int64_t Rounds) {
  return chains<Vector16>(Rounds);
}

/// The same of vdpbf16ps, whose two multiply-adds a lane are four FLOPs.
[[gnu::target("avx512f,avx512bf16")]] static double dotChains(int64_t Rounds) {
  constexpr int Chains = 24;
  using Pairs = __m512bh;
  __m512 Sums[Chains];
  Pairs Factor = Pairs(_mm512_set1_epi32(0x3c003c00)); // 2^-7 twice
  for (__m512 &S : Sums)
    S = _mm512_setzero_ps();
  for (int64_t R = 0; R < Rounds; ++R) {
    for (__m512 &S : Sums)
      S = _mm512_dpbf16_ps(S, Factor, Factor);
    asm volatile("" : "+m"(Factor)); // no algebra over rounds
  }
  volatile float Keep = 0;
  for (const __m512 &S : Sums)
    Keep = Keep + _mm512_cvtss_f32(S);
  return double(Rounds) * Chains * 16 * 4;
}

/// The same of TDPBF16PS on full tiles, four sums of two by two. Tiles in their
/// initial state, all zero, take less than half the time on some hosts.
[[gnu::target("amx-tile,amx-bf16")]] static double tileChains(int64_t Rounds) {
  struct alignas(64) {
    uint8_t Palette = 1, Unused[15] = {};
    uint16_t RowBytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
    uint8_t Rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
  } Configuration;
  _tile_loadconfig(&Configuration);
  alignas(64) uint16_t Factor[16][32];
  for (auto &Row : Factor)
    std::fill(std::begin(Row), std::end(Row), uint16_t{0x3c00}); // 2^-7
  _tile_loadd(4, Factor, sizeof Factor[0]);
  _tile_loadd(5, Factor, sizeof Factor[0]);
  _tile_loadd(6, Factor, sizeof Factor[0]);
  _tile_loadd(7, Factor, sizeof Factor[0]);
  constexpr int64_t Fewer = 64; // an instruction is as long as many
  for (int64_t R = 0; R < Rounds / Fewer; ++R) {
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  }
  _tile_release();
  return double(Rounds / Fewer) * 4 * 16 * 16 * 32 * 2;
}
#endif
using Vector4 = float __attribute__((vector_size(16)));
static double chains4(int64_t Rounds) { return chains<Vector4>(Rounds); }

static double measureFlops(int32_t Threads, double (*Loop)(int64_t)) {
  constexpr int64_t Rounds = 5000000;
  double Best = 0;
  const double Start = monotonicSeconds();
  while (!Best || monotonicSeconds() - Start < MeasuredSeconds) {
    std::vector<double> Flops(static_cast<size_t>(Threads));
    const double Seconds = onAllThreads(
        Threads, [&](int32_t I) { Flops[size_t(I)] = Loop(Rounds); });
    double Total = 0;
    for (double F : Flops)
      Total += F;
    Best = std::max(Best, Total / Seconds);
  }
  return Best;
}

static double measureFlops(int32_t Threads) {
  double (*Widest)(int64_t) = chains4;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f"))
    Widest = chains16;
  else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    Widest = chains8;
#endif
  return measureFlops(Threads, Widest);
}

static double measureDotFlops(int32_t Threads) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512bf16"))
    return measureFlops(Threads, dotChains);
#endif
  (void)Threads;
  return 0;
}

static double measureTileFlops(int32_t Threads) {
#if defined(__x86_64__) && defined(__linux__)
  // Linux hands the registers out on demand (see runtime/features.cpp).
  if (__builtin_cpu_supports("amx-bf16") &&
      syscall(SYS_arch_prctl, 0x1023, 18) == 0)
    return measureFlops(Threads, tileChains);
#endif
  (void)Threads;
  return 0;
}

//===--- The file -----------------------------------------------------------===

static std::string cpuName() {
  std::ifstream File("/proc/cpuinfo");
  for (std::string Line; std::getline(File, Line);)
    if (Line.rfind("model name", 0) == 0 && Line.find(": ") < Line.size())
      return Line.substr(Line.find(": ") + 2);
  return "unknown CPU";
}

/// Empty when there is no home.
static std::filesystem::path cacheFile() {
  const char *Folder = std::getenv("XDG_CACHE_HOME"),
             *Home = std::getenv("HOME");
  if (Folder && *Folder)
    return std::filesystem::path(Folder) / "sinter" / "machine.json";
  if (Home && *Home)
    return std::filesystem::path(Home) / ".cache" / "sinter" / "machine.json";
  return {};
}

/// A list of machines; empty when the file is not there or not ours.
static Json readMachines(const std::filesystem::path &Path) {
  std::ifstream File(Path);
  Json Machines = Json::parse(File, nullptr, /*allow_exceptions=*/false);
  return Machines.is_array() ? Machines : Json::array();
}

static bool matches(const Json &Machine, const std::string &Cpu,
                    int32_t Threads) {
  return Machine.is_object() && Machine.value("cpu", Json()) == Cpu &&
         Machine.value("threads", Json()) == Threads;
}

static bool isPositive(const Json &Machine, const char *Key) {
  const auto It = Machine.find(Key);
  return It != Machine.end() && It->is_number() && It->get<double>() > 0;
}

/// Under another name first: two profiles may end at the same time. That the
/// file cannot be written only costs time at the next start.
static void writeMachines(const std::filesystem::path &Path,
                          const Json &Machines) {
  std::error_code Ignored;
  std::filesystem::create_directories(Path.parent_path(), Ignored);
  std::filesystem::path Temporary = Path;
  Temporary += "." + std::to_string(getpid());
  std::ofstream File(Temporary);
  File << Machines.dump(1) << "\n";
  File.close();
  if (File)
    std::filesystem::rename(Temporary, Path, Ignored);
  std::filesystem::remove(Temporary, Ignored);
}

MachineBounds sinter::run::machineBounds(int32_t Threads, bool Anew) {
  MachineBounds B = {cpuName(), Threads, 0, 0, 0, 0};
  const std::filesystem::path Path = cacheFile();
  Json Machines = Path.empty() ? Json::array() : readMachines(Path);
  for (size_t I = 0; I < Machines.size(); ++I) {
    if (!matches(Machines[I], B.Cpu, Threads))
      continue;
    if (!Anew && isPositive(Machines[I], "huge_page_read_bytes_per_s") &&
        isPositive(Machines[I], "flops_per_s") &&
        Machines[I].contains("dot_flops_per_s") &&
        Machines[I].contains("tile_flops_per_s")) {
      B.ReadBytesPerSecond = Machines[I]["huge_page_read_bytes_per_s"];
      B.FlopsPerSecond = Machines[I]["flops_per_s"];
      if (isPositive(Machines[I], "dot_flops_per_s"))
        B.DotFlopsPerSecond = Machines[I]["dot_flops_per_s"];
      if (isPositive(Machines[I], "tile_flops_per_s"))
        B.TileFlopsPerSecond = Machines[I]["tile_flops_per_s"];
      return B;
    }
    Machines.erase(I--);
  }
  B.ReadBytesPerSecond = measureRead(Threads);
  B.FlopsPerSecond = measureFlops(Threads);
  B.DotFlopsPerSecond = measureDotFlops(Threads);
  B.TileFlopsPerSecond = measureTileFlops(Threads);
  Machines.push_back({{"cpu", B.Cpu},
                      {"threads", Threads},
                      {"huge_page_read_bytes_per_s", B.ReadBytesPerSecond},
                      {"flops_per_s", B.FlopsPerSecond},
                      {"dot_flops_per_s", B.DotFlopsPerSecond},
                      {"tile_flops_per_s", B.TileFlopsPerSecond}});
  if (!Path.empty())
    writeMachines(Path, Machines);
  return B;
}
