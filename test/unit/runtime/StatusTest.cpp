//===- StatusTest.cpp - each status of runtime.h, provoked ----------------===//
#include "Handles.h"

#include <cstring>
#include <sys/resource.h>

using namespace sinter::test;

namespace {
class StatusTest : public ::testing::Test {
protected:
  Model M = openLinked();
  Session S = createSession(M);
  sinter_error Error;
  float Row[HANDWRITTEN_VOCAB];

  sinter_status step(std::vector<int64_t> Ids, int64_t Total = 0,
                     int64_t Rows = 0) {
    return sinter_session_step(S.get(), Ids.data(), int64_t(Ids.size()), Total,
                               Rows, Row, &Error);
  }
  sinter_status openWith(sinter_artifact A, const char *Weights) {
    sinter_open_options Options = {};
    Options.size = sizeof(Options);
    Options.weights = Weights;
    sinter_model *Raw = nullptr;
    const sinter_status Status =
        sinter_model_open_artifact(&A, &Options, &Raw, &Error);
    sinter_model_close(Raw);
    return Status;
  }
};
} // namespace

TEST_F(StatusTest, NamesAreTheEnumerators) {
  EXPECT_STREQ(sinter_status_name(SINTER_OK), "SINTER_OK");
  EXPECT_STREQ(sinter_status_name(SINTER_WRONG_CPU), "SINTER_WRONG_CPU");
  EXPECT_STREQ(sinter_status_name(SINTER_SYSTEM), "SINTER_SYSTEM");
  EXPECT_STREQ(sinter_status_name(sinter_status(15)), "unknown status");
  EXPECT_STREQ(sinter_status_name(sinter_status(-1)), "unknown status");
}

TEST_F(StatusTest, Ok) {
  EXPECT_EQ(step({1, 2}), SINTER_OK);
  EXPECT_EQ(Error.status, SINTER_OK);
  EXPECT_STREQ(Error.message, "");
}

TEST_F(StatusTest, InvalidArgument) {
  sinter_model *Model;
  sinter_session *Session;
  const void *Data;
  uint64_t Bytes;
  const int64_t One = 1;
  const sinter_artifact *A = handwritten_sinter_query();
  EXPECT_EQ(sinter_model_open(nullptr, nullptr, &Model, &Error),
            SINTER_INVALID_ARGUMENT);
  EXPECT_EQ(sinter_model_open("x", nullptr, nullptr, &Error),
            SINTER_INVALID_ARGUMENT);
  EXPECT_EQ(sinter_model_open_artifact(nullptr, nullptr, &Model, &Error),
            SINTER_INVALID_ARGUMENT);
  EXPECT_EQ(sinter_model_open_artifact(A, nullptr, &Model, &Error),
            SINTER_INVALID_ARGUMENT);
  EXPECT_TRUE(says(Error, "sinter_open_options.weights"));
  EXPECT_EQ(sinter_model_section(M.get(), nullptr, &Data, &Bytes, &Error),
            SINTER_INVALID_ARGUMENT);
  EXPECT_EQ(sinter_model_verify(nullptr, &Error), SINTER_INVALID_ARGUMENT);
  EXPECT_EQ(sinter_session_create(nullptr, nullptr, &Session, &Error),
            SINTER_INVALID_ARGUMENT);
  EXPECT_EQ(sinter_session_step(nullptr, &One, 1, 0, 0, nullptr, &Error),
            SINTER_INVALID_ARGUMENT);
  EXPECT_EQ(sinter_session_step(S.get(), nullptr, 1, 0, 0, nullptr, &Error),
            SINTER_INVALID_ARGUMENT);
  EXPECT_EQ(sinter_session_step(S.get(), &One, 0, 0, 0, nullptr, &Error),
            SINTER_INVALID_ARGUMENT);
  EXPECT_EQ(sinter_session_step(S.get(), &One, 1, 0, 1, nullptr, &Error),
            SINTER_INVALID_ARGUMENT);
  EXPECT_EQ(step({1}, 0, 2), SINTER_INVALID_ARGUMENT);
  EXPECT_EQ(step({1}, 0, -1), SINTER_INVALID_ARGUMENT);
  EXPECT_EQ(sinter_session_rewind(nullptr, 0, &Error), SINTER_INVALID_ARGUMENT);
  EXPECT_EQ(sinter_generate(nullptr, &One, 1, nullptr, nullptr, nullptr,
                            nullptr, &Error),
            SINTER_INVALID_ARGUMENT);
  EXPECT_EQ(sinter_session_forward(S.get(), nullptr, 1, nullptr, &Error),
            SINTER_INVALID_ARGUMENT);
  // Null closes, asks and errors are allowed.
  sinter_model_close(nullptr);
  sinter_session_close(nullptr);
  EXPECT_EQ(sinter_session_position(nullptr), 0);
  EXPECT_EQ(sinter_model_verify(nullptr, nullptr), SINTER_INVALID_ARGUMENT);
}

TEST_F(StatusTest, InvalidOptions) {
  sinter_session *Session;
  sinter_session_options O = {};
  EXPECT_EQ(sinter_session_create(M.get(), &O, &Session, &Error),
            SINTER_INVALID_ARGUMENT);
  EXPECT_TRUE(says(Error, "sinter_session_options.size is 0"));
  O.size = sizeof(O);
  for (int Threads : {-1, 1025}) {
    O.threads = Threads;
    EXPECT_EQ(sinter_session_create(M.get(), &O, &Session, &Error),
              SINTER_INVALID_ARGUMENT);
    EXPECT_TRUE(says(Error, "threads is " + std::to_string(Threads)));
  }
  O.threads = 1;
  for (int64_t Chunk : {-1, HANDWRITTEN_CHUNK + 1}) {
    O.prefill_chunk = Chunk;
    EXPECT_EQ(sinter_session_create(M.get(), &O, &Session, &Error),
              SINTER_INVALID_ARGUMENT);
    EXPECT_EQ(Session, nullptr);
  }
  sinter_open_options Open = {};
  Open.size = sizeof(Open);
  Open.weights_memory = sinter_weights_memory(5);
  sinter_model *Model;
  EXPECT_EQ(sinter_model_open("x", &Open, &Model, &Error),
            SINTER_INVALID_ARGUMENT);

  const int64_t One = 1;
  const auto Refused = [&](auto Change, const char *Field) {
    sinter_generate_options G = {};
    G.size = sizeof(G);
    Change(G);
    EXPECT_EQ(sinter_generate(S.get(), &One, 1, &G, nullptr, nullptr, nullptr,
                              &Error),
              SINTER_INVALID_ARGUMENT)
        << Field;
    EXPECT_TRUE(says(Error, Field));
    EXPECT_EQ(sinter_session_position(S.get()), 0);
  };
  const float Nan = __builtin_nanf("");
  const sinter_logit_bias Bias = {1, Nan, 0};
  Refused([](auto &G) { G.temperature = -1; }, "temperature");
  Refused([=](auto &G) { G.temperature = Nan; }, "temperature");
  Refused([](auto &G) { G.top_k = -1; }, "top_k");
  Refused([](auto &G) { G.top_p = 1.5f; }, "top_p");
  Refused([=](auto &G) { G.min_p = Nan; }, "min_p");
  Refused([](auto &G) { G.repetition_penalty = -2; }, "repetition_penalty");
  Refused([=](auto &G) { G.presence_penalty = Nan; }, "presence_penalty");
  Refused([](auto &G) { G.max_new_tokens = -1; }, "max_new_tokens");
  Refused([](auto &G) { G.bias_count = 1; }, "bias_count");
  Refused([](auto &G) { G.end_id_count = -1; }, "end_id_count");
  Refused([&](auto &G) { G.biases = &Bias, G.bias_count = 1; }, "bias");
}

TEST_F(StatusTest, OutOfMemory) {
  sinter_artifact A = *handwritten_sinter_query();
  A.cache_bytes = uint64_t(1) << 60;
  const Model Large = openLinked(&A);
  sinter_session *Session;
  EXPECT_EQ(sinter_session_create(Large.get(), nullptr, &Session, &Error),
            SINTER_OUT_OF_MEMORY);
  EXPECT_TRUE(says(Error, "1152921504606846976 bytes for the cache"));
  A.cache_bytes = UINT64_MAX;
  const Model Larger = openLinked(&A);
  EXPECT_EQ(sinter_session_create(Larger.get(), nullptr, &Session, &Error),
            SINTER_OUT_OF_MEMORY);
}

TEST_F(StatusTest, NotFound) {
  EXPECT_EQ(openWith(*handwritten_sinter_query(), "/nowhere/w.weights"),
            SINTER_NOT_FOUND);
  EXPECT_TRUE(says(Error, "/nowhere/w.weights: cannot open the weights"));
}

TEST_F(StatusTest, BadObject) {
  sinter_artifact A = *handwritten_sinter_query();
  A.magic = 1;
  EXPECT_EQ(openWith(A, WeightsPath.c_str()), SINTER_BAD_OBJECT);
}

TEST_F(StatusTest, WrongAbi) {
  sinter_artifact A = *handwritten_sinter_query();
  A.abi_major = SINTER_ABI_MAJOR + 1;
  EXPECT_EQ(openWith(A, WeightsPath.c_str()), SINTER_WRONG_ABI);
}

TEST_F(StatusTest, WrongCpu) {
  sinter_artifact A = *handwritten_sinter_query();
  A.features = "sse2,tbm";
  EXPECT_EQ(openWith(A, WeightsPath.c_str()), SINTER_WRONG_CPU);
}

TEST_F(StatusTest, BadWeights) {
  const TemporaryFile File("not weights at all, but long enough for a header: "
                           "64 bytes and more");
  EXPECT_EQ(openWith(*handwritten_sinter_query(), File.Path.c_str()),
            SINTER_BAD_WEIGHTS);
}

TEST_F(StatusTest, ForeignWeights) {
  sinter_artifact A = *handwritten_sinter_query();
  A.weights_digest[31] ^= 1;
  EXPECT_EQ(openWith(A, WeightsPath.c_str()), SINTER_FOREIGN_WEIGHTS);
}

TEST_F(StatusTest, CorruptWeights) {
  std::string Bytes = readBytes(WeightsPath);
  Bytes.back() = 1;
  const TemporaryFile File(Bytes);
  const Model Damaged = openLinked(handwritten_sinter_query(), File.Path);
  EXPECT_EQ(sinter_model_verify(Damaged.get(), &Error), SINTER_CORRUPT_WEIGHTS);
}

TEST_F(StatusTest, OutOfRange) {
  for (int64_t Id :
       {int64_t(-1), int64_t(HANDWRITTEN_VOCAB), INT64_MAX, INT64_MIN}) {
    EXPECT_EQ(step({1, Id}), SINTER_OUT_OF_RANGE);
    EXPECT_TRUE(says(Error, std::to_string(Id) + " (number 1)"));
    EXPECT_EQ(sinter_session_position(S.get()), 0);
  }
  EXPECT_EQ(step({1, 2, 3}, 2), SINTER_OUT_OF_RANGE);
  EXPECT_EQ(step({1, 2, 3}, -3), SINTER_OUT_OF_RANGE);
  EXPECT_EQ(sinter_session_rewind(S.get(), 1, &Error), SINTER_OUT_OF_RANGE);
  EXPECT_EQ(sinter_session_rewind(S.get(), -1, &Error), SINTER_OUT_OF_RANGE);
  const int64_t One = 1;
  const sinter_logit_bias Bias = {HANDWRITTEN_VOCAB, 1, 0};
  sinter_generate_options G = {};
  G.size = sizeof(G);
  G.biases = &Bias;
  G.bias_count = 1;
  EXPECT_EQ(
      sinter_generate(S.get(), &One, 1, &G, nullptr, nullptr, nullptr, &Error),
      SINTER_OUT_OF_RANGE);
}

TEST_F(StatusTest, ContextFull) {
  EXPECT_EQ(step(std::vector<int64_t>(HANDWRITTEN_LENGTH + 1, 1)),
            SINTER_CONTEXT_FULL);
  EXPECT_TRUE(says(Error, "--max-length"));
  EXPECT_EQ(step({1}, HANDWRITTEN_LENGTH + 1), SINTER_CONTEXT_FULL);
  EXPECT_EQ(step(std::vector<int64_t>(HANDWRITTEN_LENGTH, 1)), SINTER_OK);
  EXPECT_EQ(step({1}), SINTER_CONTEXT_FULL);
  const int64_t One = 1;
  EXPECT_EQ(sinter_generate(S.get(), &One, 1, nullptr, nullptr, nullptr,
                            nullptr, &Error),
            SINTER_CONTEXT_FULL);
}

TEST_F(StatusTest, Unsupported) {
  sinter_artifact A = *handwritten_sinter_query();
  A.step = nullptr;
  const Model Forward = openLinked(&A);
  S = createSession(Forward);
  EXPECT_EQ(step({1}), SINTER_UNSUPPORTED);
  A = *handwritten_sinter_query();
  A.forward = nullptr;
  const Model Decoder = openLinked(&A);
  S = createSession(Decoder);
  const sinter_tensor *Outputs;
  EXPECT_EQ(sinter_session_forward(S.get(), nullptr, 0, &Outputs, &Error),
            SINTER_UNSUPPORTED);
}

TEST_F(StatusTest, ModelFault) {
  EXPECT_EQ(step({1, HANDWRITTEN_FAULT_TOKEN}), SINTER_MODEL_FAULT);
  EXPECT_TRUE(says(Error, "/embed/Gather: index out of range"));
  const int64_t Nan = HANDWRITTEN_NAN_TOKEN;
  EXPECT_EQ(sinter_generate(S.get(), &Nan, 1, nullptr, nullptr, nullptr,
                            nullptr, &Error),
            SINTER_MODEL_FAULT);
  EXPECT_TRUE(says(Error, "NaN"));
}

TEST_F(StatusTest, System) {
#if defined(__SANITIZE_ADDRESS__) || defined(__has_feature)
#if defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "the sanitizer maps terabytes";
#elif __has_feature(address_sanitizer)
  GTEST_SKIP() << "the sanitizer maps terabytes";
#endif
#endif
  // Too little address space for the stacks of 1000 threads.
  rlimit Old, Small;
  ASSERT_EQ(getrlimit(RLIMIT_AS, &Old), 0);
  Small = Old;
  Small.rlim_cur = 400u << 20;
  ASSERT_EQ(setrlimit(RLIMIT_AS, &Small), 0);
  sinter_session_options O = {};
  O.size = sizeof(O);
  O.threads = 1000;
  sinter_session *Session;
  const sinter_status Status =
      sinter_session_create(M.get(), &O, &Session, &Error);
  setrlimit(RLIMIT_AS, &Old);
  EXPECT_EQ(Status, SINTER_SYSTEM);
  EXPECT_TRUE(says(Error, "of 1000"));
  EXPECT_EQ(Session, nullptr);
}
