//===- ImportTest.cpp - what the imported module says ---------------------===//
#include "dialects/Sinter/IR/Sinter.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "test/unit/importer/ImportFixture.h"

using namespace sinter;
using namespace sinter::test;

TEST_F(ImportTest, Signature) {
  ASSERT_TRUE(import(graph(R"(g (int64[batch, seq] ids, float[batch, 4] x) =>
      (float[batch, seq] y, float[batch, 4] z) {
    y = Cast<to = 1>(ids)
    z = Abs(x)
  })")));
  const char *signature =
      "func.func @forward("
      "%arg0: tensor<?x?xi64, #sinter.dims<\"batch\", \"seq\">> "
      "{sinter.name = \"ids\"}, "
      "%arg1: tensor<?x4xf32, #sinter.dims<\"batch\", \"4\">> "
      "{sinter.name = \"x\"}) -> ("
      "tensor<?x?xf32, #sinter.dims<\"batch\", \"seq\">> "
      "{sinter.name = \"y\"}, "
      "tensor<?x4xf32, #sinter.dims<\"batch\", \"4\">> "
      "{sinter.name = \"z\"}) attributes {sinter.entry = \"forward\"}";
  EXPECT_NE(text().find(signature), std::string::npos) << text();
  EXPECT_NE(text().find("sinter.level = \"graph\""), std::string::npos);
}

TEST_F(ImportTest, FixedDims) {
  auto model = graph("g (float[batch, n] x) => (float[batch, n] y) "
                     "{ y = Abs(x) }");
  ImportOptions options;
  options.dims["batch"] = 3;
  ASSERT_TRUE(import(model, options));
  EXPECT_NE(text().find("tensor<3x?xf32, #sinter.dims<\"3\", \"n\">>"),
            std::string::npos)
      << text();
  options.dims["sequence"] = 3;
  EXPECT_FALSE(import(model, options));
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0], "--dim sequence: no input of the model has a dimension "
                       "of this name; its names are: batch, n");
  options.dims.clear();
  options.dims["n"] = -3;
  EXPECT_FALSE(import(model, options));
}

TEST_F(ImportTest, DimExpressions) {
  auto model = graph("g (float[past, 4] k, float[seq, 4] x, float[n, 4] m) => "
                     "(float[o, 4] y) { c = Concat<axis = 0>(k, x) "
                     "y = Add(c, m) }");
  auto dim = [&](int input) {
    return model.mutable_graph()
        ->mutable_input(input)
        ->mutable_type()
        ->mutable_tensor_type()
        ->mutable_shape()
        ->mutable_dim(0);
  };
  dim(2)->set_dim_param("past + seq");
  ASSERT_TRUE(import(model));
  EXPECT_NE(text().find("#sinter.dims<\"past + seq\", \"4\">> {sinter.name = "
                        "\"m\"}"),
            std::string::npos)
      << text();
  // The sum of both is the length of the mask: no broadcast is left.
  EXPECT_EQ(text().find("bcast"), std::string::npos) << text();
  // A symbol that no input has cannot be part of a sum.
  dim(2)->set_dim_param("past + other");
  ASSERT_TRUE(import(model));
  EXPECT_NE(text().find("\"past___other\""), std::string::npos) << text();
  // Names that DimExpr cannot spell, also when two become one.
  dim(0)->set_dim_param("a b");
  dim(1)->set_dim_param("a?b");
  dim(2)->set_dim_param("3d");
  ASSERT_TRUE(import(model));
  EXPECT_NE(text().find("\"a_b\""), std::string::npos) << text();
  EXPECT_NE(text().find("\"a_b_1\""), std::string::npos) << text();
  EXPECT_NE(text().find("\"d3d\""), std::string::npos) << text();
  dim(0)->Clear();
  ASSERT_TRUE(import(model));
  EXPECT_NE(text().find("\"k.0\""), std::string::npos) << text();
}

TEST_F(ImportTest, KnownConditionTakesItsBranch) {
  const char *body = R"(g (float[n, 4] x) => (float[n, 4] y)
    <int64 axis = {1}, int64 four = {4}> {
    s = Shape(x)
    d = Gather(s, axis)
    c = Equal(d, four)
    y = If (c) <
      then_branch = t () => (float[n, 4] a) { a = Abs(x) },
      else_branch = e () => (float[n, 4] b) { b = NonZero(x) }
    >
  })";
  auto model = graph(body);
  // What is not taken is not looked at.
  model.mutable_graph()
      ->mutable_node(3)
      ->mutable_attribute(1)
      ->mutable_g()
      ->mutable_node(0)
      ->set_op_type("Neg");
  ASSERT_TRUE(import(model));
  EXPECT_NE(text().find("sinter.abs"), std::string::npos) << text();
  EXPECT_EQ(text().find("sinter.neg"), std::string::npos) << text();
}

// Nodes may come before those that they read, in subgraphs too; a cycle stays
// one.
TEST_F(ImportTest, NodesAreSorted) {
  auto model = graph(R"(g (float[n] x, bool c) => (float[n] y) {
    y = Exp(b)
    b = If (c) <
      then_branch = t () => (float[n] p) { p = Neg(q) q = Abs(a) },
      else_branch = e () => (float[n] r) { r = Abs(a) }
    >
    a = Sqrt(x)
  })");
  ASSERT_TRUE(import(model));
  EXPECT_LT(text().find("sinter.sqrt"), text().find("sinter.abs")) << text();
  EXPECT_LT(text().find("sinter.neg"), text().find("sinter.exp")) << text();
  expectRefused(graph("g (float[n] x) => (float[n] y) { a = Add(x, b) b = "
                      "Exp(a) y = Neg(b) }"),
                "topologically sorted");
}

// As torch.repeat_interleave is exported: all of [0, 1] < 2, for each row.
TEST_F(ImportTest, NonZeroOfWhatConstantsDecide) {
  ASSERT_TRUE(import(graph(R"(g (float[3, 4] x) => (int64[2, n] y)
    <int64 zero = {0}, int64 one = {1}, int64[1] three = {3}, int64[1] axis = {1}> {
    twos = ConstantOfShape<value = int64[1] {2}>(three)
    most = ReduceMax<keepdims = 0>(twos)
    range = Range(zero, most, one)
    column = Unsqueeze(twos, axis)
    less = Less(range, column)
    y = NonZero(less)
  })")));
  EXPECT_NE(text().find("[[0, 0, 1, 1, 2, 2], [0, 1, 0, 1, 0, 1]]"),
            std::string::npos)
      << text();
}

TEST_F(ImportTest, CountsAreSymbols) {
  ASSERT_TRUE(import(graph(R"(g (float[count, 4] x, bool[count] c) =>
      (int64[2, n] y, float[m, 4] z) {
    y = NonZero(x)
    z = Compress<axis = 0>(x, c)
  })")));
  // Both rows of places have one count, no input's.
  EXPECT_NE(text().find("tensor<2x?xi64, #sinter.dims<\"2\", \"count_1\">>"),
            std::string::npos)
      << text();
  EXPECT_NE(text().find("tensor<?x4xf32, #sinter.dims<\"count_2\", \"4\">>"),
            std::string::npos)
      << text();
}

TEST_F(ImportTest, ManyTapsAreGathered) {
  ASSERT_TRUE(import(graph(R"(g (float[1, 2, n] x, float[2, 2, 65] w) =>
    (float[1, 2, m] y) { y = Conv<pads = [32, 32]>(x, w) })")));
  EXPECT_NE(text().find("sinter.gather"), std::string::npos) << text();
  EXPECT_EQ(text().find("offsets <\"0\", \"0\", \"1\">"), std::string::npos)
      << text();
}

TEST_F(ImportTest, UnknownConditionSelects) {
  ASSERT_TRUE(import(graph(R"(g (bool c, float[4] x, int64 i) => (float y) {
    y = If (c) <
      then_branch = t () => (float a) { a = ReduceSum<keepdims = 0>(x) },
      else_branch = e () => (float b) { b = Gather(x, i) }
    >
  })")));
  EXPECT_NE(text().find("sinter.select %arg0"), std::string::npos) << text();
  // The index counts only where its branch is taken.
  EXPECT_NE(text().find("sinter.not %arg0"), std::string::npos) << text();
}

TEST_F(ImportTest, MergedDecoderTakesTheBranchWithAPast) {
  const char *merged = R"(g (bool[1] use_cache, float[1, 2, s, 8] x,
      float[1, 2, p, 8] past) => (float[1, 2, n, 8] y) {
    y = If (use_cache) <
      then_branch = t () => (float[1, 2, n, 8] a) {
        a = Concat<axis = 2>(past, x) },
      else_branch = e () => (float[1, 2, s, 8] b) { b = Identity(x) }
    >
  })";
  ASSERT_TRUE(import(graph(merged)));
  EXPECT_NE(text().find("sinter.concat"), std::string::npos) << text();
  EXPECT_EQ(text().find("use_cache"), std::string::npos) << text();
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_NE(warnings[0].find("'use_cache' is compiled in as true"),
            std::string::npos);
}

TEST_F(ImportTest, AFlagSplitsTheModel) {
  // Both branches name a value `a`, which ONNX's propagation of data refuses.
  ASSERT_TRUE(import(graph(R"(g (bool[1] flag, bool[1] other, float[4] x) =>
      (float[n] y, float[4] z) {
    no = Not (flag)
    u = If (no) <
      then_branch = t () => (float[4] a) { a = Abs(x) },
      else_branch = e () => (float[8] b) { a = Neg(x) b = Concat<axis = 0>(a, a) }
    >
    y = Sqrt(u)
    z = If (other) <
      then_branch = t () => (float[4] a) { a = Exp(x) },
      else_branch = e () => (float[4] b) { b = Identity(x) }
    >
  })")));
  auto uses = getUses(*module);
  ASSERT_EQ(uses.size(), 2u);
  EXPECT_FALSE(module->lookupSymbol("forward"));
  for (auto [i, use] : llvm::enumerate(uses)) {
    auto attr = use->getAttrOfType<UseAttr>(useAttrName);
    ASSERT_TRUE(attr);
    EXPECT_EQ(attr.getFlag(), "flag");
    EXPECT_EQ(attr.getValue(), i == 1);
    auto function = use.lookupSymbol<mlir::func::FuncOp>("forward");
    ASSERT_TRUE(function);
    EXPECT_EQ(function.getNumArguments(), 3u); // the flag is still an input
    auto type =
        llvm::cast<mlir::RankedTensorType>(function.getResultTypes()[0]);
    EXPECT_EQ(type.getDimSize(0), i == 1 ? 8 : 4);
    bool selects = false, absolute = false;
    function.walk([&](SelectOp) { selects = true; });
    function.walk([&](AbsOp) { absolute = true; });
    EXPECT_TRUE(selects); // by the other one, whose branches can be joined
    EXPECT_EQ(absolute, i == 0);
  }
}

TEST_F(ImportTest, FunctionsOfTheModel) {
  auto model = parse(R"(
    <ir_version: 10, opset_import: ["" : 21, "local" : 1]>
    g (float[4] x) => (float[4] y) { y = local.twice<k = 3.0>(x) }
    <domain: "local", opset_import: ["" : 21]>
    twice <k> (x) => (y) {
      c = Constant<value_float: float = @k>()
      y = Mul(x, c)
    })");
  ASSERT_TRUE(import(model));
  EXPECT_NE(text().find("dense<3.000000e+00>"), std::string::npos) << text();
}

TEST_F(ImportTest, FunctionBodiesOfOps) {
  ASSERT_TRUE(
      import(graph("g (float[4] x) => (float[4] y) { y = Softplus(x) }")));
  EXPECT_NE(text().find("sinter.exp"), std::string::npos) << text();
  // gamma is its default.
  ASSERT_TRUE(import(
      graph("g (float[4] x) => (float[4] y) { y = Selu<alpha = 2.0>(x) }")));
  EXPECT_NE(text().find("1.0507"), std::string::npos) << text();
}

TEST_F(ImportTest, DefaultsOfInputsAreCompiledIn) {
  auto model = graph("g (float[4] x, float[1] w) => (float[4] y) "
                     "<float[1] w = {2}> { y = Mul(x, w) }");
  ASSERT_TRUE(import(model));
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_NE(warnings[0].find("input 'w' has a default value"),
            std::string::npos);
  EXPECT_EQ(text().find("sinter.name = \"w\""), std::string::npos) << text();
}

TEST_F(ImportTest, OutputsThatAreInputsOrWeights) {
  ASSERT_TRUE(import(graph("g (float[4] x) => (float[4] x, float[4] z) "
                           "<float[4] w = {1, 2, 3, 4}> { z = Identity(w) }")));
}

TEST_F(ImportTest, RandomTextIsNoModel) {
  EXPECT_FALSE(importBytes("hello, this is no model"));
  EXPECT_FALSE(importBytes(std::string(100, '\0')));
}
