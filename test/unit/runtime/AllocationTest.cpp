//===- AllocationTest.cpp - generate allocates nothing after the first id -===//
//
// malloc and its kin are replaced by ones that count; mmap is watched through
// the size of the address space. The control shows that both are seen.
//
//===----------------------------------------------------------------------===//
#include "Handles.h"

#include <atomic>
#include <fcntl.h>
#include <sys/mman.h>

using namespace sinter::test;

#if defined(__SANITIZE_ADDRESS__)
#define SINTER_TEST_ASAN
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SINTER_TEST_ASAN
#endif
#endif

#ifndef SINTER_TEST_ASAN
static std::atomic<long> Allocations{0};

extern "C" {
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *malloc(size_t Bytes) {
  ++Allocations;
  return __libc_malloc(Bytes);
}
void *calloc(size_t Count, size_t Bytes) {
  ++Allocations;
  return __libc_calloc(Count, Bytes);
}
void *realloc(void *Old, size_t Bytes) {
  ++Allocations;
  return __libc_realloc(Old, Bytes);
}
}

/// Pages of address space, from /proc without allocating.
static long addressSpace() {
  char Text[128] = {};
  const int File = open("/proc/self/statm", O_RDONLY);
  if (File < 0 || read(File, Text, sizeof(Text) - 1) <= 0)
    return -1;
  close(File);
  return atol(Text);
}

namespace {
struct Watch {
  std::vector<long> Counts, Spaces;
};
} // namespace

static int32_t onToken(void *User, int64_t) {
  auto &W = *static_cast<Watch *>(User);
  W.Counts.push_back(Allocations);
  W.Spaces.push_back(addressSpace());
  return 0;
}

TEST(AllocationTest, GenerateAllocatesNothingAfterTheFirstId) {
  const long BeforeOpen = Allocations;
  const Model M = openLinked();
  const Session S = createSession(M, 2);
  EXPECT_GT(Allocations - BeforeOpen, 0) << "the control: loading allocates";
  sinter_generate_options O = {};
  O.size = sizeof(O);
  O.temperature = 3;
  O.top_k = 40;
  O.top_p = 0.95f;
  O.min_p = 0.001f;
  O.repetition_penalty = 1.1f;
  O.presence_penalty = 0.1f;
  O.ignore_eos = 1;
  const sinter_logit_bias Never[] = {{HANDWRITTEN_FAULT_TOKEN, -1e30f, 0},
                                     {HANDWRITTEN_NAN_TOKEN, -1e30f, 0}};
  O.biases = Never;
  O.bias_count = 2;
  Watch W;
  W.Counts.reserve(100);
  W.Spaces.reserve(100);
  // Twice 29 ids, as much as the cache holds.
  for (int Turn = 0; Turn < 2; ++Turn) {
    const int64_t Prompt[] = {1, 2, 3};
    ASSERT_EQ(sinter_session_rewind(S.get(), 0, nullptr), SINTER_OK);
    sinter_error Error;
    ASSERT_EQ(
        sinter_generate(S.get(), Prompt, 3, &O, onToken, &W, nullptr, &Error),
        SINTER_OK)
        << Error.message;
  }
  ASSERT_EQ(W.Counts.size(), 60u);
  EXPECT_EQ(W.Counts.back(), W.Counts.front()) << "malloc was called";
  EXPECT_EQ(W.Spaces.back(), W.Spaces.front()) << "mmap was called";
}

TEST(AllocationTest, TheWatchSeesMmap) {
  const long Before = addressSpace();
  void *Block = mmap(nullptr, 1 << 20, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  EXPECT_EQ(addressSpace() - Before, (1 << 20) / 4096);
  munmap(Block, 1 << 20);
}
#endif
