//===- StepBuilder.h - a copy of @forward becomes @step -------------------===//
#ifndef SINTER_GENERATE_STEPBUILDER_H
#define SINTER_GENERATE_STEPBUILDER_H

#include "passes/Generate/Decoder.h"

namespace sinter {

/// Turns a copy of @forward into @step. After a failure without a diagnostic
/// the copy is of no use and `reason` says why.
class StepBuilder {
public:
  StepBuilder(mlir::func::FuncOp step, Decoder decoder, int64_t maxLength,
              int64_t chunk)
      : step(step), decoder(std::move(decoder)), maxLength(maxLength),
        chunk(chunk), where(step.getLoc()) {}

  llvm::LogicalResult build();
  /// A step without a cache, that is given the whole prefix each time.
  llvm::LogicalResult buildRecomputing();
  int64_t getMaxLength() const { return maxLength; }
  /// Tensors whose dynamic range is that of each position.
  unsigned countRangesByRow() const { return ranges; }
  const std::string &getReason() const { return reason; }
  mlir::Location getWhere() const { return where; }
  bool hasError() const { return error; }
  llvm::ArrayRef<mlir::Location> getCached() const { return cached; }

private:
  llvm::LogicalResult fail(const llvm::Twine &why) {
    reason = why.str();
    return llvm::failure();
  }
  llvm::LogicalResult failWithError() {
    error = true;
    return llvm::failure();
  }
  void addArguments();
  void replaceInputs();
  llvm::LogicalResult chooseMaxLength();
  llvm::LogicalResult addCache();
  llvm::LogicalResult dropArguments();
  void separateRowNumbers();
  llvm::LogicalResult shiftPositions();
  void setReturn(mlir::ValueRange values);
  mlir::Value toFloats(mlir::Value logits);
  void dropCacheCasts();
  llvm::LogicalResult runSimplify();
  llvm::LogicalResult resolve();
  void assumeRows();
  void assumeLength();
  mlir::Block &block() { return step.getBody().front(); }
  mlir::Value result(unsigned i) {
    return block().getTerminator()->getOperand(i);
  }
  DimExpr firstPosition() {
    return decoder.hasPast() && !recomputes ? pastDim() : DimExpr(0);
  }
  void dropPasts();

  mlir::func::FuncOp step;
  Decoder decoder;
  int64_t maxLength, chunk;
  mlir::Value tokens, past;
  unsigned ranges = 0;
  unsigned added = 0; // arguments in front of the model's
  std::string reason;
  mlir::Location where;
  llvm::SmallVector<mlir::Location> cached;
  bool error = false, recomputes = false;
};
} // namespace sinter
#endif
