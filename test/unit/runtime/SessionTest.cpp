//===- SessionTest.cpp - step, position, rewind ---------------------------===//
#include "Handles.h"

using namespace sinter::test;

/// The logits that paper gives for every position of these ids.
static std::vector<float> expected(const std::vector<int64_t> &Ids) {
  std::vector<float> Out;
  for (size_t N = 1; N <= Ids.size(); ++N)
    for (int64_t V = 0; V < HANDWRITTEN_VOCAB; ++V)
      Out.push_back(
          handwrittenLogit(handwrittenNext(Ids.data(), int64_t(N)), V));
  return Out;
}

static std::vector<int64_t> someIds(size_t Count) {
  std::vector<int64_t> Ids;
  for (size_t I = 0; I < Count; ++I)
    Ids.push_back(int64_t(7 * I * I + 3) % 59);
  return Ids;
}

TEST(SessionTest, PaperResults) {
  const int64_t Ids[] = {1, 2, 3};
  // h = 1 + 4 + 9 = 14; 5 * 14 + 3 * 3 = 79 = 64 + 15
  EXPECT_EQ(handwrittenNext(Ids, 3), 15);
  // distance 2 the short way around the circle, weight (63 mod 7) / 8 = 0
  EXPECT_EQ(handwrittenLogit(1, 63), -2.0f);
  EXPECT_EQ(handwrittenLogit(15, 12), -3.0f + 5 / 8.0f);
}

TEST(SessionTest, AnyChunksAndThreadsGiveTheSameRows) {
  const Model M = openLinked();
  const std::vector<int64_t> Ids = someIds(HANDWRITTEN_LENGTH);
  const std::vector<float> Want = expected(Ids);
  for (int Threads = 1; Threads <= 8; ++Threads)
    for (int64_t Chunk : {1, 3, 8}) {
      const Session S = createSession(M, Threads, Chunk);
      EXPECT_EQ(sinter_session_threads(S.get()), Threads);
      std::vector<float> Got(Want.size());
      sinter_error Error;
      ASSERT_EQ(sinter_session_step(S.get(), Ids.data(), int64_t(Ids.size()), 0,
                                    int64_t(Ids.size()), Got.data(), &Error),
                SINTER_OK)
          << Error.message;
      EXPECT_EQ(Got, Want) << Threads << " threads, chunk " << Chunk;
      EXPECT_EQ(sinter_session_position(S.get()), HANDWRITTEN_LENGTH);
    }
}

TEST(SessionTest, TracesWhatEachThreadBegins) {
  const Model M = openLinked();
  const Session S = createSession(M, 2);
  const std::vector<int64_t> Ids = someIds(5);
  std::vector<float> Got(size_t(5) * HANDWRITTEN_VOCAB);
  std::vector<sinter_trace_event> Events[2];
  sinter_trace_track Tracks[2] = {};
  for (int I = 0; I < 2; ++I) {
    Events[I].resize(4, {0, 77, 77});
    Tracks[I].events = Events[I].data();
    Tracks[I].capacity = 3;
  }
  const auto Step = [&] {
    ASSERT_EQ(sinter_session_rewind(S.get(), 0, nullptr), SINTER_OK);
    ASSERT_EQ(
        sinter_session_step(S.get(), Ids.data(), 5, 0, 5, Got.data(), nullptr),
        SINTER_OK);
  };
  sinter_session_trace(S.get(), Tracks);
  Step();
  EXPECT_EQ(Got, expected(Ids));
  // The gather is member 0's; what does not fit is counted.
  EXPECT_EQ(Tracks[0].count, 12);
  EXPECT_EQ(Tracks[1].count, 11);
  const int32_t Points[2][4] = {{0, -1, 1, 77}, {-1, 1, -1, 77}};
  for (int I = 0; I < 2; ++I)
    for (size_t J = 0; J < 4; ++J) {
      EXPECT_EQ(Events[I][J].point, Points[I][J]) << I << " " << J;
      if (J && J < 3)
        EXPECT_GE(Events[I][J].ticks, Events[I][J - 1].ticks);
    }
  sinter_session_trace(S.get(), nullptr);
  Step();
  EXPECT_EQ(Tracks[0].count, 12);
  sinter_session_trace(nullptr, Tracks); // nothing
}

TEST(SessionTest, OnlyTheTrailingRowsAreWritten) {
  const Model M = openLinked();
  const std::vector<int64_t> Ids = someIds(21);
  const std::vector<float> All = expected(Ids);
  for (int64_t Rows = 0; Rows <= 21; ++Rows) {
    const Session S = createSession(M, 2);
    const size_t Size = size_t(Rows) * HANDWRITTEN_VOCAB;
    std::vector<float> Got(Size + 1, 77);
    ASSERT_EQ(sinter_session_step(S.get(), Ids.data(), 21, 0, Rows, Got.data(),
                                  nullptr),
              SINTER_OK);
    EXPECT_EQ(Got.back(), 77) << "written past the end";
    Got.pop_back();
    EXPECT_EQ(Got,
              std::vector<float>(All.end() - std::ptrdiff_t(Size), All.end()))
        << Rows;
  }
}

TEST(SessionTest, RewindForgets) {
  const Model M = openLinked();
  const Session S = createSession(M);
  const std::vector<int64_t> First = {5, 6, 7, 8, 9}, Second = {5, 6, 40};
  sinter_error Error;
  ASSERT_EQ(
      sinter_session_step(S.get(), First.data(), 5, 0, 0, nullptr, &Error),
      SINTER_OK);
  ASSERT_EQ(sinter_session_rewind(S.get(), 2, &Error), SINTER_OK);
  float Row[HANDWRITTEN_VOCAB];
  ASSERT_EQ(sinter_session_step(S.get(), &Second[2], 1, 0, 1, Row, &Error),
            SINTER_OK);
  EXPECT_EQ(sinter_session_position(S.get()), 3);
  EXPECT_EQ(std::vector<int64_t>(sinter_session_tokens(S.get()),
                                 sinter_session_tokens(S.get()) + 3),
            Second);
  const std::vector<float> Want = expected(Second);
  EXPECT_EQ(std::vector<float>(Row, Row + HANDWRITTEN_VOCAB),
            std::vector<float>(Want.end() - HANDWRITTEN_VOCAB, Want.end()));
}

/// A model whose cache keeps the last 11 ids, of which a step sees 3.
static Model openWindow() {
  sinter_open_options Options = {};
  Options.size = sizeof(Options);
  Options.weights = WeightsPath.c_str();
  sinter_error Error;
  sinter_model *M = nullptr;
  EXPECT_EQ(sinter_model_open(MODELS "/window.so", &Options, &M, &Error),
            SINTER_OK)
      << Error.message;
  return Model(M);
}

TEST(SessionTest, RewindBehindAWindowStepsAgain) {
  const Model M = openWindow();
  const std::vector<int64_t> Ids = someIds(32);
  const int64_t Fault = HANDWRITTEN_FAULT_TOKEN;
  // The last row after the first `Count` ids, without any way back.
  auto Fresh = [&](int64_t Count) {
    const Session S = createSession(M);
    std::vector<float> Row(HANDWRITTEN_VOCAB);
    EXPECT_EQ(sinter_session_step(S.get(), Ids.data(), Count, 0, 1, Row.data(),
                                  nullptr),
              SINTER_OK);
    return Row;
  };
  // What the fourth id before the last was does not count.
  std::vector<int64_t> Other = Ids;
  Other[2] = 1;
  {
    const Session S = createSession(M);
    std::vector<float> Row(HANDWRITTEN_VOCAB);
    ASSERT_EQ(sinter_session_step(S.get(), Other.data(), 6, 0, 1, Row.data(),
                                  nullptr),
              SINTER_OK);
    EXPECT_EQ(Row, Fresh(6));
  }
  const Session S = createSession(M, 2);
  sinter_error Error;
  for (int64_t From : {30, 25, 12}) // reached by stepping to it from 0
    for (int64_t To : {29, 20, 11, 3, 1}) {
      if (To >= From)
        continue;
      std::vector<float> Row(HANDWRITTEN_VOCAB);
      ASSERT_EQ(sinter_session_rewind(S.get(), 0, &Error), SINTER_OK);
      ASSERT_EQ(
          sinter_session_step(S.get(), Ids.data(), From, 0, 0, nullptr, &Error),
          SINTER_OK);
      ASSERT_EQ(sinter_session_rewind(S.get(), To, &Error), SINTER_OK);
      ASSERT_EQ(
          sinter_session_step(S.get(), &Ids[To], 1, 0, 1, Row.data(), &Error),
          SINTER_OK);
      EXPECT_EQ(Row, Fresh(To + 1)) << From << " " << To;
      EXPECT_EQ(sinter_session_position(S.get()), To + 1);
      // Back once more, to what was just written anew.
      ASSERT_EQ(sinter_session_rewind(S.get(), To, &Error), SINTER_OK);
      ASSERT_EQ(
          sinter_session_step(S.get(), &Ids[To], 2, 0, 1, Row.data(), &Error),
          SINTER_OK);
      EXPECT_EQ(Row, Fresh(To + 2)) << From << " " << To;
    }
  // A step that fails in its last chunk has let go of what was before it.
  std::vector<int64_t> Bad(Ids.begin() + 6, Ids.begin() + 26);
  Bad.back() = Fault;
  std::vector<float> Row(HANDWRITTEN_VOCAB);
  ASSERT_EQ(sinter_session_rewind(S.get(), 0, &Error), SINTER_OK);
  ASSERT_EQ(sinter_session_step(S.get(), Ids.data(), 6, 0, 0, nullptr, &Error),
            SINTER_OK);
  EXPECT_EQ(sinter_session_step(S.get(), Bad.data(), 20, 0, 0, nullptr, &Error),
            SINTER_MODEL_FAULT);
  EXPECT_EQ(sinter_session_position(S.get()), 6);
  ASSERT_EQ(sinter_session_step(S.get(), &Ids[6], 1, 0, 1, Row.data(), &Error),
            SINTER_OK);
  EXPECT_EQ(Row, Fresh(7));
}

TEST(SessionTest, SessionsAreIndependentAndOutliveTheModel) {
  Model M = openLinked();
  const Session A = createSession(M, 2), B = createSession(M, 2);
  M.reset();
  const std::vector<int64_t> IdsA = someIds(9), IdsB = {4, 4, 4};
  float RowA[HANDWRITTEN_VOCAB], RowB[HANDWRITTEN_VOCAB];
  ASSERT_EQ(
      sinter_session_step(A.get(), IdsA.data(), 5, 9, 0, nullptr, nullptr),
      SINTER_OK);
  ASSERT_EQ(sinter_session_step(B.get(), IdsB.data(), 3, 0, 1, RowB, nullptr),
            SINTER_OK);
  ASSERT_EQ(
      sinter_session_step(A.get(), IdsA.data() + 5, 4, 9, 1, RowA, nullptr),
      SINTER_OK);
  EXPECT_EQ(RowA[2], handwrittenLogit(handwrittenNext(IdsA.data(), 9), 2));
  EXPECT_EQ(RowB[2], handwrittenLogit(handwrittenNext(IdsB.data(), 3), 2));
}

TEST(SessionTest, AFailedStepChangesNothing) {
  const Model M = openLinked();
  const Session S = createSession(M, 2, 2);
  std::vector<int64_t> Ids = {1, 2, 3, HANDWRITTEN_FAULT_TOKEN, 5};
  sinter_error Error;
  // The fault is in the second chunk.
  EXPECT_EQ(sinter_session_step(S.get(), Ids.data(), 5, 0, 0, nullptr, &Error),
            SINTER_MODEL_FAULT);
  EXPECT_TRUE(says(Error, "/embed/Gather: index out of range"));
  EXPECT_EQ(sinter_session_position(S.get()), 0);
  Ids[3] = 4;
  float Row[HANDWRITTEN_VOCAB];
  ASSERT_EQ(sinter_session_step(S.get(), Ids.data(), 5, 0, 1, Row, &Error),
            SINTER_OK);
  EXPECT_EQ(Row[9], handwrittenLogit(handwrittenNext(Ids.data(), 5), 9));
}

//===--- A decoder without a cache
//-------------------------------------------===

static int64_t RecomputedSegments[64], RecomputedCalls;

/// Wants the whole prefix; says what it was given.
static int32_t recompute(const sinter_call *Call, int32_t Member, int32_t) {
  const sinter_segment &S = *Call->segments;
  if (Member)
    return 0;
  RecomputedSegments[RecomputedCalls++ % 64] = S.count;
  if (S.position || S.total < S.count) {
    *Call->fault = 2;
    return 1;
  }
  for (int64_t Row = S.count - S.logits_rows, Out = 0; Row < S.count;
       ++Row, ++Out)
    for (int64_t V = 0; V < HANDWRITTEN_VOCAB; ++V)
      Call->logits[Out * HANDWRITTEN_VOCAB + V] =
          handwrittenLogit(handwrittenNext(Call->tokens, Row + 1), V);
  return 0;
}

TEST(SessionTest, RecomputingDecodersGetTheWholePrefix) {
  sinter_artifact A = *handwritten_sinter_query();
  A.step = recompute;
  A.recomputes = 1;
  A.cache_bytes = 0;
  A.prefill_chunk = A.max_length;
  const Model M = openLinked(&A);
  const Session S = createSession(M, 2);
  const std::vector<int64_t> Ids = someIds(9);
  std::vector<float> Got(9 * HANDWRITTEN_VOCAB);
  RecomputedCalls = 0;
  ASSERT_EQ(
      sinter_session_step(S.get(), Ids.data(), 4, 0, 4, Got.data(), nullptr),
      SINTER_OK);
  ASSERT_EQ(sinter_session_step(S.get(), Ids.data() + 4, 5, 0, 5,
                                Got.data() + 4 * HANDWRITTEN_VOCAB, nullptr),
            SINTER_OK);
  EXPECT_EQ(Got, expected(Ids));
  EXPECT_EQ(RecomputedCalls, 2);
  EXPECT_EQ(RecomputedSegments[0], 4);
  EXPECT_EQ(RecomputedSegments[1], 9);
}
