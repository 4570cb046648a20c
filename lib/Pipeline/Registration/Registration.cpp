//===- Registration.cpp - every dialect, extension and pass that we use ---===//
#include "lib/Pipeline/Registration/Registration.h"
#include "dialects/Sinter/IR/Sinter.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"
#ifdef SINTER_HAS_SIMPLIFY
#include "passes/Simplify/Simplify.h"
#endif
#ifdef SINTER_HAS_FUSE
#include "passes/Fuse/Fuse.h"
#endif
#ifdef SINTER_HAS_GENERATE
#include "passes/Generate/Generate.h"
#endif
#ifdef SINTER_HAS_LAYOUT
#include "passes/Layout/Layout.h"
#endif
#ifdef SINTER_HAS_ROLL
#include "passes/Roll/Roll.h"
#endif
#ifdef SINTER_HAS_TILE
#include "passes/Tile/Tile.h"
#endif
#ifdef SINTER_HAS_BUFFERIZE
#include "passes/Bufferize/Bufferize.h"
#endif
#ifdef SINTER_HAS_CPU
#include "passes/CPU/CPU.h"
#endif

void sinter::registerDialects(mlir::DialectRegistry &registry) {
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  mlir::registerAllToLLVMIRTranslations(registry);
  registry.insert<SinterDialect>();
#ifdef SINTER_HAS_TILE
  registerTileInterfaces(registry);
#endif
#ifdef SINTER_HAS_BUFFERIZE
  registerBufferizeInterfaces(registry);
#endif
}

void sinter::registerPasses() {
#ifdef SINTER_HAS_SIMPLIFY
  registerSimplifyPasses();
#endif
#ifdef SINTER_HAS_FUSE
  registerFusePasses();
#endif
#ifdef SINTER_HAS_GENERATE
  registerGeneratePasses();
#endif
#ifdef SINTER_HAS_LAYOUT
  registerLayoutPasses();
#endif
#ifdef SINTER_HAS_ROLL
  registerRollPasses();
#endif
#ifdef SINTER_HAS_TILE
  registerTilePasses();
#endif
#ifdef SINTER_HAS_BUFFERIZE
  registerBufferizePasses();
#endif
#ifdef SINTER_HAS_CPU
  registerCPUPasses();
#endif
}
