//===- Importer.cpp - an ONNX file becomes a level 1 module ---------------===//
#include "lib/Importer/Importer.h"
#include "lib/Importer/GraphImporter.h"
#include "mlir/IR/Verifier.h"

using namespace mlir;
using namespace sinter;

OwningOpRef<ModuleOp> sinter::importOnnx(MLIRContext &ctx, StringRef path,
                                         const ImportOptions &options) {
  ctx.loadDialect<SinterDialect, func::FuncDialect>();
  ModelFile file;
  std::string error;
  if (!readModel(path, file, error)) {
    emitError(UnknownLoc::get(&ctx))
        << "cannot read '" << path << "': " << error;
    return {};
  }
  Refusals refusals(&ctx);
  TensorPlaces places(file);
  PreparedModel prepared;
  DimNames dimNames(file.model.graph(), options, refusals);
  dimNames.fix(*file.model.mutable_graph());
  OwningOpRef<ModuleOp> module(
      ModuleOp::create(NameLoc::get(StringAttr::get(&ctx, file.name))));
  (*module)->setAttr(levelAttrName, StringAttr::get(&ctx, "graph"));
  if (prepareModel(file, places, refusals, prepared)) {
    GraphImporter importer(&ctx, file, places, prepared, dimNames, refusals);
    importer.importModel(*module);
    if (refusals.empty() && !prepared.inferenceError.empty())
      refusals.add("model '" + file.name + "'",
                   "ONNX shape inference refuses it: " +
                       prepared.inferenceError);
  }
  if (!refusals.empty()) {
    refusals.emit();
    return {};
  }
  if (failed(verify(*module)))
    return {};
  return module;
}
