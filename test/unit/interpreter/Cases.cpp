//===- Cases.cpp - the cases of expected.txt ------------------------------===//
#include "Cases.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace mlir;
using namespace sinter;

std::vector<Case> sinter::readCases() {
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

Tensor sinter::parseTensor(Snippet &snippet, StringRef text) {
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

void sinter::PrintTo(const Case &test, std::ostream *os) { *os << test.op; }

double sinter::distance(ElementKind kind, double a, double b, double scale) {
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

std::string sinter::functionOf(const Case &test) {
  std::string arguments;
  for (auto [i, text] : llvm::enumerate(test.inputs))
    arguments += (i ? ", %" : "%") + std::to_string(i) + ": " +
                 StringRef(text).split(" :").first.str();
  return "func.func @f(" + arguments + ") {\n%y = " + test.op + "\nreturn\n}";
}

double sinter::largestOf(const Tensor &tensor) {
  double largest = 0;
  for (double v : tensor.toDoubles())
    if (std::isfinite(v))
      largest = std::max(largest, std::fabs(v));
  return largest;
}
