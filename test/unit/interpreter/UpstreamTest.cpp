//===- UpstreamTest.cpp - arith, scf, tensor and linalg on tensors --------===//
#include "Snippet.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace mlir;
using namespace sinter;

namespace {

// Parses and runs; fails the test on an error.
class Upstream : public testing::Test {
protected:
  Data run(StringRef text, ArrayRef<Datum> arguments) {
    EXPECT_TRUE(snippet.parse(text)) << snippet.errors;
    if (!snippet.module)
      return {};
    auto results = snippet.run(arguments);
    EXPECT_TRUE(succeeded(results)) << snippet.errors;
    return failed(results) ? Data() : *results;
  }
  std::string errorOf(StringRef text, ArrayRef<Datum> arguments) {
    EXPECT_TRUE(snippet.parse(text)) << snippet.errors;
    EXPECT_TRUE(failed(snippet.run(arguments)));
    return snippet.errors;
  }
  int64_t integer(StringRef op, ArrayRef<Datum> arguments, StringRef type,
                  StringRef resultType) {
    std::string parameters;
    for (size_t i = 0; i < arguments.size(); ++i)
      parameters += (i ? ", %" : "%") + std::to_string(i) + ": " + type.str();
    Data results = run(("func.func @f(" + parameters + ") -> " + resultType +
                        " { %r = " + op + "\n return %r : " + resultType + " }")
                           .str(),
                       arguments);
    return results.empty() ? -1 : std::get<Scalar>(results[0]).integer;
  }
  Snippet snippet;
};

TEST_F(Upstream, ConstantGlobalsAreRead) {
  const std::string body = R"(
func.func @f(%i: index) -> i8 {
  %c = memref.get_global @c : memref<3xi8>
  %y = memref.load %c[%i] : memref<3xi8>
  return %y : i8
})";
  Data results = run("memref.global \"private\" constant @c : memref<3xi8> = "
                     "dense<[3, -5, 7]>" +
                         body,
                     {Scalar::ofIndex(1)});
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(std::get<Scalar>(results[0]).integer, -5);
  EXPECT_NE(errorOf("memref.global \"private\" @c : memref<3xi8>" + body,
                    {Scalar::ofIndex(1)})
                .find("is no constant with a value"),
            std::string::npos);
}

TEST_F(Upstream, IntegersWrapAndDivide) {
  auto i8 = [](int64_t v) { return Scalar::ofInt(ElementKind::i8, v); };
  EXPECT_EQ(integer("arith.addi %0, %1 : i8", {i8(127), i8(1)}, "i8", "i8"),
            -128);
  EXPECT_EQ(integer("arith.divui %0, %1 : i8", {i8(-1), i8(2)}, "i8", "i8"),
            127);
  EXPECT_EQ(integer("arith.divsi %0, %1 : i8", {i8(-7), i8(2)}, "i8", "i8"),
            -3);
  EXPECT_EQ(
      integer("arith.floordivsi %0, %1 : i8", {i8(-7), i8(2)}, "i8", "i8"), -4);
  EXPECT_EQ(integer("arith.ceildivsi %0, %1 : i8", {i8(7), i8(2)}, "i8", "i8"),
            4);
  EXPECT_EQ(integer("arith.remsi %0, %1 : i8", {i8(-7), i8(2)}, "i8", "i8"),
            -1);
  EXPECT_EQ(integer("arith.shrui %0, %1 : i8", {i8(-1), i8(4)}, "i8", "i8"),
            15);
  EXPECT_EQ(integer("arith.cmpi ult, %0, %1 : i8", {i8(1), i8(-1)}, "i8", "i1"),
            1);
  EXPECT_EQ(integer("arith.cmpi slt, %0, %1 : i8", {i8(1), i8(-1)}, "i8", "i1"),
            0);
  EXPECT_EQ(integer("arith.extui %0 : i8 to i32", {i8(-1)}, "i8", "i32"), 255);
  EXPECT_EQ(integer("arith.extsi %0 : i1 to i32", {Scalar::ofBool(true)}, "i1",
                    "i32"),
            -1);
  EXPECT_EQ(
      integer("affine.apply affine_map<(d0) -> (d0 ceildiv 4 * 3 + d0 mod "
              "4)>(%0)",
              {Scalar::ofIndex(9)}, "index", "index"),
      10);
  EXPECT_NE(errorOf("func.func @f(%a: i8) -> i8 { %c = arith.constant 0 : i8\n"
                    "%r = arith.divsi %a, %c : i8\n return %r : i8 }",
                    {i8(1)})
                .find("has no result for 1 0"),
            std::string::npos);
}

TEST_F(Upstream, FloatsRoundAtEachOp) {
  // (a + 1) - a with a = 2^24: 1 is lost in f32.
  Data results = run(R"(
func.func @f(%a: f32) -> (f32, f32, f32) {
  %one = arith.constant 1.0 : f32
  %0 = arith.addf %a, %one : f32
  %1 = arith.subf %0, %a : f32
  %2 = math.fma %a, %a, %one : f32
  %n = arith.constant 0x7FC00000 : f32
  %3 = arith.maximumf %a, %n : f32
  return %1, %2, %3 : f32, f32, f32
})",
                     {Scalar::ofFloat(ElementKind::f32, 16777216.0)});
  ASSERT_EQ(results.size(), 3u);
  EXPECT_EQ(std::get<Scalar>(results[0]).real, 0);
  EXPECT_EQ(std::get<Scalar>(results[1]).real, 281474976710656.0);
  EXPECT_TRUE(std::isnan(std::get<Scalar>(results[2]).real));
}

TEST_F(Upstream, LoopsCarryTensors) {
  Data results =
      run(R"(
func.func @f(%x: tensor<4xi64>, %n: index) -> (tensor<4xi64>, i64) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %sum0 = arith.constant 0 : i64
  %c2 = arith.constant 2 : i64
  %r:2 = scf.for %i = %zero to %n step %one iter_args(%t = %x, %sum = %sum0)
      -> (tensor<4xi64>, i64) {
    %e = tensor.extract %t[%i] : tensor<4xi64>
    %odd = arith.remsi %e, %c2 : i64
    %isOdd = arith.cmpi ne, %odd, %sum0 : i64
    %v = scf.if %isOdd -> i64 {
      %d = arith.muli %e, %c2 : i64
      scf.yield %d : i64
    } else {
      scf.yield %e : i64
    }
    %next = tensor.insert %v into %t[%i] : tensor<4xi64>
    %s = arith.addi %sum, %v : i64
    scf.yield %next, %s : tensor<4xi64>, i64
  }
  return %r#0, %r#1 : tensor<4xi64>, i64
})",
          {snippet.ints("i64", {4}, {1, 2, 3, 5}), Scalar::ofIndex(3)});
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(std::get<Tensor>(results[0]).toInts(),
            (std::vector<int64_t>{2, 2, 6, 5}));
  EXPECT_EQ(std::get<Scalar>(results[1]).integer, 10);
}

const char *const forallText = R"(
func.func @f(%x: tensor<6xf32>, %n: index) -> tensor<6xf32> {
  %out = tensor.empty() : tensor<6xf32>
  %r = scf.forall (%i) in (%n) shared_outs(%o = %out) -> tensor<6xf32> {
    %at = affine.apply affine_map<(d0) -> (d0 * STRIDE)>(%i)
    %s = tensor.extract_slice %x[%at] [2] [1] : tensor<6xf32> to tensor<2xf32>
    %d = sinter.add %s, %s : tensor<2xf32>, tensor<2xf32>
    scf.forall.in_parallel {
      tensor.parallel_insert_slice %d into %o[%at] [2] [1]
        : tensor<2xf32> into tensor<6xf32>
    }
  }
  return %r : tensor<6xf32>
})";

std::string replaced(StringRef text, StringRef what, StringRef by) {
  auto [before, after] = text.split(what);
  return (before + by + after).str();
}

TEST_F(Upstream, ForallMergesItsMembers) {
  Tensor x = snippet.reals("f32", {6}, {1, 2, 3, 4, 5, 6});
  Data results =
      run(replaced(forallText, "STRIDE", "2"), {x, Scalar::ofIndex(3)});
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(std::get<Tensor>(results[0]).toDoubles(),
            (std::vector<double>{2, 4, 6, 8, 10, 12}));
  // What no member writes is not a number.
  results = run(replaced(forallText, "STRIDE", "2"), {x, Scalar::ofIndex(2)});
  ASSERT_EQ(results.size(), 1u);
  EXPECT_TRUE(std::isnan(std::get<Tensor>(results[0]).getDouble(5)));
}

TEST_F(Upstream, ForallRefusesTwoWritersAndOutside) {
  Tensor x = snippet.reals("f32", {6}, {1, 2, 3, 4, 5, 6});
  EXPECT_NE(
      errorOf(replaced(forallText, "STRIDE", "1"), {x, Scalar::ofIndex(3)})
          .find("changes element 1 a second time"),
      std::string::npos);
  snippet.errors.clear();
  EXPECT_NE(
      errorOf(replaced(forallText, "STRIDE", "2"), {x, Scalar::ofIndex(4)})
          .find("slice at [6] of [2] leaves [6]"),
      std::string::npos);
}

TEST_F(Upstream, TensorOps) {
  Data results = run(R"(
func.func @f(%x: tensor<2x3xi64>) -> (tensor<3x4xi64>, tensor<6xi64>,
                                      tensor<3x2xi64>, tensor<3xi64>, index) {
  %z = arith.constant 0 : i64
  %pad = tensor.pad %x low[1, 0] high[0, 1] {
  ^bb0(%i: index, %j: index):
    tensor.yield %z : i64
  } : tensor<2x3xi64> to tensor<3x4xi64>
  %flat = tensor.collapse_shape %x [[0, 1]] : tensor<2x3xi64> into tensor<6xi64>
  %expanded = tensor.expand_shape %flat [[0, 1]] output_shape [3, 2]
    : tensor<6xi64> into tensor<3x2xi64>
  %row = tensor.extract_slice %x[1, 0] [1, 3] [1, 1]
    : tensor<2x3xi64> to tensor<3xi64>
  %dyn = tensor.cast %x : tensor<2x3xi64> to tensor<?x3xi64>
  %c0 = arith.constant 0 : index
  %d = tensor.dim %dyn, %c0 : tensor<?x3xi64>
  %e = tensor.from_elements %z, %z, %z : tensor<3xi64>
  %into = tensor.insert_slice %row into %e[0] [3] [1]
    : tensor<3xi64> into tensor<3xi64>
  return %pad, %flat, %expanded, %into, %d
    : tensor<3x4xi64>, tensor<6xi64>, tensor<3x2xi64>, tensor<3xi64>, index
})",
                     {snippet.ints("i64", {2, 3}, {1, 2, 3, 4, 5, 6})});
  ASSERT_EQ(results.size(), 5u);
  EXPECT_EQ(std::get<Tensor>(results[0]).toInts(),
            (std::vector<int64_t>{0, 0, 0, 0, 1, 2, 3, 0, 4, 5, 6, 0}));
  EXPECT_EQ(std::get<Tensor>(results[2]).toInts(),
            (std::vector<int64_t>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(std::get<Tensor>(results[3]).toInts(),
            (std::vector<int64_t>{4, 5, 6}));
  EXPECT_EQ(std::get<Scalar>(results[4]).integer, 2);
}

TEST_F(Upstream, StructuredOps) {
  Data results = run(
      R"(
func.func @f(%x: tensor<2x3xf32>, %n: index)
    -> (tensor<3x2xf32>, tensor<2xf32>, tensor<?x3xi64>) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<3x2xf32>
  %t = linalg.transpose ins(%x : tensor<2x3xf32>) outs(%e : tensor<3x2xf32>)
    permutation = [1, 0]
  %e1 = tensor.empty() : tensor<2xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e1 : tensor<2xf32>) -> tensor<2xf32>
  %s = linalg.generic {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>],
      iterator_types = ["parallel", "reduction"]}
    ins(%x : tensor<2x3xf32>) outs(%f : tensor<2xf32>) {
  ^bb0(%a: f32, %acc: f32):
    %r = arith.addf %acc, %a : f32
    linalg.yield %r : f32
  } -> tensor<2xf32>
  %e2 = tensor.empty(%n) : tensor<?x3xi64>
  %i = linalg.generic {
      indexing_maps = [affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]}
    outs(%e2 : tensor<?x3xi64>) {
  ^bb0(%a: i64):
    %r = linalg.index 0 : index
    %c = linalg.index 1 : index
    %v = arith.muli %r, %c : index
    %w = arith.index_cast %v : index to i64
    linalg.yield %w : i64
  } -> tensor<?x3xi64>
  return %t, %s, %i : tensor<3x2xf32>, tensor<2xf32>, tensor<?x3xi64>
})",
      {snippet.reals("f32", {2, 3}, {1, 2, 3, 4, 5, 6}), Scalar::ofIndex(2)});
  ASSERT_EQ(results.size(), 3u);
  EXPECT_EQ(std::get<Tensor>(results[0]).toDoubles(),
            (std::vector<double>{1, 4, 2, 5, 3, 6}));
  EXPECT_EQ(std::get<Tensor>(results[1]).toDoubles(),
            (std::vector<double>{6, 15}));
  EXPECT_EQ(std::get<Tensor>(results[2]).toInts(),
            (std::vector<int64_t>{0, 0, 0, 0, 1, 2}));
}

} // namespace
