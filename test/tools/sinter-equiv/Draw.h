//===- Draw.h - random inputs of a function, by domain ----------*- C++ -*-===//
//
// Sizes: each symbol gets one value. Elements by what the function does with
// them: integers that index a gather stay below the smallest axis; masks are 0
// or 1 and leave the first key of a row visible; positions count up; bools are
// random; other floats are normal, other integers small.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_EQUIV_DRAW_H
#define SINTER_EQUIV_DRAW_H

#include "dialects/Sinter/Interpreter/Evaluation.h"
#include <random>

namespace sinter {

using SymbolValues = std::map<std::string, int64_t>;

class Random {
public:
  explicit Random(uint64_t seed) : engine(seed) {}
  int64_t between(int64_t low, int64_t high); // both included
  double normal();

private:
  std::mt19937_64 engine;
};

/// Values of all symbols of the function's arguments: `given` ones (expressions
/// over the others), the others small. In a step, past + rows stays below what
/// the module says; a mask whose length is a symbol of its own covers past and
/// new positions.
SymbolValues drawSymbols(mlir::func::FuncOp function,
                         const std::map<std::string, DimExpr> &given,
                         Random &random);

/// One value an argument. Fails (with an error on the function) when a size
/// cannot be computed.
mlir::FailureOr<Data> drawArguments(mlir::func::FuncOp function,
                                    const SymbolValues &symbols,
                                    Random &random);

/// As drawArguments, for one tensor argument.
mlir::FailureOr<Tensor> drawTensor(mlir::func::FuncOp function,
                                   unsigned argument,
                                   const SymbolValues &symbols, Random &random);

/// A copy that shares no memory.
Datum copyDatum(const Datum &datum);

/// Params as seeded numbers: an element depends on its file, its place there
/// and its type alone, so that two modules see the same weights.
class RandomParamReader : public ParamReader {
public:
  explicit RandomParamReader(uint64_t seed) : seed(seed) {}
  llvm::Expected<ParamBytes> read(llvm::StringRef file, int64_t offset,
                                  int64_t bytes, mlir::Type element) override;

private:
  uint64_t seed;
};

} // namespace sinter
#endif
