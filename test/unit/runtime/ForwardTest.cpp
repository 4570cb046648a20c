//===- ForwardTest.cpp - named inputs to named outputs --------------------===//
#include "Handles.h"

using namespace sinter::test;

namespace {
class ForwardTest : public ::testing::Test {
protected:
  Model M = openLinked();
  Session S = createSession(M, 2);
  float X[6] = {1, 2, 3, 4, 5, 6};
  int64_t K[2] = {10, 20};
  int64_t XDims[2] = {2, 3}, KDims[1] = {2};
  sinter_tensor Inputs[2] = {
      {"k", SINTER_ELEMENT_I64, 1, KDims, K}, // any order
      {"x", SINTER_ELEMENT_F32, 2, XDims, X}};
  const sinter_tensor *Outputs = nullptr;
  sinter_error Error;

  sinter_status run(int32_t Count = 2) {
    return sinter_session_forward(S.get(), Inputs, Count, &Outputs, &Error);
  }
};
} // namespace

TEST_F(ForwardTest, GivesShapesAndData) {
  ASSERT_EQ(run(), SINTER_OK) << Error.message;
  EXPECT_STREQ(Outputs[0].name, "twice");
  ASSERT_EQ(Outputs[0].rank, 2);
  EXPECT_EQ(Outputs[0].dims[0], 2);
  EXPECT_EQ(Outputs[0].dims[1], 3);
  EXPECT_EQ(static_cast<float *>(Outputs[0].data)[5], 12);
  EXPECT_EQ(Outputs[1].rank, 0);
  EXPECT_EQ(*static_cast<float *>(Outputs[1].data), 21);
  EXPECT_EQ(Outputs[2].element, SINTER_ELEMENT_I64);
  ASSERT_EQ(Outputs[2].dims[0], 3);
  EXPECT_EQ(static_cast<int64_t *>(Outputs[2].data)[2], 30);
  for (int I = 0; I < 3; ++I)
    EXPECT_EQ(reinterpret_cast<uintptr_t>(Outputs[I].data) % SINTER_ALIGNMENT,
              0u);
}

TEST_F(ForwardTest, GrowsAndShrinksAndTakesNothing) {
  ASSERT_EQ(run(), SINTER_OK);
  std::vector<float> Large(3 * 5000, 1);
  std::vector<int64_t> Keys(5000, 1);
  Inputs[0].data = Keys.data();
  Inputs[1].data = Large.data();
  XDims[0] = KDims[0] = 5000;
  ASSERT_EQ(run(), SINTER_OK) << Error.message;
  EXPECT_EQ(*static_cast<float *>(Outputs[1].data), 15000);
  EXPECT_EQ(static_cast<int64_t *>(Outputs[2].data)[5000], 5000);
  XDims[0] = KDims[0] = 0;
  Inputs[0].data = Inputs[1].data = nullptr;
  ASSERT_EQ(run(), SINTER_OK) << Error.message;
  EXPECT_EQ(*static_cast<float *>(Outputs[1].data), 0);
  EXPECT_EQ(Outputs[2].dims[0], 1);
}

TEST_F(ForwardTest, RefusesWhatDoesNotFit) {
  const auto Refused = [&](const char *Text, int32_t Count = 2) {
    EXPECT_EQ(run(Count), SINTER_INVALID_ARGUMENT) << Text;
    EXPECT_TRUE(says(Error, Text));
    EXPECT_EQ(Outputs, nullptr);
  };
  Refused("input 'x' of 'handwritten' is missing", 1);
  Inputs[0].name = "x";
  Refused("element type 7"); // the first x has k's type
  Inputs[0] = Inputs[1];
  Refused("given twice");
  Inputs[0] = {"q", SINTER_ELEMENT_I64, 1, KDims, K};
  Refused("no input named 'q'");
  Inputs[0] = {nullptr, SINTER_ELEMENT_I64, 1, KDims, K};
  Refused("no input named");
  Inputs[0] = {"k", SINTER_ELEMENT_I64, 2, XDims, K};
  Refused("has 2 dimensions");
  Inputs[0] = {"k", SINTER_ELEMENT_I64, 1, nullptr, K};
  Refused("dimensions");
  Inputs[0] = {"k", SINTER_ELEMENT_I64, 1, KDims, nullptr};
  Refused("no data");
  Inputs[0] = {"k", SINTER_ELEMENT_I64, 1, KDims, K};
  KDims[0] = 3;
  Refused("dimension 0 of input 'k' is 3, but 'n' is 2");
  KDims[0] = -1;
  Refused("negative dimension");
  KDims[0] = INT64_MAX;
  Refused("2^63 bytes");
  KDims[0] = 2;
  XDims[1] = 4;
  Refused("compiled for 3");
}

TEST_F(ForwardTest, UnboundSymbolsAreRefused) {
  sinter_artifact A = *handwritten_sinter_query();
  static const char *const Symbols[] = {"n", "past"};
  A.symbols = Symbols;
  A.symbol_count = 2;
  M = openLinked(&A);
  S = createSession(M);
  EXPECT_EQ(run(), SINTER_UNSUPPORTED);
  EXPECT_TRUE(says(Error, "--dim past=N"));
}

namespace {
/// Two uses of one model: the false one doubles x, the true one writes 7s.
struct Uses {
  sinter_artifact False = *handwritten_sinter_query(), True = False;
  sinter_tensor_info Inputs[3] = {False.inputs[0],
                                  False.inputs[1],
                                  {"flag", SINTER_ELEMENT_BOOL, 0, nullptr}};

  Uses() {
    for (sinter_artifact *A : {&False, &True})
      A->inputs = Inputs, A->input_count = 3;
    True.forward = [](const sinter_call *Call, int32_t Member, int32_t) {
      for (int64_t I = 0; Member == 0 && I < 3 * Call->dims[0]; ++I)
        static_cast<float *>(Call->outputs[0])[I] = 7;
      return 0;
    };
    False.flag_input = 2;
    False.flag_use = &True;
  }
};
} // namespace

TEST_F(ForwardTest, AFlagChoosesTheUse) {
  const Uses U;
  M = openLinked(&U.False);
  S = createSession(M, 2);
  uint8_t Flag = 0;
  const sinter_tensor All[] = {
      {"flag", SINTER_ELEMENT_BOOL, 0, nullptr, &Flag}, Inputs[0], Inputs[1]};
  for (const float Last : {12.0f, 7.0f, 12.0f}) {
    ASSERT_EQ(sinter_session_forward(S.get(), All, 3, &Outputs, &Error),
              SINTER_OK)
        << Error.message;
    EXPECT_EQ(static_cast<float *>(Outputs[0].data)[5], Last);
    Flag = !Flag;
  }
  EXPECT_EQ(run(), SINTER_INVALID_ARGUMENT);
  EXPECT_TRUE(says(Error, "input 'flag' of 'handwritten' is missing"));
}

TEST_F(ForwardTest, UsesThatDoNotFitAreRefused) {
  const auto Refused = [&](auto Change, const char *Field) {
    Uses U;
    Change(U);
    sinter_open_options Options = {};
    Options.size = sizeof(Options);
    Options.weights = WeightsPath.c_str();
    sinter_model *Model;
    EXPECT_EQ(sinter_model_open_artifact(&U.False, &Options, &Model, &Error),
              SINTER_BAD_OBJECT)
        << Field;
    EXPECT_TRUE(says(Error, Field));
  };
  Refused([](Uses &U) { U.False.flag_input = 3; }, "flag_input is 3");
  Refused([](Uses &U) { U.False.flag_input = -1; }, "flag_input is -1");
  Refused([](Uses &U) { U.False.flag_input = 0; }, "flag_input is 0");
  Refused([](Uses &U) { U.True.flag_use = &U.True; }, "input_count is 3");
  Refused([](Uses &U) { U.True.input_count = 2; }, "input_count is 2");
  Refused([](Uses &U) { U.True.output_count = 2; }, "input_count is 3");
  Refused([](Uses &U) { U.True.forward = nullptr; }, "input_count is 3");
  Refused([](Uses &U) { U.True.magic = 0; }, "magic");
  static const sinter_tensor_info Other[] = {
      {"x", SINTER_ELEMENT_F32, 0, nullptr},
      {"k", SINTER_ELEMENT_I64, 0, nullptr},
      {"flag", SINTER_ELEMENT_BOOL, 0, nullptr}};
  Refused([](Uses &U) { U.True.inputs = Other; }, "flag_use's input is 0");
  Refused([](Uses &U) { U.True.outputs = Other; }, "flag_use's output is 0");
}
