//===- Liveness.h - when a buffer is in use -------------------------------===//
#ifndef SINTER_BUFFERIZE_LIVENESS_H
#define SINTER_BUFFERIZE_LIVENESS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"

namespace sinter {

/// First and last op (in program order) between which a buffer holds something.
struct LiveRange {
  unsigned first = ~0u, last = 0;
  bool overlaps(const LiveRange &other) const {
    return first <= other.last && other.first <= last;
  }
};

class BufferLiveness {
public:
  explicit BufferLiveness(mlir::func::FuncOp function);
  /// The range of an allocation through all views and loop values of it. A use
  /// in a loop that does not contain the allocation lives as long as the loop.
  LiveRange get(mlir::Operation *allocation) const;
  /// The op's place in program order.
  unsigned getNumber(mlir::Operation *op) const { return spans.at(op).first; }

private:
  llvm::DenseMap<mlir::Operation *, LiveRange> spans; // op with its regions
};

} // namespace sinter
#endif
