//===- Importer.cpp - an ONNX file becomes a level 1 module ---------------===//
#include "lib/Importer/Importer.h"
#include "lib/Importer/GraphImporter.h"
#include "mlir/IR/Verifier.h"

using namespace mlir;
using namespace sinter;

static OwningOpRef<ModuleOp> createModule(MLIRContext &ctx, StringRef name) {
  return OwningOpRef<ModuleOp>(
      ModuleOp::create(NameLoc::get(StringAttr::get(&ctx, name))));
}

/// The file, or the use of it that is asked for; null after an error. Where it
/// must be split first, `splitFlag` names the input, and no error is printed.
static OwningOpRef<ModuleOp> importUse(MLIRContext &ctx, StringRef path,
                                       const ImportOptions &options,
                                       UseAttr use, std::string &splitFlag) {
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
  OwningOpRef<ModuleOp> module = createModule(ctx, file.name);
  if (use)
    (*module)->setAttr(useAttrName, use);
  else
    (*module)->setAttr(levelAttrName, StringAttr::get(&ctx, "graph"));
  if (prepareModel(file, places, refusals, prepared)) {
    GraphImporter importer(&ctx, file, places, prepared, dimNames, refusals,
                           use);
    importer.importModel(*module);
    splitFlag = importer.getSplitFlag();
    if (!use && !splitFlag.empty())
      return {};
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

OwningOpRef<ModuleOp> sinter::importOnnx(MLIRContext &ctx, StringRef path,
                                         const ImportOptions &options) {
  ctx.loadDialect<SinterDialect, func::FuncDialect>();
  std::string flag;
  auto module = importUse(ctx, path, options, UseAttr(), flag);
  if (flag.empty())
    return module;
  std::string ignored;
  for (bool value : {false, true}) {
    auto use =
        importUse(ctx, path, options, UseAttr::get(&ctx, flag, value), ignored);
    if (!use)
      return {};
    if (!module) {
      module = createModule(ctx, "");
      (*module)->setLoc(use->getLoc());
      (*module)->setAttr(levelAttrName, StringAttr::get(&ctx, "graph"));
    }
    module->push_back(use.release());
  }
  return module;
}
