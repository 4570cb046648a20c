//===- WeightsTest.cpp - every field of a weight file's header, damaged ---===//
#include "Handles.h"

#include <cstring>
#include <functional>
#include <sys/stat.h>

using namespace sinter::test;

/// FNV-1a as artifact.h defines it, over the header with the field at 0.
static void fixChecksum(std::string &Bytes) {
  std::memset(&Bytes[60], 0, 4);
  uint32_t Hash = 2166136261u, Size;
  std::memcpy(&Size, &Bytes[4], 4);
  for (size_t I = 0; I < Size && I < Bytes.size(); ++I)
    Hash = (Hash ^ static_cast<unsigned char>(Bytes[I])) * 16777619u;
  std::memcpy(&Bytes[60], &Hash, 4);
}

template <typename T> static void put(std::string &B, size_t At, T Value) {
  std::memcpy(&B[At], &Value, sizeof(T));
}

static sinter_status openBytes(const std::string &Bytes, sinter_error &Error,
                               sinter_weights_memory Memory) {
  const TemporaryFile File(Bytes);
  sinter_open_options Options = {};
  Options.size = sizeof(Options);
  Options.weights = File.Path.c_str();
  Options.weights_memory = Memory;
  sinter_model *M = nullptr;
  const sinter_status Status = sinter_model_open_artifact(
      handwritten_sinter_query(), &Options, &M, &Error);
  EXPECT_EQ(M == nullptr, Status != SINTER_OK);
  if (Status) {
    EXPECT_TRUE(says(Error, File.Path)) << "names the file";
  }
  sinter_model_close(M);
  return Status;
}

TEST(WeightsTest, DamagedHeadersAreRefused) {
  const std::string Good = readBytes(WeightsPath);
  ASSERT_EQ(Good.size(), size_t(HANDWRITTEN_WEIGHT_BYTES));
  const size_t Second = 64 + 64; // the second section
  const struct {
    const char *What;
    std::function<void(std::string &)> Damage;
    bool Checksum; // made right again, so that the check behind it is met
    sinter_status Status;
    const char *Says;
  } Cases[] = {
      {"empty", [](auto &B) { B.clear(); }, false, SINTER_BAD_WEIGHTS,
       "too few"},
      {"one byte short", [](auto &B) { B.pop_back(); }, false,
       SINTER_BAD_WEIGHTS, "file_bytes (offset 16)"},
      {"one byte long", [](auto &B) { B += 'x'; }, false, SINTER_BAD_WEIGHTS,
       "file_bytes (offset 16)"},
      {"cut in the header", [](auto &B) { B.resize(100); }, false,
       SINTER_BAD_WEIGHTS, "file_bytes (offset 16)"},
      {"magic", [](auto &B) { put<uint32_t>(B, 0, 1); }, true,
       SINTER_BAD_WEIGHTS, "magic (offset 0)"},
      {"abi", [](auto &B) { put<uint32_t>(B, 8, 9); }, true, SINTER_WRONG_ABI,
       "abi_major (offset 8)"},
      {"header size 0", [](auto &B) { put<uint32_t>(B, 4, 0); }, true,
       SINTER_BAD_WEIGHTS, "header_size (offset 4)"},
      {"header size odd", [](auto &B) { put<uint32_t>(B, 4, 4097); }, true,
       SINTER_BAD_WEIGHTS, "header_size (offset 4)"},
      {"header past the end", [](auto &B) { put<uint32_t>(B, 4, 8192); }, true,
       SINTER_BAD_WEIGHTS, "header_size (offset 4)"},
      {"header size huge", [](auto &B) { put<uint32_t>(B, 4, 0xfffff000); },
       false, SINTER_BAD_WEIGHTS, "header_size (offset 4)"},
      {"many sections", [](auto &B) { put<uint32_t>(B, 56, 64); }, true,
       SINTER_BAD_WEIGHTS, "too small for 64 sections"},
      {"sections overflow", [](auto &B) { put<uint32_t>(B, 56, 0xffffffff); },
       true, SINTER_BAD_WEIGHTS, "too small"},
      {"checksum", [](auto &B) { B[500] = 1; }, false, SINTER_BAD_WEIGHTS,
       "header_checksum (offset 60)"},
      {"digest", [](auto &B) { B[24] = char(B[24] + 1); }, true,
       SINTER_FOREIGN_WEIGHTS, "digest (offset 24)"},
      {"offset past the end",
       [=](auto &B) { put<uint64_t>(B, Second + 48, 1 << 20); }, true,
       SINTER_BAD_WEIGHTS, "section 'note.json' (offset 128)"},
      {"offset overflow",
       [=](auto &B) { put<uint64_t>(B, Second + 48, ~uint64_t(63)); }, true,
       SINTER_BAD_WEIGHTS, "section 'note.json'"},
      {"bytes overflow",
       [=](auto &B) { put<uint64_t>(B, Second + 56, ~uint64_t(0) - 10); }, true,
       SINTER_BAD_WEIGHTS, "section 'note.json'"},
      {"offset in the header",
       [=](auto &B) { put<uint64_t>(B, Second + 48, 64); }, true,
       SINTER_BAD_WEIGHTS, "section 'note.json'"},
      {"offset not aligned",
       [=](auto &B) { put<uint64_t>(B, Second + 48, 4096 + 8); }, true,
       SINTER_BAD_WEIGHTS, "section 'note.json'"},
      {"name without end", [=](auto &B) { std::memset(&B[Second], 'n', 48); },
       true, SINTER_BAD_WEIGHTS, "no terminated name"},
      {"no name", [=](auto &B) { B[Second] = 0; }, true, SINTER_BAD_WEIGHTS,
       "no terminated name"},
      {"twice", [=](auto &B) { std::memcpy(&B[Second], "params\0\0\0", 10); },
       true, SINTER_BAD_WEIGHTS, "twice"},
      {"no params", [](auto &B) { B[64] = 'q'; }, true, SINTER_BAD_WEIGHTS,
       "no section 'params'"},
  };
  for (const auto &Case : Cases)
    for (const auto Memory : {SINTER_WEIGHTS_MAP, SINTER_WEIGHTS_HUGE}) {
      std::string Bytes = Good;
      Case.Damage(Bytes);
      if (Case.Checksum)
        fixChecksum(Bytes);
      sinter_error Error;
      EXPECT_EQ(openBytes(Bytes, Error, Memory), Case.Status) << Case.What;
      EXPECT_TRUE(says(Error, Case.Says)) << Case.What;
    }
  sinter_error Error;
  EXPECT_EQ(openBytes(Good, Error, SINTER_WEIGHTS_MAP), SINTER_OK);
}

TEST(WeightsTest, EveryFlippedHeaderByteIsRefused) {
  const std::string Good = readBytes(WeightsPath);
  for (size_t I = 0; I < 64 + 2 * 64; ++I) {
    std::string Bytes = Good;
    Bytes[I] = char(Bytes[I] ^ 0x41);
    if (I >= 12 && I < 16)
      continue; // abi_minor: covered by the checksum, tested below
    sinter_error Error;
    EXPECT_NE(openBytes(Bytes, Error, SINTER_WEIGHTS_MAP), SINTER_OK) << I;
  }
  // A later minor version is accepted.
  std::string Minor = Good;
  put<uint32_t>(Minor, 12, 7);
  sinter_error Error;
  EXPECT_EQ(openBytes(Minor, Error, SINTER_WEIGHTS_MAP), SINTER_BAD_WEIGHTS);
  fixChecksum(Minor);
  EXPECT_EQ(openBytes(Minor, Error, SINTER_WEIGHTS_MAP), SINTER_OK);
}

TEST(WeightsTest, OnlyVerifyReadsTheData) {
  std::string Bytes = readBytes(WeightsPath);
  Bytes[5000 - 800] = char(Bytes[5000 - 800] ^ 1); // in params
  const TemporaryFile File(Bytes);
  const Model Damaged = openLinked(handwritten_sinter_query(), File.Path);
  sinter_error Error;
  EXPECT_EQ(sinter_model_verify(Damaged.get(), &Error), SINTER_CORRUPT_WEIGHTS);
  EXPECT_TRUE(says(Error, "SHA-256"));
  const Model Good = openLinked();
  EXPECT_EQ(sinter_model_verify(Good.get(), &Error), SINTER_OK);
  EXPECT_STREQ(Error.message, "");
}

TEST(WeightsTest, SectionsAreGivenAsTheyAre) {
  const Model M = openLinked();
  const void *Data;
  uint64_t Bytes;
  sinter_error Error;
  ASSERT_EQ(sinter_model_section(M.get(), "note.json", &Data, &Bytes, &Error),
            SINTER_OK);
  EXPECT_EQ(std::string(static_cast<const char *>(Data), Bytes),
            "{\"model\":{\"type\":\"none\"}}");
  EXPECT_EQ(sinter_model_section(M.get(), "nothing", &Data, &Bytes, &Error),
            SINTER_NOT_FOUND);
  EXPECT_EQ(Data, nullptr);
  EXPECT_EQ(Bytes, 0u);
}

static const void *paramsOf(const Model &M, uint64_t &Bytes) {
  const void *Data = nullptr;
  EXPECT_EQ(sinter_model_section(M.get(), "params", &Data, &Bytes, nullptr),
            SINTER_OK);
  return Data;
}

TEST(WeightsTest, HugeAndEmbeddedGiveTheSameModel) {
  alignas(
      SINTER_ALIGNMENT) static unsigned char Embedded[HANDWRITTEN_WEIGHT_BYTES];
  const std::string Good = readBytes(WeightsPath);
  std::memcpy(Embedded, Good.data(), Good.size());
  sinter_artifact A = *handwritten_sinter_query();
  A.embedded_weights = Embedded;
  for (const auto Memory : {SINTER_WEIGHTS_MAP, SINTER_WEIGHTS_HUGE}) {
    sinter_open_options Options = {};
    Options.size = sizeof(Options);
    Options.weights_memory = Memory;
    sinter_model *Raw = nullptr;
    sinter_error Error;
    ASSERT_EQ(sinter_model_open_artifact(&A, &Options, &Raw, &Error), SINTER_OK)
        << Error.message;
    const Model M(Raw);
    uint64_t Bytes;
    const void *Data = paramsOf(M, Bytes);
    ASSERT_TRUE(Data);
    EXPECT_EQ(std::memcmp(Data, &Good[4096], Bytes), 0);
    EXPECT_EQ(Data == Embedded + 4096, Memory == SINTER_WEIGHTS_MAP);
    EXPECT_EQ(sinter_model_verify(Raw, &Error), SINTER_OK);
  }
  A.embedded_weights = Embedded + 1;
  sinter_model *Raw = nullptr;
  EXPECT_EQ(sinter_model_open_artifact(&A, nullptr, &Raw, nullptr),
            SINTER_BAD_WEIGHTS);
}

TEST(WeightsTest, MappedFilesLieWhereHugePagesFit) {
  const TemporaryFile File(readBytes(WeightsPath));
  const Model M = openLinked(handwritten_sinter_query(), File.Path);
  ASSERT_TRUE(M);
  uint64_t Bytes;
  const void *Data = paramsOf(M, Bytes);
  ASSERT_TRUE(Data);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(Data) % (2u << 20), 4096u);
}

TEST(WeightsTest, ThingsThatAreNoFiles) {
  sinter_open_options Options = {};
  Options.size = sizeof(Options);
  sinter_model *M;
  sinter_error Error;
  const std::string Fifo = ::testing::TempDir() + "sinter-fifo";
  std::remove(Fifo.c_str());
  ASSERT_EQ(mkfifo(Fifo.c_str(), 0600), 0);
  for (const std::string &Path : {Fifo, std::string("/tmp")}) {
    Options.weights = Path.c_str();
    EXPECT_EQ(sinter_model_open_artifact(handwritten_sinter_query(), &Options,
                                         &M, &Error),
              SINTER_BAD_WEIGHTS);
    EXPECT_TRUE(says(Error, "not a regular file"));
  }
  std::remove(Fifo.c_str());
}

TEST(WeightsTest, LoadingDoesNotReadTheWeights) {
  // A sparse file of 8 GiB whose data nobody could read in time: the header
  // is right, the digest is the artifact's.
  std::string Header = readBytes(WeightsPath).substr(0, 4096);
  const uint64_t Size = uint64_t(8) << 30;
  put<uint64_t>(Header, 16, Size);
  fixChecksum(Header);
  const TemporaryFile File(Header);
  ASSERT_EQ(truncate(File.Path.c_str(), off_t(Size)), 0);
  sinter_artifact A = *handwritten_sinter_query();
  A.weights_bytes = Size;
  timespec Before, After;
  clock_gettime(CLOCK_MONOTONIC, &Before);
  const Model M = openLinked(&A, File.Path);
  clock_gettime(CLOCK_MONOTONIC, &After);
  EXPECT_LT(double(After.tv_sec - Before.tv_sec) +
                1e-9 * double(After.tv_nsec - Before.tv_nsec),
            0.5);
  const void *Data;
  uint64_t Bytes;
  EXPECT_EQ(sinter_model_section(M.get(), "params", &Data, &Bytes, nullptr),
            SINTER_OK);
}
