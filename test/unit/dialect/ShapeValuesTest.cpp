//===- ShapeValuesTest.cpp - what integer tensors are known to hold -------===//
//
// Every answer is checked against the interpreter under values of the symbols.
//
//===----------------------------------------------------------------------===//
#include "dialects/Sinter/IR/ShapeValues.h"
#include "dialects/Sinter/Interpreter/Evaluation.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/StringExtras.h"
#include <gtest/gtest.h>

using namespace mlir;
using namespace sinter;

namespace {

struct Known {
  const char *name;
  const char *body;     // defines %r from %x : [n, m + 2, 5], %i : [3] of data
  const char *expected; // joined by "; ", or "unknown"
};

const Known cases[] = {
    {"constant",
     "%r = sinter.constant dense<[3, -1]> : tensor<2xi64> : tensor<2xi64>",
     "3; -1"},
    {"unsigned",
     "%r = sinter.constant dense<255> : tensor<1xui8> : tensor<1xui8>", "255"},
    {"boolean",
     "%r = sinter.constant dense<[true, false]> : tensor<2xi1> : tensor<2xi1>",
     "1; 0"},
    {"shape", "%r = sinter.shape_of %x 0 to 3 : !x", "n; m + 2; 5"},
    {"part", "%r = sinter.shape_of %x 1 to 2 : !x", "m + 2"},
    {"data", "%r = sinter.add %i, %i : tensor<3xi64>, tensor<3xi64>",
     "unknown"},
    {"gather",
     "%s = sinter.shape_of %x 0 to 3 : !x\n"
     "%k = sinter.constant dense<-1> : tensor<i64> : tensor<i64>\n"
     "%r = sinter.gather %s[%k] axis 0 : tensor<3xi64>, tensor<i64>",
     "5"},
    {"concat",
     "%s = sinter.shape_of %x 0 to 2 : !x\n"
     "%k = sinter.constant dense<[-1]> : tensor<1xi64> : tensor<1xi64>\n"
     "%r = sinter.concat %s, %k axis 0 : tensor<2xi64>, tensor<1xi64>",
     "n; m + 2; -1"},
    {"slice",
     "%s = sinter.shape_of %x 0 to 3 : !x\n"
     "%r = sinter.slice %s offsets <\"2\"> strides [-2] : tensor<3xi64> -> "
     "tensor<2xi64>",
     "5; n"},
    {"turned",
     "%s = sinter.shape_of %x 0 to 2 : !x\n"
     "%k = sinter.constant dense<[7, 8]> : tensor<2xi64> : tensor<2xi64>\n"
     "%c = sinter.concat %s, %k axis 0 : tensor<2xi64>, tensor<2xi64>\n"
     "%p = sinter.reshape %c : tensor<4xi64> to tensor<2x2xi64>\n"
     "%q = sinter.slice %p offsets <\"1\", \"0\"> strides [-1, 1] : "
     "tensor<2x2xi64> -> tensor<2x2xi64>\n"
     "%r = sinter.transpose %q [1, 0] : tensor<2x2xi64>",
     "7; n; 8; m + 2"},
    {"condition",
     "%s = sinter.shape_of %x 0 to 1 : !x\n"
     "%e = sinter.compare eq, %s, %s : tensor<1xi64>, tensor<1xi64>\n"
     "%n = sinter.not %e : tensor<1xi1>\n"
     "%w = sinter.cast %n : tensor<1xi1> to i64\n"
     "%r = sinter.cast %w : tensor<1xi64> to i1",
     "0"},
    {"product",
     "%s = sinter.shape_of %x 0 to 3 : !x\n"
     "%r = sinter.reduce prod, %s axes [0] : tensor<3xi64>",
     "5*m*n + 10*n"},
    {"sum",
     "%s = sinter.shape_of %x 0 to 3 : !x\n"
     "%r = sinter.reduce sum, %s axes [0] keepdims : tensor<3xi64>",
     "m + n + 7"},
    {"arithmetic",
     "%s = sinter.shape_of %x 0 to 3 : !x\n"
     "%k = sinter.constant dense<2> : tensor<i64> : tensor<i64>\n"
     "%a = sinter.mul %s, %k : tensor<3xi64>, tensor<i64>\n"
     "%b = sinter.sub %a, %s : tensor<3xi64>, tensor<3xi64>\n"
     "%c = sinter.div %a, %k : tensor<3xi64>, tensor<i64>\n"
     "%r = sinter.add %b, %c : tensor<3xi64>, tensor<3xi64>",
     "2*n; 2*m + 4; 10"},
    {"floor_division",
     "%s = sinter.shape_of %x 0 to 1 : !x\n"
     "%k = sinter.constant dense<2> : tensor<i64> : tensor<i64>\n"
     "%r = sinter.div %s, %k : tensor<1xi64>, tensor<i64>",
     "floordiv(n, 2)"},
    {"negative_division", // truncation is not floor
     "%s = sinter.shape_of %x 0 to 1 : !x\n"
     "%g = sinter.neg %s : tensor<1xi64>\n"
     "%k = sinter.constant dense<2> : tensor<i64> : tensor<i64>\n"
     "%r = sinter.div %g, %k : tensor<1xi64>, tensor<i64>",
     "-floordiv(n, 2)"},
    {"division_of_either_sign",
     "%s = sinter.shape_of %x 0 to 1 : !x\n"
     "%t = sinter.constant dense<3> : tensor<1xi64> : tensor<1xi64>\n"
     "%g = sinter.sub %t, %s : tensor<1xi64>, tensor<1xi64>\n"
     "%k = sinter.constant dense<2> : tensor<i64> : tensor<i64>\n"
     "%r = sinter.div %g, %k : tensor<1xi64>, tensor<i64>",
     "min(max(-floordiv(n, 2) + 1, 0), -floordiv(n + 1, 2) + 2)"},
    {"ceil_of_half", // math.ceil(n / 2) * 2, in floats
     "%s = sinter.shape_of %x 0 to 1 : !x\n"
     "%f = sinter.cast %s : tensor<1xi64> to f32\n"
     "%h = sinter.constant dense<0.5> : tensor<f32> : tensor<f32>\n"
     "%m = sinter.mul %f, %h : tensor<1xf32>, tensor<f32>\n"
     "%c = sinter.ceil %m : tensor<1xf32>\n"
     "%d = sinter.div %c, %h : tensor<1xf32>, tensor<f32>\n"
     "%r = sinter.cast %d : tensor<1xf32> to i64",
     "2*floordiv(n + 1, 2)"},
    {"third", // 1 / 3 is no short float
     "%s = sinter.shape_of %x 0 to 1 : !x\n"
     "%f = sinter.cast %s : tensor<1xi64> to f32\n"
     "%h = sinter.constant dense<0.333333343> : tensor<f32> : tensor<f32>\n"
     "%m = sinter.mul %f, %h : tensor<1xf32>, tensor<f32>\n"
     "%r = sinter.cast %m : tensor<1xf32> to i64",
     "unknown"},
    {"negative_constants",
     "%a = sinter.constant dense<-7> : tensor<1xi64> : tensor<1xi64>\n"
     "%k = sinter.constant dense<2> : tensor<i64> : tensor<i64>\n"
     "%r = sinter.div %a, %k : tensor<1xi64>, tensor<i64>",
     "-3 or unknown"},
    {"max",
     "%s = sinter.shape_of %x 0 to 3 : !x\n"
     "%k = sinter.constant dense<1> : tensor<i64> : tensor<i64>\n"
     "%r = sinter.max %s, %k : tensor<3xi64>, tensor<i64>",
     "max(n, 1); m + 2; 5"},
    {"select",
     "%s = sinter.shape_of %x 0 to 2 : !x\n"
     "%k = sinter.constant dense<[-1, 7]> : tensor<2xi64> : tensor<2xi64>\n"
     "%u = sinter.constant dense<-1> : tensor<i64> : tensor<i64>\n"
     "%e = sinter.compare eq, %k, %u : tensor<2xi64>, tensor<i64>\n"
     "%r = sinter.select %e, %s, %k : tensor<2xi1>, tensor<2xi64>, "
     "tensor<2xi64>",
     "n; 7"},
    {"size_is_never_negative",
     "%s = sinter.shape_of %x 0 to 1 : !x\n"
     "%u = sinter.constant dense<-1> : tensor<i64> : tensor<i64>\n"
     "%r = sinter.compare eq, %s, %u : tensor<1xi64>, tensor<i64>",
     "0"},
    {"undecided",
     "%s = sinter.shape_of %x 0 to 1 : !x\n"
     "%u = sinter.constant dense<1> : tensor<i64> : tensor<i64>\n"
     "%r = sinter.compare eq, %s, %u : tensor<1xi64>, tensor<i64>",
     "unknown"},
    {"casts",
     "%s = sinter.shape_of %x 0 to 2 : !x\n"
     "%c = sinter.cast %s : tensor<2xi64> to i32\n"
     "%r = sinter.cast %c : tensor<2xi32> to i64",
     "n; m + 2"},
    {"narrow_cast",
     "%s = sinter.shape_of %x 0 to 1 : !x\n"
     "%r = sinter.cast %s : tensor<1xi64> to i8",
     "unknown"},
    {"range",
     "%s = sinter.symbolic <\"n\"> : tensor<i64>\n"
     "%t = sinter.symbolic <\"n + 6\"> : tensor<i64>\n"
     "%k = sinter.constant dense<2> : tensor<i64> : tensor<i64>\n"
     "%r = sinter.range %s, %t, %k : tensor<i64> to tensor<3xi64>",
     "n; n + 2; n + 4"},
    {"broadcast",
     "%s = sinter.symbolic <\"n\"> : tensor<1xi64>\n"
     "%r = sinter.broadcast_to %s : tensor<1xi64> to tensor<3xi64>",
     "n; n; n"},
};

class Values : public testing::TestWithParam<Known> {};

TEST_P(Values, AreKnownAndTrue) {
  MLIRContext context(MLIRContext::Threading::DISABLED);
  context.loadDialect<SinterDialect, func::FuncDialect>();
  std::string text =
      "!x = tensor<?x?x5xf32, #sinter.dims<\"n\", \"m + 2\", \"5\">>\n"
      "func.func @f(%x: !x, %i: tensor<3xi64>) {\n" +
      std::string(GetParam().body) + "\nreturn }";
  auto module = parseSourceString<ModuleOp>(text, &context);
  ASSERT_TRUE(module) << text;
  auto function = *module->getOps<func::FuncOp>().begin();
  Operation *last = function.getBody().front().getTerminator()->getPrevNode();
  auto values = ShapeValues().get(last->getResult(0));
  SmallVector<std::string> texts;
  if (values)
    for (auto &value : *values)
      texts.push_back(value.str());
  StringRef expected = GetParam().expected;
  std::string got = values ? llvm::join(texts, "; ") : "unknown";
  if (expected.contains(" or "))
    EXPECT_TRUE(got == expected.split(" or ").first ||
                got == expected.split(" or ").second)
        << got;
  else
    EXPECT_EQ(got, expected.str());
  if (!values)
    return;
  // True for several sizes.
  for (auto [n, m] : {std::pair<int64_t, int64_t>{1, 0}, {4, 3}, {7, 2}}) {
    EvaluationOptions options;
    std::optional<Tensor> result;
    options.observer = [&](Operation *op, Evaluation &eval) {
      if (op == last)
        result = eval.tensor(op->getResult(0));
    };
    Tensor x(Float32Type::get(&context), {n, m + 2, 5});
    Tensor i(IntegerType::get(&context, 64), {3});
    ASSERT_TRUE(succeeded(interpretFunction(function, {x, i}, options)));
    ASSERT_TRUE(result.has_value());
    ASSERT_EQ(result->getCount(), int64_t(values->size()));
    for (auto [e, value] : llvm::enumerate(*values))
      EXPECT_EQ(value.evaluate([&](StringRef name) -> std::optional<int64_t> {
        return name == "n" ? n : m;
      }),
                result->getInt(e));
  }
}
// The sizes of tensors say what symbols are at least.
TEST(ShapeValues, SizesBoundSymbols) {
  auto parse = [](StringRef text) { return *DimExpr::parse(text); };
  ShapeValues values;
  EXPECT_FALSE(values.isSize(parse("n - 10")));
  EXPECT_EQ(values.simplify(parse("max(n - 10, 0)")).str(), "max(n - 10, 0)");
  values.addSizes({parse("floordiv(n, 10) - 1"), parse("m - n")});
  EXPECT_TRUE(values.isSize(parse("n - 10")));
  EXPECT_TRUE(values.isSize(parse("floordiv(n - 10, 3)")));
  EXPECT_FALSE(values.isSize(parse("n - 11")));
  EXPECT_FALSE(values.isSize(parse("m - 10")));
  EXPECT_TRUE(values.max(parse("n"), 7) == parse("n"));
  EXPECT_TRUE(values.min(parse("n"), 11) == parse("min(n, 11)"));
  EXPECT_TRUE(values.simplify(parse("2*max(n - 10, 0)*m + min(n, 4) + "
                                    "floordiv(max(n - 3, 0), 2)")) ==
              parse("2*m*n - 20*m + floordiv(n - 3, 2) + 4"));
}

INSTANTIATE_TEST_SUITE_P(ShapeValues, Values, testing::ValuesIn(cases),
                         [](const auto &info) { return info.param.name; });

} // namespace
