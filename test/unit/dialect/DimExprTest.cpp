//===- DimExprTest.cpp - symbolic sizes -----------------------------------===//
//
// The judge of random expressions is int64_t arithmetic on random values of the
// symbols.
//
//===----------------------------------------------------------------------===//
#include "dialects/Sinter/IR/DimExpr.h"
#include "dialects/Sinter/IR/Sinter.h"
#include <gtest/gtest.h>
#include <random>

using namespace sinter;

namespace {

DimExpr parse(llvm::StringRef text) {
  auto expr = DimExpr::parse(text);
  EXPECT_TRUE(expr.has_value()) << text.str();
  return expr.value_or(DimExpr::unknown());
}

struct TextForm {
  const char *text, *canonical;
};
class Canonical : public testing::TestWithParam<TextForm> {};

TEST_P(Canonical, Text) {
  EXPECT_EQ(parse(GetParam().text).str(), GetParam().canonical);
  EXPECT_EQ(parse(GetParam().canonical).str(), GetParam().canonical);
}
INSTANTIATE_TEST_SUITE_P(
    DimExpr, Canonical,
    testing::Values(
        TextForm{"0", "0"}, TextForm{"7", "7"}, TextForm{"-3", "-3"},
        TextForm{"n", "n"}, TextForm{"n + n", "2*n"}, TextForm{"n - n", "0"},
        TextForm{"seq + past", "past + seq"}, TextForm{"2*(n + 1)", "2*n + 2"},
        TextForm{"(a + b)*(a - b)", "a*a - b*b"}, TextForm{"1 + n", "n + 1"},
        TextForm{"-n", "-n"}, TextForm{"- n + 4", "-n + 4"},
        TextForm{"floordiv(4*n + 8, 4)", "n + 2"},
        TextForm{"floordiv(7, 2)", "3"}, TextForm{"floordiv(-7, 2)", "-4"},
        TextForm{"floordiv( n,2 )", "floordiv(n, 2)"},
        // Equal quotients are one text.
        TextForm{"floordiv(n - 4, 4) + 2", "floordiv(n, 4) + 1"},
        TextForm{"floordiv(n - 1, 4)", "floordiv(n + 3, 4) - 1"},
        TextForm{"floordiv(9 - n, 4)", "-floordiv(n + 2, 4) + 2"},
        TextForm{"floordiv(6*n + m, 4)", "floordiv(m + 2*n, 4) + n"},
        TextForm{"floordiv(floordiv(n + 1, 2) + 3, 5)", "floordiv(n + 7, 10)"},
        TextForm{"max(n, n + 1)", "n + 1"}, TextForm{"min(n, n + 1)", "n"},
        TextForm{"max(3, 5)", "5"}, TextForm{"bcast(1, n)", "n"},
        TextForm{"bcast(n, 1)", "n"}, TextForm{"bcast(n, 4)", "4"},
        TextForm{"bcast(a, b)", "bcast(a, b)"}, TextForm{"(n*m*2)", "2*m*n"},
        // What is left of a table where it ends, beside a whole part.
        TextForm{"bcast(min(n, 8), n)", "n"},
        TextForm{"bcast(n, max(min(n + p, 64) - min(p, 64), 0))", "n"},
        TextForm{"bcast(n, max(n, 0) - min(n + 1, 0))", "n"},
        TextForm{"bcast(min(n, 8), m)", "bcast(min(n, 8), m)"},
        TextForm{"9223372036854775807", "9223372036854775807"}));

class Malformed : public testing::TestWithParam<const char *> {};
TEST_P(Malformed, IsRefused) {
  EXPECT_FALSE(DimExpr::parse(GetParam()).has_value());
}
INSTANTIATE_TEST_SUITE_P(DimExpr, Malformed,
                         testing::Values("", " ", "n +", "+ n", "n n", "n(",
                                         "(n", "n)", "max(n)", "max(n, m, 1)",
                                         "frob(n, m)", "n,", "n*", "1 2", "\"",
                                         "99999999999999999999"));

TEST(DimExpr, DeepTextIsRefusedNotCrashed) {
  EXPECT_FALSE(DimExpr::parse(std::string(100000, '(')).has_value());
  EXPECT_FALSE(DimExpr::parse(std::string(4000, '(')).has_value());
  EXPECT_FALSE(DimExpr::parse(std::string(4000, '-')).has_value());
  std::string nested;
  for (int i = 0; i < 200; ++i)
    nested += "max(n, ";
  EXPECT_FALSE(DimExpr::parse(nested).has_value());
}

TEST(DimExpr, UnknownEqualsNothing) {
  DimExpr unknown = DimExpr::unknown(), n = DimExpr::symbol("n");
  EXPECT_TRUE(unknown.isUnknown());
  EXPECT_FALSE(unknown == unknown);
  EXPECT_TRUE((unknown + n).isUnknown());
  EXPECT_TRUE((unknown * n).isUnknown());
  EXPECT_TRUE(DimExpr::max(unknown, n).isUnknown());
  EXPECT_TRUE((unknown * DimExpr(0)).isConstant(0));
  EXPECT_TRUE(mayBeEqual(unknown, n));
}

TEST(DimExpr, OverflowIsUnknown) {
  DimExpr large = INT64_MAX, n = DimExpr::symbol("n");
  EXPECT_TRUE((large + DimExpr(1)).isUnknown());
  EXPECT_TRUE((large * DimExpr(2)).isUnknown());
  EXPECT_TRUE((large * n + n).isUnknown());
  auto huge = [](llvm::StringRef) { return std::optional<int64_t>(INT64_MAX); };
  EXPECT_FALSE((n * n).evaluate(huge).has_value());
  EXPECT_FALSE((n + DimExpr(1)).evaluate(huge).has_value());
  EXPECT_EQ(n.evaluate(huge), INT64_MAX);
  // Products of sums that would grow without bound.
  DimExpr sum = n;
  for (int i = 0; i < 40; ++i)
    sum = sum * (n + DimExpr::symbol("m" + std::to_string(i)));
  EXPECT_TRUE(sum.isUnknown());
}

TEST(DimExpr, EvaluateWantsEverySymbol) {
  auto lookup = [](llvm::StringRef name) -> std::optional<int64_t> {
    if (name == "n")
      return 6;
    return std::nullopt;
  };
  EXPECT_EQ(parse("floordiv(n, 4) + 2*n").evaluate(lookup), 13);
  EXPECT_EQ(parse("bcast(n, m)").evaluate(lookup), std::nullopt);
  EXPECT_EQ(parse("floordiv(4, n - 6)").evaluate(lookup), std::nullopt);
  EXPECT_EQ(parse("max(n, floordiv(m, 2)) + p").getSymbols(),
            (std::vector<std::string>{"m", "n", "p"}));
}

// What is known of remainders: 0 <= x - 4 * floordiv(x, 4) <= 3.
TEST(DimExpr, RemaindersAreNotNegative) {
  for (const char *text :
       {"n - 4*floordiv(n, 4)", "3 - n + 4*floordiv(n, 4)",
        "4 - n + 4*floordiv(n, 4)", "-4*floordiv(-n, 4) - n",
        "4*floordiv(n, 16) - floordiv(n, 4) + 3",
        // A quotient is as low as what it divides.
        "floordiv(n - 4, 4) + 1", "max(n - 3, 1) - 1",
        "2*floordiv(m - 1, 4) + n + 2", "floordiv(n - 2, m + 1) + 2"})
    EXPECT_TRUE(parse(text).isNonNegative()) << text;
  for (const char *text :
       {"2 - n + 4*floordiv(n, 4)", "n - 5*floordiv(n, 4)",
        "4*floordiv(n, 4) - n", "n - 4*floordiv(n + 1, 4)",
        "floordiv(n - 5, 4) + 1", "4*floordiv(n, 16) - floordiv(n, 4) + 2",
        "max(n - 3, 1) - 2"})
    EXPECT_FALSE(parse(text).isNonNegative()) << text;
}

TEST(DimExpr, MayBeEqual) {
  EXPECT_FALSE(mayBeEqual(parse("n"), parse("n + 1")));
  EXPECT_FALSE(mayBeEqual(3, 4));
  EXPECT_TRUE(mayBeEqual(parse("n"), parse("m")));
  EXPECT_TRUE(mayBeEqual(parse("n"), 4));
}

// Random expressions, built together with their values.
class Random {
public:
  explicit Random(unsigned seed) : engine(seed) {
    for (int64_t &value : values)
      value = below(7);
  }
  int64_t below(int64_t n) { return engine() % n; }
  std::optional<int64_t> lookup(llvm::StringRef name) const {
    return values[name[0] - 'a'];
  }

  // Value nullopt: a division by zero is inside.
  struct Built {
    DimExpr expr;
    std::optional<int64_t> value;
  };
  Built build(int depth) {
    int64_t kind = depth == 0 ? below(2) : below(9);
    if (kind == 0) {
      int64_t c = below(9) - 3;
      return {c, c};
    }
    if (kind == 1) {
      char name = 'a' + below(4);
      return {DimExpr::symbol(std::string(1, name)), values[name - 'a']};
    }
    Built x = build(depth - 1), y = build(depth - 1);
    auto join = [&](DimExpr expr, auto f) -> Built {
      if (!x.value || !y.value)
        return {expr, std::nullopt};
      return {expr, f(*x.value, *y.value)};
    };
    using Value = std::optional<int64_t>;
    switch (kind) {
    case 2:
    case 3:
      return join(x.expr + y.expr,
                  [](int64_t p, int64_t q) { return Value(p + q); });
    case 4:
      return join(x.expr - y.expr,
                  [](int64_t p, int64_t q) { return Value(p - q); });
    case 5:
      return join(x.expr * y.expr,
                  [](int64_t p, int64_t q) { return Value(p * q); });
    case 6:
      return join(DimExpr::max(x.expr, y.expr),
                  [](int64_t p, int64_t q) { return Value(std::max(p, q)); });
    case 7:
      return join(DimExpr::min(x.expr, y.expr),
                  [](int64_t p, int64_t q) { return Value(std::min(p, q)); });
    default:
      return join(DimExpr::floorDiv(x.expr, y.expr),
                  [](int64_t p, int64_t q) -> Value {
                    if (q == 0)
                      return std::nullopt;
                    int64_t whole = p / q;
                    return whole - (p % q != 0 && (p < 0) != (q < 0));
                  });
    }
  }

private:
  std::mt19937 engine;
  int64_t values[4];
};

// A min is at most, a max at least, what it is of.
TEST(DimExpr, WhatALimitLeavesIsNotNegative) {
  for (const char *text : {"n - min(m, n)", "64 - min(64, n)", "max(m, n) - n",
                           "2*n - 2*min(64, n)", "max(64, n) - min(64, n)"})
    EXPECT_TRUE(parse(text).isNonNegative()) << text;
  for (const char *text : {"min(m, n) - n", "n - max(64, n)", "63 - min(64, n)",
                           "n - 2*min(64, n)"})
    EXPECT_FALSE(parse(text).isNonNegative()) << text;
}

// Quotients by one number differ by that of the difference, or one more.
TEST(DimExpr, WhatQuotientsDifferByIsNotNegative) {
  for (const char *text :
       {"floordiv(n + 7, 4) - floordiv(n, 4) - 1",
        "2*floordiv(n + m, 8) - floordiv(n, 8) - floordiv(m, 8)",
        "floordiv(n + 383, 384) - floordiv(n + 257, 384) + 2",
        "min(max(floordiv(n - 3, 2), 0), floordiv(n - 2, 2)) - "
        "floordiv(n - 3, 2)",
        "min(m + n, 2*n) - n"})
    EXPECT_TRUE(parse(text).isNonNegative()) << text;
  for (const char *text :
       {"floordiv(n + 7, 4) - floordiv(n, 4) - 2",
        "floordiv(n + 7, 4) - floordiv(n, 3)",
        "floordiv(n, 4) - floordiv(n + 1, 4)", "min(m, n) - 1"})
    EXPECT_FALSE(parse(text).isNonNegative()) << text;
}

TEST(DimExpr, TheLeastSymbolIsWhereAValueIsNotNegative) {
  for (const char *text :
       {"n - 5", "floordiv(n + 257, 384) - 2", "3*n - 7",
        "floordiv(floordiv(n, 2) - 3, 5) - 1", "n + 1",
        "min(n - 4, floordiv(n, 3) - 9)", "max(n - 4, floordiv(n, 3) - 9)"}) {
    auto least = parse(text).getLeastSymbol();
    ASSERT_TRUE(least.has_value()) << text;
    EXPECT_EQ(least->first, "n");
    for (int64_t n = 0; n < 700; ++n)
      EXPECT_EQ(*parse(text).evaluate([&](llvm::StringRef) { return n; }) >= 0,
                n >= least->second)
          << text << " at " << n;
  }
  for (const char *text :
       {"5 - n", "n + m", "n*n - 4", "7", "floordiv(8, n) - 1", "0*n - 1"})
    EXPECT_FALSE(parse(text).getLeastSymbol().has_value()) << text;
}

TEST(DimExpr, RandomExpressionsEvaluateAsBuilt) {
  unsigned compared = 0, nonNegative = 0, divided = 0;
  for (unsigned seed = 0; seed < 20000; ++seed) {
    Random random(seed);
    auto lookup = [&](llvm::StringRef name) { return random.lookup(name); };
    auto [expr, value] = random.build(4);
    if (expr.isUnknown() || !value)
      continue;
    ++compared;
    auto got = expr.evaluate(lookup);
    // A cancelled division by zero may leave a value where building had none,
    // never the other way round but for dead parts.
    if (got) {
      EXPECT_EQ(*got, *value) << expr.str() << " seed " << seed;
    }
    auto again = DimExpr::parse(expr.str());
    ASSERT_TRUE(again.has_value()) << expr.str();
    EXPECT_EQ(again->str(), expr.str());
    if (expr.isNonNegative() && got) {
      ++nonNegative;
      EXPECT_GE(*got, 0) << expr.str() << " seed " << seed;
    }
    auto [divisor, divisorValue] = random.build(2);
    if (!divisor.isUnknown())
      if (auto quotient = expr.exactDiv(divisor)) {
        ++divided;
        EXPECT_TRUE(*quotient * divisor == expr)
            << expr.str() << " / " << divisor.str() << " = " << quotient->str();
      }
    auto swapped =
        expr.substitute([&](llvm::StringRef name) -> std::optional<DimExpr> {
          return DimExpr(*random.lookup(name));
        });
    if (got && swapped.getConstant()) {
      EXPECT_EQ(*swapped.getConstant(), *got) << expr.str();
    }
  }
  EXPECT_GT(compared, 10000u);
  EXPECT_GT(nonNegative, 1000u);
  EXPECT_GT(divided, 500u);
}

TEST(Dims, Broadcast) {
  DimExpr n = DimExpr::symbol("n"), m = DimExpr::symbol("m");
  auto joined = broadcastDims(Dims{2, 1, n}, Dims{3, 1});
  ASSERT_TRUE(joined.has_value());
  EXPECT_EQ((*joined)[0].str(), "2");
  EXPECT_EQ((*joined)[1].str(), "3");
  EXPECT_EQ((*joined)[2].str(), "n");
  EXPECT_FALSE(broadcastDims(Dims{2}, Dims{3}).has_value());
  EXPECT_EQ((*broadcastDims(Dims{n}, Dims{m}))[0].str(), "bcast(n, m)");
  EXPECT_EQ((*broadcastDims(Dims{n}, Dims{4}))[0].str(), "4");
  EXPECT_EQ(product(Dims{2, n, m}).str(), "2*m*n");
  EXPECT_EQ(product(Dims{}).str(), "1");
}

TEST(Dims, TypesRoundTrip) {
  mlir::MLIRContext context;
  context.loadDialect<SinterDialect>();
  auto f32 = mlir::Float32Type::get(&context);
  Dims dims{DimExpr::symbol("n"), 3, DimExpr::unknown()};
  auto type = getTensorType(dims, f32);
  EXPECT_TRUE(type.isDynamicDim(0));
  EXPECT_EQ(type.getDimSize(1), 3);
  Dims back = getDims(type);
  EXPECT_EQ(back[0].str(), "n");
  EXPECT_EQ(back[1].str(), "3");
  EXPECT_TRUE(back[2].isUnknown());
  EXPECT_FALSE(getTensorType(Dims{2, 3}, f32).getEncoding());
  // An impossible size is not a static one.
  EXPECT_TRUE(getTensorType(Dims{-1}, f32).isDynamicDim(0));
}

} // namespace
