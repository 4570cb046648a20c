//===- ScalarsTest.cpp - emitScalar against the same outside judges -------===//
//
// What ElementwiseOpInterface::emitScalar emits for the loops, interpreted on
// the elements of expected.txt. It computes in f32 where the interpreter
// computes in double, so a few more units in the last place are let pass.
//
//===----------------------------------------------------------------------===//
#include "Cases.h"
#include "dialects/Sinter/Interpreter/Indexing.h"
#include "mlir/IR/Builders.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace mlir;
using namespace sinter;

namespace {

// As loops hold it: without sign.
Type scalarType(Type element) {
  auto integer = dyn_cast<IntegerType>(element);
  return integer ? IntegerType::get(element.getContext(), integer.getWidth())
                 : element;
}

std::vector<Case> elementwiseCases() {
  Snippet snippet;
  std::vector<Case> cases;
  for (Case &test : readCases()) {
    RegisteredOperationName name = *RegisteredOperationName::lookup(
        StringRef(test.op).split(' ').first, &snippet.context);
    if (name.hasInterface<ElementwiseOpInterface>())
      cases.push_back(test);
  }
  return cases;
}

class Scalars : public testing::TestWithParam<Case> {};

TEST_P(Scalars, AreAsExpected) {
  const Case &test = GetParam();
  Snippet snippet;
  ASSERT_TRUE(snippet.parse(functionOf(test))) << snippet.errors;
  Operation *op = &snippet.function().getBody().front().front();
  auto elementwise = cast<ElementwiseOpInterface>(op);
  std::vector<Tensor> inputs;
  SmallVector<Type> types;
  for (Value operand : op->getOperands()) {
    inputs.push_back(parseTensor(
        snippet, test.inputs[cast<BlockArgument>(operand).getArgNumber()]));
    types.push_back(scalarType(inputs.back().getElement()));
  }
  Tensor expected = parseTensor(snippet, test.outputs[0]);
  Type resultType = scalarType(expected.getElement());

  OpBuilder builder(&snippet.context);
  builder.setInsertionPointToEnd(snippet.module->getBody());
  Location loc = builder.getUnknownLoc();
  auto scalar = func::FuncOp::create(
      builder, loc, "scalar", builder.getFunctionType(types, {resultType}));
  Block *body = scalar.addEntryBlock();
  builder.setInsertionPointToStart(body);
  Value result = elementwise.emitScalar(builder, loc, body->getArguments());
  ASSERT_EQ(result.getType(), resultType);
  func::ReturnOp::create(builder, loc, result);

  std::vector<Shape> strides;
  for (Tensor &input : inputs)
    strides.push_back(broadcastStrides(input.getShape(), expected.getShape()));
  double largest = largestOf(expected);
  int64_t i = 0;
  forEachIndex(expected.getShape(), [&](ArrayRef<int64_t> index) {
    Data arguments;
    for (auto [input, stride, type] : llvm::zip_equal(inputs, strides, types)) {
      Scalar value = input.get(positionOf(index, stride));
      arguments.push_back(value.isFloat() ? value
                                          : Scalar::ofInt(*getElementKind(type),
                                                          value.integer));
    }
    auto got = interpretFunction(scalar, arguments);
    ASSERT_TRUE(succeeded(got)) << snippet.errors;
    Scalar value = std::get<Scalar>(got->front());
    if (!value.isFloat()) {
      EXPECT_EQ(value.integer,
                Scalar::ofInt(value.kind, expected.getInt(i)).integer)
          << "element " << i;
    } else {
      double want = expected.getDouble(i);
      EXPECT_LE(distance(value.kind, value.real, want,
                         op->getNumOperands() > 1 || test.ulps > 1
                             ? largest
                             : std::max(std::fabs(want), largest * 0x1p-20)),
                test.ulps + (getElementSize(value.kind) == 2 ? 1 : 4))
          << test.judge << " says " << want << " for element " << i << ", not "
          << value.real;
    }
    ++i;
  });
}

INSTANTIATE_TEST_SUITE_P(Interpreter, Scalars,
                         testing::ValuesIn(elementwiseCases()),
                         [](const auto &info) { return info.param.name; });

} // namespace
