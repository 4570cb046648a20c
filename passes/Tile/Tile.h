//===- Tile.h - level 3 to tiles for a team, still on tensors -------------===//
//
// sinter ops become linalg.generic, tensor ops and sinter.inner_* tiles in
// destination style; then each is split over the members of the thread team.
//
// Invariants after it: entry functions take memrefs and indices whose argument
// attribute `sinter.role` is input, output, symbol, cache, params, fault,
// member or members, and return nothing; inside are linalg, tensor, scf, arith,
// math, memref views of params and cache, bufferization.to_tensor and
// materialize_in_destination, and sinter.inner_*, sinter.require and, before
// each piece of work, sinter.trace_point. No encodings, bool or unsigned
// element types are left.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_TILE_TILE_H
#define SINTER_TILE_TILE_H

#include "dialects/Sinter/IR/Sinter.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"

namespace sinter {

#define GEN_PASS_DECL
#include "passes/Tile/Passes.h.inc"

/// All passes of this folder in order, and the cleaning between them.
void buildTilePipeline(mlir::OpPassManager &passes);

#define GEN_PASS_REGISTRATION
#include "passes/Tile/Passes.h.inc"

/// The passes and the pipeline `sinter-tile-pipeline`.
void registerTilePasses();

/// TilingInterface of the inner ops.
void registerTileInterfaces(mlir::DialectRegistry &registry);

/// On a loop whose steps depend on each other element by element: one member
/// runs it.
inline constexpr llvm::StringLiteral serialAttrName = "sinter.serial";
/// On an scf.forall: its iterations are shares of which there may be more than
/// members, which claim them while they run.
inline constexpr llvm::StringLiteral sharedAttrName = "sinter.shared";
/// On entry arguments of level 4: what they are, and the level 3 type.
inline constexpr llvm::StringLiteral roleAttrName = "sinter.role";
inline constexpr llvm::StringLiteral typeAttrName = "sinter.type";

/// x / y of indices, rounded up.
mlir::Value ceilDiv(mlir::OpBuilder &b, mlir::Location loc, mlir::Value x,
                    mlir::Value y);

/// Does the loop compute each element of its one result from that of its one
/// input in the same place, and maybe from the destination's?
bool mapsElements(mlir::linalg::GenericOp op);

/// Is the op's result its first operand's elements, on tensors?
bool isView(mlir::Operation *op);

/// What a value is a view of.
mlir::Value getViewSource(mlir::Value value);

/// The argument with this role, or null.
mlir::BlockArgument getRoleArgument(mlir::func::FuncOp function,
                                    llvm::StringRef role);

} // namespace sinter
#endif
