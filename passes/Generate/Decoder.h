//===- Decoder.h - the parts of a decoder's @forward ----------------------===//
#ifndef SINTER_GENERATE_DECODER_H
#define SINTER_GENERATE_DECODER_H

#include "dialects/Sinter/IR/Sinter.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include <map>
#include <string>

namespace sinter {

/// What each argument of @forward is, by how it is used, and what its sizes are
/// called in @step.
struct Decoder {
  unsigned ids = 0;
  std::optional<unsigned> positions, mask;
  llvm::SmallVector<unsigned> pasts;   // past keys and values
  unsigned logits = 0;                 // result
  llvm::SmallVector<unsigned> dropped; // results that are no part of a step
  bool hasPast() const { return !pasts.empty(); }

  /// The function's symbols in terms of "rows" and "past".
  std::map<std::string, DimExpr> symbols;
};

/// Symbols of @step.
inline constexpr llvm::StringLiteral rowsSymbol = "rows";
inline constexpr llvm::StringLiteral pastSymbol = "past";
inline constexpr llvm::StringLiteral totalSymbol = "total";
inline constexpr llvm::StringLiteral wantedSymbol = "wanted";
inline DimExpr rowsDim() { return DimExpr::symbol(rowsSymbol); }
inline DimExpr pastDim() { return DimExpr::symbol(pastSymbol); }

/// Nullopt with a reason where the function is no decoder.
std::optional<Decoder> findDecoder(mlir::func::FuncOp forward,
                                   std::string &reason);

/// Replaces symbols by expressions in all types and attributes of `op` and of
/// what is inside.
void substituteSymbols(mlir::Operation *op,
                       const std::map<std::string, DimExpr> &symbols);

/// A past as the model reads it: cast, where its inputs are of another type
/// than what it computes in.
mlir::Value skipCast(mlir::Value past);

/// The ONNX name of an argument.
std::string getInputName(mlir::func::FuncOp func, unsigned argument);

} // namespace sinter
#endif
