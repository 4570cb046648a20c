//===- ExpectedTest.cpp - ops against numbers of outside judges ------------===//
//
// Runs every case of expected.txt, which make_expected.py writes.
//
//===----------------------------------------------------------------------===//
#include "Snippet.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include <cmath>
#include <gtest/gtest.h>
#include <set>

using namespace mlir;
using namespace sinter;

namespace {

struct Case {
  std::string name, judge, op;
  double ulps = 0;
  bool ofLargest = false; // ulps are of the result's largest element
  std::vector<std::string> inputs, outputs; // "TYPE : values"
};

std::vector<Case> readCases() {
  auto buffer = llvm::MemoryBuffer::getFile(SINTER_EXPECTED);
  std::vector<Case> cases;
  if (!buffer)
    return cases;
  SmallVector<StringRef> lines;
  (*buffer)->getBuffer().split(lines, '\n');
  for (StringRef line : lines) {
    auto [key, rest] = line.split(' ');
    if (key == "case") {
      SmallVector<StringRef> words;
      rest.split(words, ' ');
      cases.emplace_back();
      cases.back().name = words[0].str();
      cases.back().judge = words[1].str();
      cases.back().ofLargest = words[2].consume_back("m");
      words[2].getAsDouble(cases.back().ulps);
    } else if (key == "op") {
      cases.back().op = rest.str();
    } else if (key == "in") {
      cases.back().inputs.push_back(rest.str());
    } else if (key == "out") {
      cases.back().outputs.push_back(rest.str());
    }
  }
  return cases;
}

Tensor parseTensor(Snippet &snippet, StringRef text) {
  auto [typeText, valueText] = text.split(" :");
  auto type = cast<RankedTensorType>(snippet.type(typeText));
  Tensor tensor(type.getElementType(), type.getShape());
  SmallVector<StringRef> words;
  llvm::SplitString(valueText, words);
  EXPECT_EQ(int64_t(words.size()), tensor.getCount());
  for (auto [i, word] : llvm::enumerate(words)) {
    int64_t integer;
    uint64_t large;
    if (isFloat(tensor.getKind()))
      tensor.setDouble(i, std::strtod(word.str().c_str(), nullptr));
    else if (!word.getAsInteger(10, integer))
      tensor.setInt(i, integer);
    else if (!word.getAsInteger(10, large))
      tensor.setInt(i, large);
    else
      ADD_FAILURE() << "not a number: " << word.str();
  }
  return tensor;
}

void PrintTo(const Case &test, std::ostream *os) { *os << test.op; }

// Distance in units of the last place of `scale`.
double distance(ElementKind kind, double a, double b, double scale) {
  if (std::isnan(a) || std::isnan(b))
    return std::isnan(a) && std::isnan(b) ? 0 : HUGE_VAL;
  if (a == b)
    return 0;
  int bits = kind == ElementKind::f16    ? 11
             : kind == ElementKind::bf16 ? 8
             : kind == ElementKind::f32  ? 24
                                         : 53;
  int lowest = kind == ElementKind::f16   ? -14
               : kind == ElementKind::f64 ? -1022
                                          : -126;
  if (std::isinf(a) || std::isinf(b) || scale == 0)
    return HUGE_VAL;
  int exponent = std::max(std::ilogb(scale), lowest);
  return std::ldexp(std::fabs(a - b), bits - 1 - exponent);
}

class Expected : public testing::TestWithParam<Case> {};

TEST_P(Expected, Values) {
  const Case &test = GetParam();
  Snippet snippet;
  std::vector<Datum> inputs;
  std::string arguments, op = test.op, results;
  for (auto [i, text] : llvm::enumerate(test.inputs)) {
    inputs.push_back(parseTensor(snippet, text));
    arguments += (i ? ", %" : "%") + std::to_string(i) + ": " +
                 StringRef(text).split(" :").first.str();
  }
  // The op's own result type, which may be dynamic, is the function's.
  std::string text = "func.func @f(" + arguments + ") {\n%y = " + op +
                     "\nreturn\n}";
  ASSERT_TRUE(snippet.parse(text)) << text << snippet.errors;
  Operation *operation = &snippet.function().getBody().front().front();
  std::vector<Tensor> tensors;
  for (Value operand : operation->getOperands())
    tensors.push_back(std::get<Tensor>(
        inputs[cast<BlockArgument>(operand).getArgNumber()]));
  auto values = evaluateOp(operation, tensors);
  ASSERT_TRUE(succeeded(values)) << text << snippet.errors;
  ASSERT_EQ(values->size(), test.outputs.size());
  for (auto [value, text] : llvm::zip_equal(*values, test.outputs)) {
    Tensor expected = parseTensor(snippet, text);
    ASSERT_EQ(value.getElement(), expected.getElement());
    ASSERT_EQ(value.shapeText(), expected.shapeText());
    double largest = 0;
    for (double v : expected.toDoubles())
      if (std::isfinite(v))
        largest = std::max(largest, std::fabs(v));
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
