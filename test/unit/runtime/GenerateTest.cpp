//===- GenerateTest.cpp - ids in, ids out, and why it ended ---------------===//
#include "Handles.h"

using namespace sinter::test;

namespace {
struct Taken {
  std::vector<int64_t> Ids;
  sinter_generate_result Result = {};
  sinter_status Status = SINTER_OK;
  sinter_error Error = {};
  int64_t StopAfter = -1;
  volatile int *CancelAfter = nullptr;
};
} // namespace

static int32_t onToken(void *User, int64_t Id) {
  Taken &R = *static_cast<Taken *>(User);
  R.Ids.push_back(Id);
  if (R.CancelAfter)
    *R.CancelAfter = 1;
  return int64_t(R.Ids.size()) == R.StopAfter;
}

static sinter_generate_options options(int64_t New) {
  sinter_generate_options O = {};
  O.size = sizeof(O);
  O.max_new_tokens = New;
  return O;
}

static void generate(Taken &R, const Session &S, std::vector<int64_t> Prompt,
                     const sinter_generate_options &O) {
  R.Status = sinter_generate(S.get(), Prompt.data(), int64_t(Prompt.size()), &O,
                             onToken, &R, &R.Result, &R.Error);
}

/// What greedy must give: the model's next id again and again.
static std::vector<int64_t> greedy(std::vector<int64_t> Ids, size_t New) {
  const size_t Prompt = Ids.size();
  while (Ids.size() < Prompt + New) {
    // The weights can lift a neighbour above the centre.
    const int64_t Next = handwrittenNext(Ids.data(), int64_t(Ids.size()));
    int64_t Best = 0;
    for (int64_t V = 1; V < HANDWRITTEN_VOCAB; ++V)
      if (handwrittenLogit(Next, V) > handwrittenLogit(Next, Best))
        Best = V;
    Ids.push_back(Best);
  }
  return {Ids.begin() + std::ptrdiff_t(Prompt), Ids.end()};
}

TEST(GenerateTest, GreedyIsTheLargestEachTime) {
  const Model M = openLinked();
  for (int Threads : {1, 2, 5}) {
    const Session S = createSession(M, Threads);
    Taken R;
    generate(R, S, {1, 2, 3}, options(8));
    ASSERT_EQ(R.Status, SINTER_OK) << R.Error.message;
    EXPECT_EQ(R.Ids, greedy({1, 2, 3}, 8));
    EXPECT_EQ(R.Result.stop_reason, SINTER_STOP_LENGTH);
    EXPECT_EQ(R.Result.generated, 8);
    EXPECT_GT(R.Result.prefill_s, 0);
    EXPECT_GT(R.Result.decode_s, 0);
    // The last id was delivered, not stepped.
    EXPECT_EQ(sinter_session_position(S.get()), 10);
  }
}

TEST(GenerateTest, EndIdEndsAndIsDelivered) {
  const Model M = openLinked();
  const std::vector<int64_t> Free = greedy({1, 2, 3}, 8);
  const Session S = createSession(M);
  sinter_generate_options O = options(8);
  const int64_t End = Free[4];
  O.end_ids = &End;
  O.end_id_count = 1;
  Taken R;
  generate(R, S, {1, 2, 3}, O);
  EXPECT_EQ(R.Ids, std::vector<int64_t>(Free.begin(), Free.begin() + 5));
  EXPECT_EQ(R.Result.stop_reason, SINTER_STOP_EOS);

  ASSERT_EQ(sinter_session_rewind(S.get(), 0, nullptr), SINTER_OK);
  O.ignore_eos = 1;
  Taken Ignoring;
  generate(Ignoring, S, {1, 2, 3}, O);
  EXPECT_EQ(Ignoring.Ids, Free);
  EXPECT_EQ(Ignoring.Result.stop_reason, SINTER_STOP_LENGTH);
}

TEST(GenerateTest, TheModelsOwnEndIdEnds) {
  sinter_artifact A = *handwritten_sinter_query();
  const std::vector<int64_t> Free = greedy({1, 2, 3}, 8);
  A.end_ids = &Free[3];
  const Model M = openLinked(&A);
  const Session S = createSession(M);
  Taken R;
  generate(R, S, {1, 2, 3}, options(8));
  EXPECT_EQ(R.Ids.size(), 4u);
  EXPECT_EQ(R.Result.stop_reason, SINTER_STOP_EOS);
}

TEST(GenerateTest, AFullCacheEndsWithLength) {
  const Model M = openLinked();
  const Session S = createSession(M);
  std::vector<int64_t> Prompt(HANDWRITTEN_LENGTH - 2, 3);
  Taken R;
  sinter_generate_options O = options(0); // until the cache is full
  O.ignore_eos = 1;
  generate(R, S, Prompt, O);
  ASSERT_EQ(R.Status, SINTER_OK) << R.Error.message;
  // Two more rows fit; the id after the last row needs none.
  EXPECT_EQ(R.Ids.size(), 3u);
  EXPECT_EQ(R.Result.stop_reason, SINTER_STOP_LENGTH);
  EXPECT_EQ(sinter_session_position(S.get()), HANDWRITTEN_LENGTH);
}

TEST(GenerateTest, TheCallbackEnds) {
  const Model M = openLinked();
  const Session S = createSession(M);
  Taken R;
  R.StopAfter = 3;
  generate(R, S, {1, 2, 3}, options(8));
  EXPECT_EQ(R.Ids, greedy({1, 2, 3}, 3));
  EXPECT_EQ(R.Result.stop_reason, SINTER_STOP_CALLBACK);
}

TEST(GenerateTest, CancelEndsBeforeTheNextStep) {
  const Model M = openLinked();
  const Session S = createSession(M, 2);
  volatile int Cancel = 0;
  sinter_generate_options O = options(8);
  O.cancel = &Cancel;
  Taken R;
  R.CancelAfter = &Cancel;
  generate(R, S, {1, 2, 3}, O);
  EXPECT_EQ(R.Ids.size(), 1u);
  EXPECT_EQ(R.Result.stop_reason, SINTER_STOP_CANCEL);
  EXPECT_EQ(R.Status, SINTER_OK);

  // Set from the start: nothing runs.
  Taken None;
  generate(None, S, {1}, O);
  EXPECT_TRUE(None.Ids.empty());
  EXPECT_EQ(None.Result.stop_reason, SINTER_STOP_CANCEL);
}

TEST(GenerateTest, GoesOnAtThePosition) {
  const Model M = openLinked();
  const Session S = createSession(M);
  Taken First, Second;
  generate(First, S, {1, 2, 3}, options(4));
  // The last id is not in the cache yet.
  generate(Second, S, {First.Ids.back()}, options(4));
  std::vector<int64_t> Both = First.Ids;
  Both.insert(Both.end(), Second.Ids.begin(), Second.Ids.end());
  EXPECT_EQ(Both, greedy({1, 2, 3}, 8));
}

TEST(GenerateTest, BiasBansAndForces) {
  const Model M = openLinked();
  const Session S = createSession(M);
  const int64_t First = greedy({1, 2, 3}, 1)[0];
  const sinter_logit_bias Biases[] = {{First, -__builtin_inff(), 0},
                                      {50, 100.0f, 0}};
  sinter_generate_options O = options(3);
  O.biases = Biases;
  O.bias_count = 1;
  Taken Banned;
  generate(Banned, S, {1, 2, 3}, O);
  ASSERT_EQ(Banned.Status, SINTER_OK) << Banned.Error.message;
  for (int64_t Id : Banned.Ids)
    EXPECT_NE(Id, First);
  sinter_session_rewind(S.get(), 0, nullptr);
  O.bias_count = 2;
  Taken Forced;
  generate(Forced, S, {1, 2, 3}, O);
  EXPECT_EQ(Forced.Ids, (std::vector<int64_t>{50, 50, 50}));
}

TEST(GenerateTest, SeedDecides) {
  const Model M = openLinked();
  sinter_generate_options O = options(20);
  O.ignore_eos = 1;
  O.temperature = 4;
  const sinter_logit_bias Never[] = {{HANDWRITTEN_FAULT_TOKEN, -1e30f, 0},
                                     {HANDWRITTEN_NAN_TOKEN, -1e30f, 0}};
  O.biases = Never;
  O.bias_count = 2;
  std::vector<std::vector<int64_t>> Seen;
  for (uint64_t Seed : {1u, 1u, 2u, 3u}) {
    const Session S = createSession(M, 1 + int(Seed) % 3);
    O.seed = Seed;
    Taken R;
    generate(R, S, {1, 2, 3}, O);
    ASSERT_EQ(R.Status, SINTER_OK) << R.Error.message;
    Seen.push_back(R.Ids);
  }
  EXPECT_EQ(Seen[0], Seen[1]);
  EXPECT_NE(Seen[0], Seen[2]);
  EXPECT_NE(Seen[2], Seen[3]);
}
