//===- MemoryOpsTest.cpp - the cache, against attention without one -------===//
//
// The judge of cached_attention is sinter.attention over the whole sequence,
// which ExpectedTest.cpp judges by numpy.
//
//===----------------------------------------------------------------------===//
#include "Snippet.h"
#include <cmath>
#include <gtest/gtest.h>
#include <random>

using namespace mlir;
using namespace sinter;

namespace {

std::vector<double> normals(int64_t count, unsigned seed) {
  std::mt19937 engine(seed);
  std::normal_distribution<double> normal;
  std::vector<double> values(count);
  for (double &v : values)
    v = float(normal(engine));
  return values;
}

// Element (i, h, d) of [rows, heads, width] from [1, heads, rows, width].
Tensor rowsOf(const Tensor &whole, int64_t from, int64_t rows) {
  int64_t heads = whole.getDim(1), all = whole.getDim(2);
  int64_t width = whole.getDim(3);
  Tensor result(whole.getElement(), {rows, heads, width});
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t h = 0; h < heads; ++h)
      for (int64_t d = 0; d < width; ++d)
        result.copy((i * heads + h) * width + d, whole,
                    (h * all + from + i) * width + d);
  return result;
}

const char *const stepText = R"(
func.func @step(%q: tensor<?x4x6xf32>, %k: tensor<?x2x6xf32>,
                %v: tensor<?x2x3xf32>, %past: index,
                %cache: !sinter.cache<2 x 2 x 16 x 6 x 3 x f32>)
    -> (tensor<?x4x3xf32>, !sinter.cache<2 x 2 x 16 x 6 x 3 x f32>) {
  %layer = arith.constant 1 : index
  %next = sinter.cache_append %cache[%layer], %k, %v at %past
    : !sinter.cache<2 x 2 x 16 x 6 x 3 x f32>, tensor<?x2x6xf32>, tensor<?x2x3xf32>
  %y = sinter.cached_attention %q, %next[%layer] at %past scale 0.5 {OPTIONS}
    : tensor<?x4x6xf32>, !sinter.cache<2 x 2 x 16 x 6 x 3 x f32> -> tensor<?x4x3xf32>
  return %y, %next : tensor<?x4x3xf32>, !sinter.cache<2 x 2 x 16 x 6 x 3 x f32>
})";

const char *const wholeText = R"(
func.func @whole(%q: tensor<1x4x?x6xf32>, %k: tensor<1x2x?x6xf32>,
                 %v: tensor<1x2x?x3xf32>) -> tensor<1x4x?x3xf32> {
  %y = sinter.attention %q, %k, %v scale 0.5 {causal, OPTIONS}
    : tensor<1x4x?x6xf32>, tensor<1x2x?x6xf32>, tensor<1x2x?x3xf32>
  return %y : tensor<1x4x?x3xf32>
})";

std::string withOptions(StringRef text, StringRef options) {
  auto [before, after] = text.split("OPTIONS");
  return (before.rtrim(options.empty() ? ", " : "") + options + after).str();
}

class Cached : public testing::TestWithParam<const char *> {};

TEST_P(Cached, EqualsAttentionOverTheWhole) {
  constexpr int64_t length = 11;
  Snippet whole, steps;
  ASSERT_TRUE(whole.parse(withOptions(wholeText, GetParam()))) << whole.errors;
  ASSERT_TRUE(steps.parse(withOptions(stepText, GetParam()))) << steps.errors;
  auto tensor = [&](Snippet &s, int64_t heads, int64_t width, unsigned seed) {
    return s.reals("f32", {1, heads, length, width},
                   normals(heads * length * width, seed));
  };
  auto expected = whole.run(
      {tensor(whole, 4, 6, 1), tensor(whole, 2, 6, 2), tensor(whole, 2, 3, 3)});
  ASSERT_TRUE(succeeded(expected)) << whole.errors;
  Tensor q = tensor(steps, 4, 6, 1), k = tensor(steps, 2, 6, 2);
  Tensor v = tensor(steps, 2, 3, 3);
  for (std::vector<int64_t> split :
       {std::vector<int64_t>{11}, {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, {4, 7}}) {
    CacheRef cache = CacheRef::create(
        cast<CacheType>(steps.type("!sinter.cache<2 x 2 x 16 x 6 x 3 x f32>")));
    int64_t past = 0;
    for (int64_t rows : split) {
      auto got =
          steps.run({rowsOf(q, past, rows), rowsOf(k, past, rows),
                     rowsOf(v, past, rows), Scalar::ofIndex(past), cache});
      ASSERT_TRUE(succeeded(got)) << steps.errors;
      Tensor y = std::get<Tensor>((*got)[0]);
      Tensor want = rowsOf(std::get<Tensor>(expected->front()), past, rows);
      for (int64_t i = 0; i < y.getCount(); ++i)
        EXPECT_EQ(y.getDouble(i), want.getDouble(i));
      cache = std::get<CacheRef>((*got)[1]);
      past += rows;
    }
  }
}
INSTANTIATE_TEST_SUITE_P(
    Interpreter, Cached,
    testing::Values("", "window = 3 : i64", "softcap = 1.5 : f64",
                    "window = 5 : i64, softcap = 2.0 : f64"));

// A ring of 8 positions that a window of 3 and at most 6 rows go round, slopes
// and sinks; the judge has the slopes in a mask.
TEST(CachedRing, EqualsAttentionOverTheWhole) {
  constexpr int64_t length = 21;
  Snippet whole, steps;
  ASSERT_TRUE(whole.parse(R"(
func.func @f(%q: tensor<1x4x21x6xf32>, %k: tensor<1x2x21x6xf32>, %v: tensor<1x2x21x3xf32>,
             %m: tensor<4x21x21xf32>, %s: tensor<4xf32>) -> tensor<1x4x21x3xf32> {
  %y = sinter.attention %q, %k, %v mask %m sinks %s : tensor<4xf32> scale 0.5 {causal, window = 3 : i64}
    : tensor<1x4x21x6xf32>, tensor<1x2x21x6xf32>, tensor<1x2x21x3xf32>, tensor<4x21x21xf32>
  return %y : tensor<1x4x21x3xf32>
})")) << whole.errors;
  ASSERT_TRUE(steps.parse(R"(
!cache = !sinter.cache<2 x 2 x 64 x 6 x 3 x f32, rings [0, 8]>
func.func @f(%q: tensor<?x4x6xf32>, %k: tensor<?x2x6xf32>, %v: tensor<?x2x3xf32>, %past: index,
             %cache: !cache, %m: tensor<4xf32>, %s: tensor<4xf32>) -> (tensor<?x4x3xf32>, !cache) {
  %layer = arith.constant 1 : index
  %next = sinter.cache_append %cache[%layer], %k, %v at %past {ring = 8 : i64}
    : !cache, tensor<?x2x6xf32>, tensor<?x2x3xf32>
  %y = sinter.cached_attention %q, %next[%layer] at %past slopes %m : tensor<4xf32>
    sinks %s : tensor<4xf32> scale 0.5 {ring = 8 : i64, window = 3 : i64}
    : tensor<?x4x6xf32>, !cache -> tensor<?x4x3xf32>
  return %y, %next : tensor<?x4x3xf32>, !cache
})")) << steps.errors;
  auto tensor = [&](Snippet &s, int64_t heads, int64_t width, unsigned seed) {
    return s.reals("f32", {1, heads, length, width},
                   normals(heads * length * width, seed));
  };
  const std::vector<double> slopes{0.5, 0.25, 0.125, -1};
  std::vector<double> mask;
  for (double slope : slopes)
    for (int64_t i = 0; i < length; ++i)
      for (int64_t j = 0; j < length; ++j)
        mask.push_back(slope * double(j - i));
  const std::vector<double> sinks{0.5, -1, 2, 0};
  auto expected = whole.run({tensor(whole, 4, 6, 1), tensor(whole, 2, 6, 2),
                             tensor(whole, 2, 3, 3),
                             whole.reals("f32", {4, length, length}, mask),
                             whole.reals("f32", {4}, sinks)});
  ASSERT_TRUE(succeeded(expected)) << whole.errors;
  Tensor q = tensor(steps, 4, 6, 1), k = tensor(steps, 2, 6, 2);
  Tensor v = tensor(steps, 2, 3, 3);
  CacheRef cache = CacheRef::create(cast<CacheType>(
      steps.type("!sinter.cache<2 x 2 x 64 x 6 x 3 x f32, rings [0, 8]>")));
  auto step = [&](int64_t past, int64_t rows) {
    steps.errors.clear();
    return steps.run({rowsOf(q, past, rows), rowsOf(k, past, rows),
                      rowsOf(v, past, rows), Scalar::ofIndex(past), cache,
                      steps.reals("f32", {4}, slopes),
                      steps.reals("f32", {4}, sinks)});
  };
  EXPECT_TRUE(failed(step(0, 7)));
  EXPECT_NE(steps.errors.find("7 rows with a window of 3 in a ring of 8"),
            std::string::npos)
      << steps.errors;
  cache = CacheRef::create(cache.state->type);
  int64_t past = 0;
  for (int64_t rows : {6, 1, 5, 3, 6}) {
    auto got = step(past, rows);
    ASSERT_TRUE(succeeded(got)) << steps.errors;
    Tensor y = std::get<Tensor>((*got)[0]);
    Tensor want = rowsOf(std::get<Tensor>(expected->front()), past, rows);
    for (int64_t i = 0; i < y.getCount(); ++i)
      EXPECT_EQ(y.getDouble(i), want.getDouble(i)) << past << " " << i;
    cache = std::get<CacheRef>((*got)[1]);
    past += rows;
  }
}

class InnerAttention : public testing::TestWithParam<int64_t> {};

// inner_attention reads the cache's own layout, plain or in pairs; same judge,
// pairs of row and head in two parts.
TEST_P(InnerAttention, EqualsAttention) {
  constexpr int64_t rows = 3, past = 4, length = rows + past;
  int64_t group = GetParam(); // elements of a dot product beside each other
  Snippet whole, inner;
  ASSERT_TRUE(whole.parse(withOptions(wholeText, ""))) << whole.errors;
  std::string text = R"(
func.func @f(%q: tensor<3x4x6xf32>, %keys: KEYS, %values: VALUES,
             %out: tensor<3x4x3xf32>, %at: index, %a: index, %b: index,
             %c: index) -> tensor<3x4x3xf32> {
  %0 = sinter.inner_attention ins(%q, %keys, %values at %at
      : tensor<3x4x6xf32>, KEYS, VALUES)
    pairs(%a to %b) outs(%out : tensor<3x4x3xf32>) scale 0.5 block 4 GROUP
    -> tensor<3x4x3xf32>
  %1 = sinter.inner_attention ins(%q, %keys, %values at %at
      : tensor<3x4x6xf32>, KEYS, VALUES)
    pairs(%b to %c) outs(%0 : tensor<3x4x3xf32>) scale 0.5 block 4 GROUP
    -> tensor<3x4x3xf32>
  return %1 : tensor<3x4x3xf32>
})";
  for (auto [name, value] :
       {std::pair("KEYS",
                  group == 2 ? "tensor<2x4x3x4xf32>" : "tensor<2x4x6x2xf32>"),
        std::pair("VALUES",
                  group == 2 ? "tensor<2x4x6xf32>" : "tensor<2x8x3xf32>"),
        std::pair("GROUP", group == 2 ? "interleave 2" : "")})
    for (size_t at; (at = text.find(name)) != std::string::npos;)
      text.replace(at, strlen(name), value);
  ASSERT_TRUE(inner.parse(text)) << inner.errors;
  auto tensor = [&](Snippet &s, int64_t heads, int64_t n, int64_t width,
                    unsigned seed) {
    return s.reals("f32", {1, heads, n, width},
                   normals(heads * n * width, seed));
  };
  auto expected =
      whole.run({tensor(whole, 4, length, 6, 1), tensor(whole, 2, length, 6, 2),
                 tensor(whole, 2, length, 3, 3)});
  ASSERT_TRUE(succeeded(expected)) << whole.errors;
  Tensor k = tensor(inner, 2, length, 6, 2), v = tensor(inner, 2, length, 3, 3);
  Tensor keys = inner.reals("f32", {2, 4, 6 / group, 2 * group},
                            std::vector<double>(96, 7e9));
  Tensor values = inner.reals("f32", {2, 8 / group, 3 * group},
                              std::vector<double>(48, 7e9));
  for (int64_t h = 0; h < 2; ++h)
    for (int64_t j = 0; j < length; ++j) {
      for (int64_t d = 0; d < 6; ++d) {
        int64_t line = (h * 4 + j / 2) * (6 / group) + d / group;
        keys.copy((line * 2 + j % 2) * group + d % group, k,
                  (h * length + j) * 6 + d);
      }
      for (int64_t e = 0; e < 3; ++e) {
        int64_t line = h * (8 / group) + j / group;
        values.copy((line * 3 + e) * group + j % group, v,
                    (h * length + j) * 3 + e);
      }
    }
  Tensor out = inner.reals("f32", {3, 4, 3}, std::vector<double>(36, -1));
  auto got =
      inner.run({rowsOf(tensor(inner, 4, length, 6, 1), past, rows), keys,
                 values, out, Scalar::ofIndex(past), Scalar::ofIndex(1),
                 Scalar::ofIndex(5), Scalar::ofIndex(12)});
  ASSERT_TRUE(succeeded(got)) << inner.errors;
  Tensor y = std::get<Tensor>(got->front());
  Tensor want = rowsOf(std::get<Tensor>(expected->front()), past, rows);
  for (int64_t h = 0; h < 4; ++h)
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t e = 0; e < 3; ++e) {
        int64_t at = (i * 4 + h) * 3 + e;
        bool computed = h * rows + i >= 1;
        EXPECT_EQ(y.getDouble(at), computed ? want.getDouble(at) : -1);
      }
}

INSTANTIATE_TEST_SUITE_P(Interpreter, InnerAttention, testing::Values(1, 2));

// Narrow queries: the weights e^(0 - 1) and 1 of two keys are rounded, their
// sum is not. By hand.
TEST(CachedAttention, RoundsWeightsToTheQueriesType) {
  Snippet steps;
  ASSERT_TRUE(steps.parse(R"(
func.func @step(%q: tensor<2x1x1xbf16>, %k: tensor<2x1x1xf32>,
                %v: tensor<2x1x1xf32>, %past: index,
                %cache: !sinter.cache<1 x 1 x 16 x 1 x 1 x bf16>)
    -> tensor<2x1x1xf32> {
  %layer = arith.constant 0 : index
  %next = sinter.cache_append %cache[%layer], %k, %v at %past
    : !sinter.cache<1 x 1 x 16 x 1 x 1 x bf16>, tensor<2x1x1xf32>, tensor<2x1x1xf32>
  %y = sinter.cached_attention %q, %next[%layer] at %past scale 1.0
    : tensor<2x1x1xbf16>, !sinter.cache<1 x 1 x 16 x 1 x 1 x bf16> -> tensor<2x1x1xf32>
  return %y : tensor<2x1x1xf32>
})")) << steps.errors;
  CacheRef cache = CacheRef::create(
      cast<CacheType>(steps.type("!sinter.cache<1 x 1 x 16 x 1 x 1 x bf16>")));
  auto got = steps.run({steps.reals("bf16", {2, 1, 1}, {1, 1}),
                        steps.reals("f32", {2, 1, 1}, {0, 1}),
                        steps.reals("f32", {2, 1, 1}, {3, 5}),
                        Scalar::ofIndex(0), cache});
  ASSERT_TRUE(succeeded(got)) << steps.errors;
  constexpr double rounded = 0.3671875; // bf16 of e^-1: 94 / 256
  EXPECT_FLOAT_EQ(std::get<Tensor>(got->front()).getDouble(1),
                  (rounded * 3 + 5) / (1 + std::exp(-1.0)));
}

TEST(Cache, RefusesWhatMemoryDoesNotHold) {
  Snippet steps;
  ASSERT_TRUE(steps.parse(withOptions(stepText, ""))) << steps.errors;
  auto type =
      cast<CacheType>(steps.type("!sinter.cache<2 x 2 x 16 x 6 x 3 x f32>"));
  auto call = [&](CacheRef cache, int64_t past, int64_t rows) {
    steps.errors.clear();
    return steps.run({steps.reals("f32", {rows, 4, 6}, normals(rows * 24, 1)),
                      steps.reals("f32", {rows, 2, 6}, normals(rows * 12, 2)),
                      steps.reals("f32", {rows, 2, 3}, normals(rows * 6, 3)),
                      Scalar::ofIndex(past), cache});
  };
  CacheRef first = CacheRef::create(type);
  EXPECT_TRUE(failed(call(first, 2, 1))); // a gap
  EXPECT_NE(steps.errors.find("writes position 2 of layer 1, which has only 0"),
            std::string::npos)
      << steps.errors;
  EXPECT_TRUE(failed(call(first, 0, 17))); // more than its capacity
  EXPECT_NE(steps.errors.find("into a cache of 16"), std::string::npos);
  EXPECT_TRUE(succeeded(call(first, 0, 2)));
  EXPECT_TRUE(failed(call(first, 2, 1))); // `first` is no longer in memory
  EXPECT_NE(steps.errors.find("uses state 0 of a cache whose memory holds"),
            std::string::npos)
      << steps.errors;
}

} // namespace
