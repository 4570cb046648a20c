//===- WeightLayout.h - where a table lies in the weight file -------------===//
//
// One rule for everyone who reads or writes weights: tables in module order,
// each at a multiple of 64 bytes in the "params" section; entries of a table
// follow each other with the stride of their size rounded up to 64. The uses of
// a model (UseAttr) come one after another; a table that one before has, too,
// lies where that one does.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_IR_WEIGHTLAYOUT_H
#define SINTER_IR_WEIGHTLAYOUT_H

#include "dialects/Sinter/IR/Sinter.h"

namespace sinter {
inline constexpr int64_t weightAlignment = 64;
/// Bytes of one element in memory (i1 is one byte).
int64_t getElementBytes(mlir::Type element);
/// Bytes of a static tensor in memory, or nullopt on overflow.
std::optional<int64_t> getTensorBytes(mlir::RankedTensorType type);
/// Distance between two entries of a table in bytes.
int64_t getTableStride(TableOp table);
/// Sets `offset` of every table of the model; returns the section's bytes.
/// Tables that have an offset already must have the one of the rule.
mlir::FailureOr<int64_t> assignTableOffsets(mlir::ModuleOp model);
} // namespace sinter
#endif
