//===- NativeRun.h - a model compiled, loaded and run in this process -----===//
#ifndef SINTER_TEST_ONNX_NATIVERUN_H
#define SINTER_TEST_ONNX_NATIVERUN_H

#include "dialects/Sinter/Interpreter/Tensor.h"
#include <string>
#include <vector>

namespace sinter::test {

struct NativeResult {
  bool compiled = false;       ///< else `error` says why it was refused
  std::string error;           ///< of compiling, loading or running
  std::vector<Tensor> outputs; ///< empty after an error
};

/// Compiles `model` to a shared object beside it and calls its forward. Run in
/// a process of its own: stderr is taken over.
NativeResult runNative(mlir::MLIRContext *ctx, const std::string &model,
                       llvm::ArrayRef<Tensor> arguments);

} // namespace sinter::test
#endif
