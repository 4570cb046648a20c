//===- LoadTest.cpp - shared objects, good and bad ------------------------===//
#include "Handles.h"

#include <cstring>

using namespace sinter::test;

static sinter_status open(const std::string &Path, sinter_error &Error,
                          const char *Name = nullptr,
                          const char *Weights = nullptr) {
  sinter_open_options Options = {};
  Options.size = sizeof(Options);
  Options.name = Name;
  Options.weights = Weights;
  sinter_model *M = nullptr;
  const sinter_status Status =
      sinter_model_open(Path.c_str(), &Options, &M, &Error);
  EXPECT_EQ(M == nullptr, Status != SINTER_OK);
  sinter_model_close(M);
  return Status;
}

TEST(LoadTest, FindsTheWeightsBesideTheObject) {
  sinter_error Error;
  sinter_model *M = nullptr;
  ASSERT_EQ(sinter_model_open(MODELS "/handwritten.so", nullptr, &M, &Error),
            SINTER_OK)
      << Error.message;
  const Model Owner(M);
  const sinter_artifact *A = sinter_model_artifact(M);
  EXPECT_STREQ(A->name, "handwritten");
  EXPECT_EQ(A->max_length, HANDWRITTEN_LENGTH);
  const Session S = createSession(Owner, 2);
  const int64_t Ids[] = {1, 2, 3};
  float Row[HANDWRITTEN_VOCAB];
  ASSERT_EQ(sinter_session_step(S.get(), Ids, 3, 0, 1, Row, &Error), SINTER_OK);
  EXPECT_EQ(Row[15], handwrittenLogit(15, 15));
}

TEST(LoadTest, APathWithoutASlashIsAFileHere) {
  char Old[4096];
  ASSERT_NE(getcwd(Old, sizeof(Old)), nullptr);
  ASSERT_EQ(chdir(MODELS), 0);
  sinter_error Error;
  EXPECT_EQ(open("handwritten.so", Error), SINTER_OK) << Error.message;
  // One that only the system's search would find.
  EXPECT_EQ(open("libc.so.6", Error), SINTER_NOT_FOUND);
  ASSERT_EQ(chdir(Old), 0);
}

TEST(LoadTest, RefusalsNameFileAndReason) {
  const char *W = WeightsPath.c_str();
  sinter_error Error;
  EXPECT_EQ(open(MODELS "/none.so", Error), SINTER_NOT_FOUND);
  EXPECT_TRUE(says(Error, MODELS "/none.so: No such file"));
  EXPECT_EQ(open(MODELS, Error), SINTER_BAD_OBJECT);
  EXPECT_TRUE(says(Error, "not a regular file"));
  EXPECT_EQ(open(WeightsPath, Error), SINTER_BAD_OBJECT);
  EXPECT_TRUE(says(Error, "cannot be loaded"));
  EXPECT_EQ(open(MODELS "/empty.so", Error), SINTER_BAD_OBJECT);
  EXPECT_TRUE(says(Error, "holds no model"));
  EXPECT_EQ(open(MODELS "/wrong_magic.so", Error, nullptr, W),
            SINTER_BAD_OBJECT);
  EXPECT_TRUE(says(Error, "magic is 0x00000007"));
  EXPECT_EQ(open(MODELS "/wrong_abi.so", Error, nullptr, W), SINTER_WRONG_ABI);
  EXPECT_TRUE(says(Error, "ABI 9.0, this runtime runs 4.x"));
  EXPECT_EQ(open(MODELS "/wrong_cpu.so", Error, nullptr, W), SINTER_WRONG_CPU);
  EXPECT_TRUE(says(Error, "'tbm', which this machine lacks"));
  EXPECT_EQ(open(MODELS "/unknown_cpu.so", Error, nullptr, W),
            SINTER_WRONG_CPU);
  EXPECT_TRUE(says(Error, "'warp-drive', which this runtime cannot check"));
  EXPECT_EQ(open(MODELS "/nofault.so", Error), SINTER_NOT_FOUND);
  EXPECT_TRUE(says(Error, MODELS "/nofault.weights: cannot open the weights"));
}

TEST(LoadTest, SeveralModelsOfOneObject) {
  const char *W = WeightsPath.c_str();
  sinter_error Error;
  EXPECT_EQ(open(MODELS "/twins.so", Error, nullptr, W), SINTER_BAD_OBJECT);
  EXPECT_TRUE(says(Error, "several models"));
  EXPECT_EQ(open(MODELS "/twins.so", Error, "twin", W), SINTER_OK);
  EXPECT_EQ(open(MODELS "/twins.so", Error, "handwritten", W), SINTER_OK);
  EXPECT_EQ(open(MODELS "/twins.so", Error, "triplet", W), SINTER_BAD_OBJECT);
  EXPECT_TRUE(says(Error, "no model named 'triplet'"));
  // A prefix of a name is not the name.
  EXPECT_EQ(open(MODELS "/twins.so", Error, "twi", W), SINTER_BAD_OBJECT);
}

TEST(LoadTest, TruncatedObjectsAreRefused) {
  const std::string Good = readBytes(MODELS "/handwritten.so");
  // A cut through the loaded part would be SIGBUS in any loader; those that
  // dlopen can tell must come back as errors.
  for (size_t Size : {size_t(0), size_t(1), size_t(16), size_t(63)}) {
    const TemporaryFile File(Good.substr(0, Size));
    sinter_error Error;
    EXPECT_EQ(open(File.Path, Error), SINTER_BAD_OBJECT) << Size;
  }
}

TEST(LoadTest, DescriptorsOfOtherVersions) {
  sinter_artifact A = *handwritten_sinter_query();
  A.abi_minor = 9;
  A.size = sizeof(A) + 64; // a later minor knows more fields
  EXPECT_TRUE(openLinked(&A));
}

TEST(LoadTest, DamagedDescriptors) {
  const auto Refused = [](auto Change, const char *Field) {
    sinter_artifact A = *handwritten_sinter_query();
    Change(A);
    sinter_open_options Options = {};
    Options.size = sizeof(Options);
    Options.weights = WeightsPath.c_str();
    sinter_model *M;
    sinter_error Error;
    EXPECT_EQ(sinter_model_open_artifact(&A, &Options, &M, &Error),
              SINTER_BAD_OBJECT)
        << Field;
    EXPECT_TRUE(says(Error, Field));
  };
  Refused([](auto &A) { A.size = 64; }, "size is 64");
  Refused([](auto &A) { A.size = offsetof(sinter_artifact, rewind_reach); },
          "size is");
  Refused([](auto &A) { A.rewind_reach = -1; }, "rewind_reach");
  Refused([](auto &A) { A.name = nullptr; }, "name");
  Refused([](auto &A) { A.step = nullptr, A.forward = nullptr; }, "step and");
  Refused([](auto &A) { A.prefill_chunk = 0; }, "prefill_chunk");
  Refused([](auto &A) { A.max_length = -1; }, "max_length");
  Refused([](auto &A) { A.vocab_size = int64_t(1) << 40; }, "vocab_size");
  Refused([](auto &A) { A.end_ids = nullptr; }, "end_id_count");
  Refused([](auto &A) { A.trace_point_count = -1; }, "trace_point_count");
  Refused([](auto &A) { A.trace_work = nullptr; }, "trace_point_count");
  Refused([](auto &A) { A.arena_buffers = nullptr; }, "arena_buffer_count");
  Refused([](auto &A) { A.arena_buffer_count = -1; }, "arena_buffer_count");
  const sinter_arena_buffer Outside = {"x", "y", 64, UINT64_MAX, 0, 0};
  const auto Place = [](const sinter_arena_buffer &B) {
    return [&B](auto &A) { A.arena_buffers = &B, A.arena_buffer_count = 1; };
  };
  Refused(Place(Outside), "a buffer's place in the arena");
  const sinter_arena_buffer Backwards = {"x", "y", 0, 0, 2, 1};
  Refused(Place(Backwards), "a buffer's place in the arena");
  Refused([](auto &A) { A.forward_shapes = nullptr; }, "forward_shapes");
  Refused([](auto &A) { A.forward_arena_bytes = nullptr; }, "forward_arena");
  Refused([](auto &A) { A.symbol_count = 0; }, "a dimension's symbol");
  Refused([](auto &A) { A.input_count = -1; }, "input_count");
  Refused([](auto &A) { A.outputs = nullptr; }, "output_count");
  Refused([](auto &A) { A.fault_site_count = -1; }, "fault_site_count");
  const sinter_tensor_info Bad = {"x", sinter_element(99), 0, nullptr};
  Refused([&](auto &A) { A.inputs = &Bad, A.input_count = 1; }, "element");
  const sinter_tensor_info Rank = {"x", SINTER_ELEMENT_F32, 2, nullptr};
  Refused([&](auto &A) { A.inputs = &Rank, A.input_count = 1; }, "rank");
}

TEST(LoadTest, KnowsTheFeaturesOfThisMachine) {
  // What /proc/cpuinfo says, by Linux's names, against what we detect.
  std::ifstream In("/proc/cpuinfo");
  std::string Flags;
  while (std::getline(In, Flags) && Flags.rfind("flags", 0)) {
  }
  if (!In)
    GTEST_SKIP() << "no flags in /proc/cpuinfo";
  Flags += " ";
  const std::pair<const char *, const char *> Names[] = {
      {"sse4.2", "sse4_2"},     {"avx", "avx"},
      {"avx2", "avx2"},         {"fma", "fma"},
      {"f16c", "f16c"},         {"bmi", "bmi1"},
      {"bmi2", "bmi2"},         {"lzcnt", "abm"},
      {"movbe", "movbe"},       {"popcnt", "popcnt"},
      {"avx512f", "avx512f"},   {"avx512vl", "avx512vl"},
      {"avx512bw", "avx512bw"}, {"avx512vnni", "avx512_vnni"},
      {"gfni", "gfni"},         {"avx512bf16", "avx512_bf16"},
      {"avxvnni", "avx_vnni"},  {"vaes", "vaes"},
      {"sha", "sha_ni"},        {"amx-int8", "amx_int8"},
      {"amx-tile", "amx_tile"}, {"amx-bf16", "amx_bf16"},
      {"xsavec", "xsavec"},     {"clzero", "clzero"},
      {"fma4", "fma4"},         {"sse4a", "sse4a"}};
  for (const auto &[Ours, Linux] : Names) {
    sinter_artifact A = *handwritten_sinter_query();
    A.features = Ours;
    sinter_open_options Options = {};
    Options.size = sizeof(Options);
    Options.weights = WeightsPath.c_str();
    sinter_model *M = nullptr;
    const sinter_status Status =
        sinter_model_open_artifact(&A, &Options, &M, nullptr);
    sinter_model_close(M);
    const bool There =
        Flags.find(" " + std::string(Linux) + " ") != std::string::npos;
    EXPECT_EQ(Status, There ? SINTER_OK : SINTER_WRONG_CPU) << Ours;
  }
}
