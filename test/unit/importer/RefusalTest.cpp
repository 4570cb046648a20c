//===- RefusalTest.cpp - what is refused, and how it is said --------------===//
#include "test/unit/importer/ImportFixture.h"

using namespace sinter;
using namespace sinter::test;

using RefusalTest = ImportTest;

TEST_F(RefusalTest, AllCausesInOneRun) {
  auto model = graph(R"(g (float[4] x) => (float[4] y) {
    a = com.example.Frobnicate(x)
    b = com.example.Frobnicate(a)
    c = NonMaxSuppressor(b)
    d = Unique(x)
    e = Cast<to = 17>(x)
    y = Identity(x)
  })");
  EXPECT_FALSE(import(model));
  ASSERT_EQ(errors.size(), 4u);
  // Two nodes of one op are one cause.
  EXPECT_EQ(errors[0],
            "ONNX op Frobnicate (domain com.example), node 'a' and 1 more "
            "node: the model imports no opset of its domain; supported: the "
            "ops of docs/onnx-ops.md, and functions in the model");
  EXPECT_EQ(errors[1],
            "ONNX op NonMaxSuppressor (domain ai.onnx, opset 21), node 'c': "
            "the ONNX library knows no such op; supported: the ops of "
            "docs/onnx-ops.md, and functions in the model");
  EXPECT_NE(errors[2].find("ONNX op Unique (domain ai.onnx, opset 21), node "
                           "'d': this op is not supported"),
            std::string::npos)
      << errors[2];
  EXPECT_NE(errors[3].find("elements of type float8e4m3fn are not supported"),
            std::string::npos)
      << errors[3];
}

TEST_F(RefusalTest, NodeNameIsTheNodes) {
  auto model = graph("g (float x) => (int64[0, n] y) { y = NonZero(x) }");
  model.mutable_graph()->mutable_node(0)->set_name("/model/NonZero_7");
  expectRefused(model, "node '/model/NonZero_7': X is a scalar; supported: one "
                       "dimension or more");
}

TEST_F(RefusalTest, Opsets) {
  const char *text = "g (float[4] x) => (float[4] y) { y = Abs(x) }";
  for (int opset : {7, 12, 13, 14, 18, 23, 28})
    EXPECT_TRUE(import(graph(text, opset))) << opset;
  expectRefused(graph(text, 6), "has opset 6; opsets 7 to 28 are supported; "
                                "export it again with a newer opset");
  // Models below 13 are converted; the softmax of opset 12 is over all
  // dimensions from its axis on.
  ASSERT_TRUE(import(graph(
      "g (float[2, n, 4] x) => (float[2, n, 4] y) { y = Softmax(x) }", 12)));
  EXPECT_NE(ImportTest::text().find("sinter.reshape"), std::string::npos);
  expectRefused(graph(text, 29), "has opset 29");
  auto model = graph(text);
  model.clear_opset_import();
  expectRefused(model, "imports no opset of ai.onnx");
  model = graph(text);
  *model.add_opset_import() = model.opset_import(0);
  expectRefused(model, "twice");
}

TEST_F(RefusalTest, AttributesThatTheFormDoesNotHave) {
  // allowzero came with opset 14.
  expectRefused(graph(R"(g (float[4] x, int64[1] s) => (float[n] y) {
                  y = Reshape<allowzero = 1>(x, s)
                })",
                      13),
                "allowzero");
  expectRefused(graph("g (float[4] x) => (float[4] y) { y = Abs<foo = 1>(x) }"),
                "foo");
}

TEST_F(RefusalTest, MissingAttributes) {
  expectRefused(graph("g (float[4] x) => (float[4] y) { y = Cast(x) }"),
                "'to'");
  expectRefused(graph("g (float[4] x) => (float[8] y) { y = Concat(x, x) }"),
                "axis");
}

TEST_F(RefusalTest, AttributeValues) {
  expectRefused(graph("g (float[4] x) => (float[4] y) { y = Gelu<approximate = "
                      "\"no\">(x) }"),
                "approximate is 'no'; supported: none, tanh");
  expectRefused(
      graph("g (float[4] x) => (float[4] y) { y = Softmax<axis = 1>(x) }"),
      "axis");
  auto model = graph(R"(g (float[1, 2, 4, 8] q) => (float[1, 2, 4, 8] y) {
    y = Attention<qk_matmul_output_mode = 4>(q, q, q)
  })",
                     23);
  expectRefused(model, "qk_matmul_output_mode is 4; supported: 0 to 3");
}

TEST_F(RefusalTest, OperandsThatMustBeConstant) {
  expectRefused(graph(R"(g (float[4, 4] x, int64[1] axes) => (float[n, m] y) {
    y = ReduceSum(x, axes)
  })"),
                "input 'axes' must be known when the model is compiled");
}

TEST_F(RefusalTest, BranchesOfTwoShapes) {
  expectRefused(
      graph(R"(g (float z, float[4] x) => (float[n] y) {
    c = IsNaN (z)
    y = If (c) <
      then_branch = t () => (float[4] a) { a = Abs(x) },
      else_branch = e () => (float[8] b) { b = Concat<axis = 0>(x, x) }
    >
  })"),
      "ONNX op If (domain ai.onnx, opset 21), node 'y': its condition "
      "depends on data or symbolic sizes, and its branches give "
      "tensor<4xf32> and tensor<8xf32>");
}

TEST_F(RefusalTest, LoopsByName) {
  expectRefused(graph(R"(g (int64 n, bool c, float[4] x) => (float[4] y) {
    y = Loop (n, c, x) <body = b (int64 i, bool d, float[4] u) =>
      (bool e, float[4] v) { e = Identity(d) v = Abs(u) }>
  })"),
                "ONNX op Loop (domain ai.onnx, opset 21)");
}

TEST_F(RefusalTest, Equations) {
  auto node = [](const std::string &equation, const std::string &operands) {
    return graph("g (float[4, 8] x) => (float[n, m] y) { y = Einsum<equation = "
                 "\"" +
                 equation + "\">(" + operands + ") }");
  };
  EXPECT_TRUE(import(node("ab,cb->ac", "x, x")));
  expectRefused(node("ab->ab", "x, x"),
                "does not have a term for each operand");
  expectRefused(node("abc->ab", "x"), "does not fit the operands' ranks");
  expectRefused(node("ab->az", "x"), "result label twice or of no operand");
  expectRefused(node("a1->a", "x"), "equation 'a1->a' is malformed");
  expectRefused(node("a1b->a", "x"), "malformed");
  expectRefused(node("ab,", "x, x"), "malformed");
  EXPECT_TRUE(import(node(" a b -> b a ", "x")));
  expectRefused(node("a...b...->a", "x"), "malformed");
}

TEST_F(RefusalTest, Transforms) {
  auto transform = [&](const char *x, const char *length,
                       const char *attributes = "") {
    return graph(("g (float[" + std::string(x) + "] x) => (float[a, b, c] y) " +
                  "<int64 n = {" + length + "}> { y = DFT" + attributes +
                  "(x, n) }")
                     .c_str());
  };
  expectRefused(transform("2, 4, 3", "4"),
                "its last dimension is not that of real or complex numbers; "
                "supported: a last dimension of 1 or 2, and another axis");
  expectRefused(transform("2, 4, 2", "4", "<onesided = 1>"),
                "onesided of these numbers");
  expectRefused(transform("2, 4, 1", "-4"), "its length is not positive");
  expectRefused(transform("2, s, 1", "4"),
                "a length other than the axis' size; supported: such lengths "
                "where both are known");
  expectRefused(transform("2, 9000, 1", "1099511627776"),
                "its tables would have more than 2^26 elements; supported: "
                "lengths up to 8192");
  EXPECT_TRUE(import(transform("2, 4, 1", "8")));
}

TEST_F(RefusalTest, Resizes) {
  auto node = [](const std::string &attributes, const std::string &scales) {
    return graph("g (float[1, 1, h, 4] x, float[4] r) => (float[1, 1, m, n] y) "
                 "<float[4] s = {1, 1, 1, 2}, float[4] t = {1, 1, 2, 2}, "
                 "float[4] z = {1, 1, 1, 0}, float[3] u = {1, 1, 2}> { y = "
                 "Resize<" +
                 attributes + ">(x, , " + scales + ") }");
  };
  EXPECT_TRUE(import(node("mode = \"cubic\"", "s")));
  EXPECT_TRUE(import(node("mode = \"cubic\"", "t"))); // h to 2 h
  expectRefused(node("mode = \"cubic\", antialias = 1", "t"),
                "an axis of size h changes its size with antialias");
  expectRefused(node("mode = \"cubic\"", "r"), "scales or sizes must be known");
  expectRefused(node("mode = \"sinc\"", "s"), "mode is 'sinc'");
  expectRefused(node("mode = \"linear\"", "z"), "a scale is not positive");
  expectRefused(node("mode = \"linear\"", "u"), "do not fit its axes");
}

TEST_F(RefusalTest, QuantizedTypes) {
  auto node = [](const std::string &type) {
    return graph("g (float[4] x, float s) => (" + type +
                 "[4] y) { y = "
                 "QuantizeLinear<output_dtype = " +
                 (type == "int4" ? "22" : "17") + ">(x, s) }");
  };
  // Between a quantization and its inverse alone.
  expectRefused(node("int4"), "output 'y': elements of type int4");
  expectRefused(node("float8e4m3fn"), "elements of type float8e4m3fn");
}

TEST_F(RefusalTest, TrainingMode) {
  expectRefused(graph(R"(g (float[4] x) => (float[4] y)
    <float ratio = {0.5}, bool training = {1}> {
    y = Dropout(x, ratio, training)
  })"),
                "it is in training mode; supported: inference");
}

TEST_F(RefusalTest, ElementTypes) {
  expectRefused(graph("g (string[4] x) => (string[4] y) { y = Identity(x) }"),
                "input 'x': elements of type string are not supported", 1);
  expectRefused(
      graph("g (complex64[4] x) => (complex64[4] y) { y = Identity(x) }"),
      "complex64", 1);
}

TEST_F(RefusalTest, InputsThatAreNoTensors) {
  auto model = graph("g (float[4] x) => (float[4] y) { y = Identity(x) }");
  auto *type = model.mutable_graph()->mutable_input(0)->mutable_type();
  auto tensor = *type;
  type->mutable_sequence_type()->mutable_elem_type()->CopyFrom(tensor);
  EXPECT_FALSE(import(model));
}

TEST_F(RefusalTest, Cycles) {
  expectRefused(graph(R"(g (float[4] x) => (float[4] y) {
    y = Add(x, z)
    z = Abs(y)
  })"),
                "the ONNX checker refuses it");
}

TEST_F(RefusalTest, NamesThatAreTakenTwice) {
  expectRefused(graph(R"(g (float[4] x) => (float[4] y) {
    y = Abs(x)
    y = Neg(x)
  })"),
                "the ONNX checker refuses it");
}

TEST_F(RefusalTest, ShapesThatClash) {
  expectRefused(
      graph("g (float[4] x, float[5] z) => (float[n] y) { y = Add(x, z) }"),
      "shapes do not broadcast");
  // The declared result is another one.
  expectRefused(graph("g (float[4] x) => (float[5] y) { y = Abs(x) }"), "4");
}

TEST_F(RefusalTest, Shapes) {
  expectRefused(
      graph("g (float[4611686018427387904, 4611686018427387904] x) => "
            "(float[n] y) { y = Abs(x) }"),
      "too large");
  auto model = graph("g (float[4] x) => (float[n] y) { y = Abs(x) }");
  model.mutable_graph()
      ->mutable_input(0)
      ->mutable_type()
      ->mutable_tensor_type()
      ->mutable_shape()
      ->mutable_dim(0)
      ->set_dim_value(-7);
  EXPECT_FALSE(import(model));
  model.mutable_graph()
      ->mutable_input(0)
      ->mutable_type()
      ->mutable_tensor_type()
      ->clear_shape();
  EXPECT_FALSE(import(model));
}

TEST_F(RefusalTest, NoOutputs) {
  auto model = graph("g (float[4] x) => (float[4] y) { y = Abs(x) }");
  model.mutable_graph()->clear_output();
  EXPECT_FALSE(import(model));
}
