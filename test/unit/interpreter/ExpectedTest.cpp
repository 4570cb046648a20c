//===- ExpectedTest.cpp - ops against numbers of outside judges -----------===//
//
// Runs every case of expected.txt, which make_expected.py writes.
//
//===----------------------------------------------------------------------===//
#include "Cases.h"
#include <cmath>
#include <gtest/gtest.h>
#include <set>

using namespace mlir;
using namespace sinter;

namespace {

class Expected : public testing::TestWithParam<Case> {};

TEST_P(Expected, Values) {
  const Case &test = GetParam();
  Snippet snippet;
  std::vector<Tensor> inputs;
  for (const std::string &text : test.inputs)
    inputs.push_back(parseTensor(snippet, text));
  std::string text = functionOf(test);
  ASSERT_TRUE(snippet.parse(text)) << text << snippet.errors;
  Operation *operation = &snippet.function().getBody().front().front();
  std::vector<Tensor> tensors;
  for (Value operand : operation->getOperands())
    tensors.push_back(inputs[cast<BlockArgument>(operand).getArgNumber()]);
  auto values = evaluateOp(operation, tensors);
  ASSERT_TRUE(succeeded(values)) << text << snippet.errors;
  ASSERT_EQ(values->size(), test.outputs.size());
  for (auto [value, text] : llvm::zip_equal(*values, test.outputs)) {
    Tensor expected = parseTensor(snippet, text);
    ASSERT_EQ(value.getElement(), expected.getElement());
    ASSERT_EQ(value.shapeText(), expected.shapeText());
    double largest = largestOf(expected);
    for (int64_t i = 0; i < value.getCount(); ++i) {
      if (!isFloat(value.getKind())) {
        EXPECT_EQ(value.getInt(i), expected.getInt(i)) << "element " << i;
        continue;
      }
      double got = value.getDouble(i), want = expected.getDouble(i);
      double scale = std::max(std::fabs(got), std::fabs(want));
      EXPECT_LE(distance(value.getKind(), got, want,
                         test.ofLargest ? largest : scale),
                test.ulps)
          << test.judge << " says " << want << " for element " << i << ", not "
          << got;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Interpreter, Expected, testing::ValuesIn(readCases()),
                         [](const auto &info) { return info.param.name; });

// An op without a case here would be an op without an outside judge.
TEST(ExpectedCoverage, EveryOpHasACase) {
  Snippet snippet;
  std::set<std::string> covered;
  for (const Case &test : readCases())
    covered.insert(StringRef(test.op).split(' ').first.str());
  // These have tests of their own: MemoryOpsTest.cpp, and sinter.param and the
  // ops of tables in WeightsTest.cpp.
  covered.insert({"sinter.cache_append", "sinter.cached_attention",
                  "sinter.inner_attention", "sinter.constant", "sinter.param",
                  "sinter.tabulate", "sinter.load", "sinter.symbolic"});
  unsigned ops = 0;
  for (RegisteredOperationName name :
       snippet.context.getRegisteredOperations()) {
    if (name.getDialectNamespace() != "sinter" ||
        !name.hasInterface<InterpretOpInterface>())
      continue;
    ++ops;
    EXPECT_TRUE(covered.count(name.getStringRef().str()))
        << name.getStringRef().str();
  }
  EXPECT_GT(ops, 50u);
}

} // namespace
