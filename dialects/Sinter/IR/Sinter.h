//===- Sinter.h - the dialect's C++ face ----------------------------------===//
//
// Include this for ops, types and attributes. Facts that a pass needs about a
// module (names of attributes) are here too; meaning of ops is in
// dialects/Sinter/Interpreter.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_IR_SINTER_H
#define SINTER_IR_SINTER_H

#include "dialects/Sinter/IR/DimExpr.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/IR/TensorEncoding.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace sinter {
class Evaluation;  // dialects/Sinter/Interpreter/Evaluation.h
class ShapeValues; // dialects/Sinter/IR/ShapeValues.h
} // namespace sinter

#include "dialects/Sinter/IR/SinterDialect.h.inc"
#include "dialects/Sinter/IR/SinterEnums.h.inc"
#include "dialects/Sinter/IR/SinterInterfaces.h.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/Sinter/IR/SinterAttrs.h.inc"
#define GET_TYPEDEF_CLASSES
#include "dialects/Sinter/IR/SinterTypes.h.inc"
#define GET_OP_CLASSES
#include "dialects/Sinter/IR/SinterOps.h.inc"

namespace sinter {
/// Attributes of the module (TargetAttr, integers, strings, arrays).
inline constexpr llvm::StringLiteral targetAttrName = "sinter.target";
inline constexpr llvm::StringLiteral levelAttrName = "sinter.level";
inline constexpr llvm::StringLiteral maxLengthAttrName = "sinter.max_length";
inline constexpr llvm::StringLiteral prefillChunkAttrName =
    "sinter.prefill_chunk";
inline constexpr llvm::StringLiteral endIdsAttrName = "sinter.end_ids";
/// A UseAttr, on a module inside of the model's.
inline constexpr llvm::StringLiteral useAttrName = "sinter.use";
/// On a function: "forward" or "step".
inline constexpr llvm::StringLiteral entryAttrName = "sinter.entry";
/// On @forward: what is supported in a @step alone, for a message.
inline constexpr llvm::StringLiteral needsStepAttrName = "sinter.needs_step";
/// On an argument or result: the ONNX name; on an index argument: its symbol.
inline constexpr llvm::StringLiteral nameAttrName = "sinter.name";
inline constexpr llvm::StringLiteral symbolAttrName = "sinter.symbol";
/// On a sinter.param: the two halves of its last dimension are equal.
inline constexpr llvm::StringLiteral equalHalvesAttrName =
    "sinter.equal_halves";

/// The modules of a model's uses (UseAttr), in order: those inside of `model`,
/// or itself, where it has one use.
llvm::SmallVector<mlir::ModuleOp, 2> getUses(mlir::ModuleOp model);

/// May rows of `depth` elements be summed in blocks, see packed_matmul?
bool isDepthBlock(int64_t block, int64_t interleave, int64_t depth,
                  mlir::Type weights, mlir::Type results);
} // namespace sinter

#endif
