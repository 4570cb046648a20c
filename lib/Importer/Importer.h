//===- Importer.h - an ONNX file becomes a level 1 module -----------------===//
//
// lib/Importer reads an ONNX model (opset 13 to the newest of the ONNX library
// it is built with) and makes the graph level: one func.func @forward of sinter
// ops on tensors. The steps, each in its file:
//
//   ModelFile    maps the file, parses it without the bytes of big tensors
//   Tensors      where a tensor's bytes are; external data, checked
//   Prepare      the official checker, function bodies, version converter and
//                shape inference
//   GraphImporter, Node, Convert*   one converter per op and since-version
//
// Errors go through MLIR's diagnostics; no exception leaves the library.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_IMPORTER_IMPORTER_H
#define SINTER_IMPORTER_IMPORTER_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include <map>
#include <string>

namespace sinter {

struct ImportOptions {
  std::map<std::string, int64_t> dims; ///< fixes symbolic sizes, by name
};

/// Null after an error. Loads the dialects that it needs. Where an If on a bool
/// input has branches that one function cannot join (those of an
/// encoder-decoder with and without a past, say), the module has a module for
/// each use (UseAttr) inside; their inputs and outputs have the same names.
mlir::OwningOpRef<mlir::ModuleOp> importOnnx(mlir::MLIRContext &ctx,
                                             llvm::StringRef path,
                                             const ImportOptions &options = {});

/// The table of supported ops as Markdown (docs/onnx-ops.md).
void printOnnxOps(llvm::raw_ostream &os);

} // namespace sinter
#endif
