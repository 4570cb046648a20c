//===- Work.h - what an op before TileToTeam costs ------------------------===//
#ifndef SINTER_TILE_WORK_H
#define SINTER_TILE_WORK_H

#include "dialects/Sinter/IR/Sinter.h"

namespace sinter {

/// Name, kind, bytes and FLOPs of one op (an inner tile, a linalg op, a loop)
/// while it is whole and on tensors.
WorkAttr getWork(mlir::Operation *op);

/// The first ONNX node of a location, or nothing.
llvm::StringRef getNodeName(mlir::Location loc);

} // namespace sinter
#endif
