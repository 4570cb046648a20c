//===- mlir.cpp - any bytes as the IR of a level --------------------------===//
//
// Parsed and verified; what passes is simplified.
//
//===----------------------------------------------------------------------===//
#include "lib/Pipeline/Registration/Registration.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "passes/Simplify/Simplify.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static mlir::DialectRegistry registry = [] {
    mlir::DialectRegistry all;
    sinter::registerDialects(all);
    return all;
  }();
  mlir::MLIRContext ctx(registry, mlir::MLIRContext::Threading::DISABLED);
  ctx.getDiagEngine().registerHandler(
      [](mlir::Diagnostic &) { return mlir::success(); });
  auto module = mlir::parseSourceString<mlir::ModuleOp>(
      llvm::StringRef(reinterpret_cast<const char *>(data), size), &ctx);
  if (!module)
    return 0;
  mlir::PassManager passes(&ctx);
  passes.addPass(sinter::createSimplify());
  (void)passes.run(*module);
  return 0;
}
