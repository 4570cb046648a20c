//===- WeightSources.h - weight files that IR refers to ---------*- C++ -*-===//
//
// IR that is written names its weights relative to its own place, in the module
// attributes sinter.folder and sinter.digests {file = BLAKE3 of its content}.
// Reading checks them: weights of another model are refused, not compiled.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_LIB_PIPELINE_WEIGHTSOURCES_H
#define SINTER_LIB_PIPELINE_WEIGHTSOURCES_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"
#include <string>

namespace sinter {

/// Writes both attributes for an output in `outputFolder` whose params lie in
/// `modelFolder`. Reads every byte of the files.
llvm::Error recordWeightSources(mlir::ModuleOp module,
                                llvm::StringRef modelFolder,
                                llvm::StringRef outputFolder);

/// The folder of the params of IR that was read from `inputFolder`. Without the
/// attribute, inputFolder.
std::string getWeightFolder(mlir::ModuleOp module, llvm::StringRef inputFolder);

/// Fails when a file's content is not what the digests say. Files without a
/// digest (IR written by hand) pass.
llvm::Error checkWeightSources(mlir::ModuleOp module,
                               llvm::StringRef modelFolder);

} // namespace sinter
#endif
