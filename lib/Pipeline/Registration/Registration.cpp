//===- Registration.cpp - every dialect, extension and pass that we use ---===//
#include "lib/Pipeline/Registration/Registration.h"
#include "dialects/Sinter/IR/Sinter.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"
#include "passes/Bufferize/Bufferize.h"
#include "passes/CPU/CPU.h"
#include "passes/Fuse/Fuse.h"
#include "passes/Generate/Generate.h"
#include "passes/Layout/Layout.h"
#include "passes/Quantize/Quantize.h"
#include "passes/Roll/Roll.h"
#include "passes/Simplify/Simplify.h"
#include "passes/Tile/Tile.h"

void sinter::registerDialects(mlir::DialectRegistry &registry) {
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  mlir::registerAllToLLVMIRTranslations(registry);
  registry.insert<SinterDialect>();
  registerTileInterfaces(registry);
  registerBufferizeInterfaces(registry);
}

void sinter::registerPasses() {
  registerSimplifyPasses();
  registerFusePasses();
  registerGeneratePasses();
  registerQuantizePasses();
  registerLayoutPasses();
  registerRollPasses();
  registerTilePasses();
  registerBufferizePasses();
  registerCPUPasses();
}
