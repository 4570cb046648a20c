//===- Object.h - llvm dialect to LLVM IR to machine code -----------------===//
#ifndef SINTER_TARGET_OBJECT_H
#define SINTER_TARGET_OBJECT_H

#include "dialects/Sinter/IR/Sinter.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Passes/OptimizationLevel.h"
#include "llvm/Target/TargetMachine.h"
#include <memory>

namespace sinter {

/// The target that a --march value names: `native`, x86-64-v3, x86-64-v4 or an
/// LLVM CPU name of x86-64 with AVX2 and FMA at least. Fails with a message.
llvm::Expected<TargetAttr> resolveTarget(mlir::MLIRContext *ctx,
                                         llvm::StringRef march);

/// Features that code for this target needs, as "avx2,fma,...", a subset of
/// what the runtime checks.
std::string getRequiredFeatures(TargetAttr target);

std::unique_ptr<llvm::TargetMachine> createTargetMachine(TargetAttr target);

/// The module (level llvm, tables removed) as LLVM IR with the target's
/// attributes on every function; null after an error.
std::unique_ptr<llvm::Module> translateToLLVM(mlir::ModuleOp module,
                                              llvm::LLVMContext &context,
                                              TargetAttr target);

/// Runs LLVM's pipeline of that level.
void optimize(llvm::Module &module, llvm::TargetMachine &machine,
              llvm::OptimizationLevel level);

/// ELF object bytes.
llvm::SmallVector<char, 0> emitObject(llvm::Module &module,
                                      llvm::TargetMachine &machine);

} // namespace sinter
#endif
