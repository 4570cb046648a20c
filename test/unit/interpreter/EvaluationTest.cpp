//===- EvaluationTest.cpp - symbols, checks and errors --------------------===//
#include "Snippet.h"
#include <gtest/gtest.h>

using namespace mlir;
using namespace sinter;

namespace {

const char *const symbolsText = R"mlir(
func.func @f(%x: tensor<?x?xf32, #sinter.dims<"batch", "past + seq">>,
             %y: tensor<?xf32, #sinter.dims<"seq">>)
    -> (tensor<3xi64>, tensor<?xf32, #sinter.dims<"batch*past + batch*seq">>) {
  %s = sinter.symbolic <"batch", "past", "max(past, seq)"> : tensor<3xi64>
  %r = sinter.reshape %x : tensor<?x?xf32, #sinter.dims<"batch", "past + seq">>
    to tensor<?xf32, #sinter.dims<"batch*past + batch*seq">>
  return %s, %r : tensor<3xi64>, tensor<?xf32, #sinter.dims<"batch*past + batch*seq">>
})mlir";

TEST(Symbols, AreBoundByArguments) {
  Snippet snippet;
  ASSERT_TRUE(snippet.parse(symbolsText)) << snippet.errors;
  auto results =
      snippet.run({snippet.reals("f32", {2, 5}, std::vector<double>(10, 1)),
                   snippet.reals("f32", {4}, std::vector<double>(4, 1))});
  ASSERT_TRUE(succeeded(results)) << snippet.errors;
  EXPECT_EQ(std::get<Tensor>((*results)[0]).toInts(),
            (std::vector<int64_t>{2, 1, 4}));
  EXPECT_EQ(std::get<Tensor>((*results)[1]).shapeText(), "[10]");
}

TEST(Symbols, MustFit) {
  Snippet snippet;
  ASSERT_TRUE(snippet.parse(symbolsText)) << snippet.errors;
  EXPECT_TRUE(failed(
      snippet.run({snippet.reals("f32", {2, 3}, std::vector<double>(6, 1)),
                   snippet.reals("f32", {4}, std::vector<double>(4, 1))})));
  EXPECT_NE(snippet.errors.find("symbol 'past' would be -1"), std::string::npos)
      << snippet.errors;
  snippet.errors.clear();
  ASSERT_TRUE(snippet.parse(R"mlir(
func.func @f(%x: tensor<?xf32, #sinter.dims<"n">>,
             %y: tensor<?xf32, #sinter.dims<"2*n">>) { return })mlir"));
  EXPECT_TRUE(failed(snippet.run({snippet.reals("f32", {2}, {1, 2}),
                                  snippet.reals("f32", {3}, {1, 2, 3})})));
  EXPECT_NE(snippet.errors.find("size 3 of dimension 0 is not '2*n' = 4"),
            std::string::npos)
      << snippet.errors;
}

TEST(Evaluation, ChecksWhatTypesSay) {
  Snippet snippet;
  // The type claims that n + 1 rows come out of n.
  ASSERT_TRUE(snippet.parse(R"mlir(
func.func @f(%x: tensor<?xf32, #sinter.dims<"n">>, %s: tensor<1xi64>)
    -> tensor<?xf32, #sinter.dims<"n + 1">> {
  %y = sinter.reshape %x shape %s : tensor<1xi64>
    : tensor<?xf32, #sinter.dims<"n">> to tensor<?xf32, #sinter.dims<"n + 1">>
  return %y : tensor<?xf32, #sinter.dims<"n + 1">>
})mlir"))
      << snippet.errors;
  EXPECT_TRUE(failed(snippet.run(
      {snippet.reals("f32", {2}, {1, 2}), snippet.ints("i64", {1}, {-1})})));
  EXPECT_NE(snippet.errors.find("computes shape [2]"), std::string::npos)
      << snippet.errors;
}

TEST(Evaluation, RefusesWrongArguments) {
  Snippet snippet;
  ASSERT_TRUE(snippet.parse("func.func @f(%x: tensor<2xf32>) { return }"));
  EXPECT_TRUE(failed(snippet.run({})));
  EXPECT_TRUE(failed(snippet.run({snippet.reals("f32", {3}, {1, 2, 3})})));
  EXPECT_TRUE(failed(snippet.run({snippet.reals("f16", {2}, {1, 2})})));
  EXPECT_TRUE(failed(snippet.run({Scalar::ofIndex(2)})));
  EXPECT_TRUE(succeeded(snippet.run({snippet.reals("f32", {2}, {1, 2})})));
}

struct RuntimeError {
  const char *op, *message;
};
class Errors : public testing::TestWithParam<RuntimeError> {};

// Errors that only values show; none may crash, and quiet ones say nothing.
TEST_P(Errors, AreReportedOnTheOp) {
  Snippet snippet;
  std::string text =
      "func.func @f(%x: tensor<2x3xf32>, %i: tensor<2xi64>, %n: tensor<i64>) "
      "{\n%y = " +
      std::string(GetParam().op) + "\nreturn }";
  ASSERT_TRUE(snippet.parse(text)) << text << snippet.errors;
  std::vector<Datum> arguments{snippet.reals("f32", {2, 3}, {1, 2, 3, 4, 5, 6}),
                               snippet.ints("i64", {2}, {-3, 7}),
                               snippet.ints("i64", {}, {0})};
  EvaluationOptions quiet;
  quiet.quiet = true;
  EXPECT_TRUE(failed(snippet.run(arguments, quiet)));
  EXPECT_EQ(snippet.errors, "");
  EXPECT_TRUE(failed(snippet.run(arguments)));
  EXPECT_NE(snippet.errors.find(GetParam().message), std::string::npos)
      << snippet.errors;
}

INSTANTIATE_TEST_SUITE_P(
    Interpreter, Errors,
    testing::Values(
        RuntimeError{"sinter.gather %x[%i] axis 0 : tensor<2x3xf32>, "
                     "tensor<2xi64>",
                     "'sinter.gather' op index -3 is outside -2 .. 1"},
        RuntimeError{"sinter.reshape %x shape %i : tensor<2xi64> : "
                     "tensor<2x3xf32> to tensor<?x?xf32>",
                     "cannot reshape to [-3, 7]"},
        RuntimeError{"sinter.broadcast_to %x shape %i : tensor<2xi64> : "
                     "tensor<2x3xf32> to tensor<?x?xf32>",
                     "does not broadcast"},
        RuntimeError{"sinter.div %i, %n : tensor<2xi64>, tensor<i64>",
                     "divides an integer by 0"},
        RuntimeError{"sinter.range %n, %n, %n : tensor<i64> to tensor<?xi64>",
                     "steps by 0"},
        RuntimeError{"sinter.pow %n, %i : tensor<i64>, tensor<2xi64>",
                     "raises 0 to a negative power"},
        RuntimeError{"sinter.slice %x from %i to %i : tensor<2xi64>, "
                     "tensor<2xi64> axes %i : tensor<2xi64> : tensor<2x3xf32> "
                     "-> tensor<?x?xf32>",
                     "axis -3 with step 1 does not fit rank 2"},
        RuntimeError{"math.absf %x : tensor<2x3xf32>\n%z = sinter.param \"w\" "
                     "in \"w\"[0, 4] : tensor<1xf32>",
                     "no weights are at hand"}));

TEST(Tensor, WritesDoNotLeakIntoCopies) {
  Snippet snippet;
  Tensor a = snippet.ints("i32", {2}, {1, 2}), b = a;
  b.setInt(0, 9);
  EXPECT_EQ(a.toInts(), (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(b.toInts(), (std::vector<int64_t>{9, 2}));
}

TEST(Tensor, AttributesRoundTrip) {
  Snippet snippet;
  for (const char *element : {"f16", "bf16", "f32", "f64", "i1", "i8", "i64",
                              "ui8", "ui16", "ui32", "ui64"}) {
    Tensor tensor(snippet.type(element), {2, 2});
    bool isReal = isFloat(tensor.getKind());
    for (int64_t i = 0; i < 4; ++i)
      isReal ? tensor.setDouble(i, i / 2.0) : tensor.setInt(i, i & 1);
    auto type = RankedTensorType::get({2, 2}, tensor.getElement());
    auto back = Tensor::ofAttr(tensor.toAttr(type));
    ASSERT_TRUE(back.has_value()) << element;
    EXPECT_EQ(back->toDoubles(), tensor.toDoubles()) << element;
    // A splat.
    Tensor same(snippet.type(element), {2, 2});
    for (int64_t i = 0; i < 4; ++i)
      isReal ? same.setDouble(i, 1) : same.setInt(i, 1);
    back = Tensor::ofAttr(same.toAttr(type));
    ASSERT_TRUE(back.has_value()) << element;
    EXPECT_EQ(back->toDoubles(), std::vector<double>(4, 1)) << element;
  }
}

TEST(Tensor, RefusesImpossibleSizes) {
  EXPECT_TRUE(Tensor::fits(ElementKind::f32, {0, INT64_MAX, INT64_MAX}));
  EXPECT_FALSE(Tensor::fits(ElementKind::f32, {INT64_MAX, 8}));
  EXPECT_FALSE(Tensor::fits(ElementKind::f32, {-1}));
  EXPECT_FALSE(Tensor::fits(ElementKind::f64, {int64_t(1) << 50}));
}

} // namespace
