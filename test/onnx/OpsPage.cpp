//===- OpsPage.cpp - sinter-onnx-ops: prints docs/onnx-ops.md -------------===//
//
// With --names: the ops alone, for make_node_tests.py.
//
//===----------------------------------------------------------------------===//
#include "lib/Importer/Converters.h"
#include "lib/Importer/Importer.h"
#include "llvm/Support/raw_ostream.h"

int main(int argc, char **argv) {
  if (argc == 2 && llvm::StringRef(argv[1]) == "--names") {
    for (auto &converter : sinter::getConverters())
      llvm::outs() << converter.op << "\n";
    return 0;
  }
  if (argc > 1) {
    llvm::errs() << "usage: sinter-onnx-ops [--names]\n";
    return 2;
  }
  sinter::printOnnxOps(llvm::outs());
  return 0;
}
