//===- mlir.cpp - any bytes as the IR of a level --------------------------===//
//
// Parsed and verified; what passes is simplified. Half of the inputs are made
// by exchanging words of a text, so that more of them get past the parser.
//
//===----------------------------------------------------------------------===//
#include "lib/Pipeline/Registration/Registration.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "passes/Simplify/Simplify.h"
#include "llvm/ADT/StringExtras.h"
#include <random>
#include <string>

extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);

/// Words, numbers, and single other characters.
static std::vector<llvm::StringRef> splitWords(llvm::StringRef text) {
  std::vector<llvm::StringRef> words;
  auto isWord = [](char c) { return llvm::isAlnum(c) || c == '_' || c == '.'; };
  while (!text.empty()) {
    size_t size = std::max<size_t>(text.take_while(isWord).size(), 1);
    words.push_back(text.take_front(size));
    text = text.drop_front(size);
  }
  return words;
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size,
                                          size_t most, unsigned seed) {
  std::minstd_rand random(seed);
  auto below = [&](size_t n) { return size_t(random()) % n; };
  if (size < 2 || below(2))
    return LLVMFuzzerMutate(data, size, most);
  std::string text(reinterpret_cast<const char *>(data), size);
  auto words = splitWords(text);
  static constexpr llvm::StringLiteral numbers[] = {"0",
                                                    "1",
                                                    "-1",
                                                    "2",
                                                    "3",
                                                    "255",
                                                    "4294967296",
                                                    "9223372036854775807",
                                                    "-9223372036854775808",
                                                    "1.0",
                                                    "0x7FC00000",
                                                    "0xFF800000",
                                                    "?"};
  for (size_t i = 0, e = 1 + below(3); i < e; ++i) {
    size_t at = below(words.size());
    switch (below(4)) {
    case 0:
      words[at] = numbers[below(std::size(numbers))];
      break;
    case 1:
      words[at] = words[below(words.size())];
      break;
    case 2:
      std::swap(words[at], words[below(words.size())]);
      break;
    default: // some of the words once more
      words.insert(words.begin() + below(words.size()), words[at]);
    }
  }
  std::string out;
  for (llvm::StringRef word : words)
    out += word;
  out.resize(std::min(out.size(), most));
  std::copy(out.begin(), out.end(), data);
  return out.size();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static mlir::DialectRegistry registry = [] {
    mlir::DialectRegistry all;
    sinter::registerDialects(all);
    return all;
  }();
  mlir::MLIRContext ctx(registry, mlir::MLIRContext::Threading::DISABLED);
  ctx.getDiagEngine().registerHandler(
      [](mlir::Diagnostic &) { return mlir::success(); });
  // As a file is read: MLIR's lexer looks for the 0 behind the last byte.
  std::string text(reinterpret_cast<const char *>(data), size);
  auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &ctx);
  if (!module)
    return 0;
  mlir::PassManager passes(&ctx);
  passes.addPass(sinter::createSimplify());
  (void)passes.run(*module);
  return 0;
}
