//===- RotaryTables.h - one half of a cos or sin table --------------------===//
//
// Exporters repeat a table: the angles are concat(t, t), or each one twice in a
// row, so that it multiplies a whole head. sinter.rotary wants it once. The
// half is rebuilt from what the table is computed from, which also proves that
// both halves are equal.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_FUSE_ROTARYTABLES_H
#define SINTER_FUSE_ROTARYTABLES_H

#include "mlir/IR/Builders.h"
#include "llvm/ADT/DenseMap.h"
#include <string>

namespace sinter {

class RotaryTables {
public:
  /// The first half of `table`'s last dimension where the second is equal; the
  /// elements 0, 2, 4 ... where each pair is equal (`interleaved`). Null with a
  /// reason otherwise. New ops stand beside the old ones.
  mlir::Value getHalf(mlir::Value table, bool interleaved, std::string &reason);

private:
  mlir::Value half(mlir::Value value, int64_t axis, bool interleaved);
  mlir::Value rebuild(mlir::Operation *op, int64_t axis, bool interleaved);

  llvm::DenseMap<std::pair<mlir::Value, int64_t>, mlir::Value> halves;
  std::string why;
};

} // namespace sinter
#endif
