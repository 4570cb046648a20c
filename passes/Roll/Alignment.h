//===- Alignment.h - which ops of which layers are the same ---------------===//
//
// Two layers are alike when a walk backward from their last ops, operand by
// operand, meets ops with equal labels until it comes to the layer before: what
// is found there is carried from layer to layer. What both take from the same
// place is captured. Loads may read other tables, and index constants (of the
// cache's layer) may count up.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_ROLL_ALIGNMENT_H
#define SINTER_ROLL_ALIGNMENT_H

#include "mlir/IR/Block.h"
#include "mlir/IR/Operation.h"
#include "mlir/IR/Value.h"
#include <optional>
#include <vector>

namespace sinter {

/// Where an operand of the loop's body comes from.
struct Source {
  enum Kind {
    captured, // `values[0]`, the same for all layers
    leaf,     // `values`: a load or constant for each layer
    inside,   // result `result` of body op `op`
    carried   // the same of the layer before, at first `values[0]`
  } kind;
  llvm::SmallVector<mlir::Value> values = {}; // by layer, the first one first
  unsigned op = 0, result = 0;
};

/// Layers that one loop can stand for.
struct Alignment {
  /// By layer, the first one first: its ops in order.
  std::vector<llvm::SmallVector<mlir::Operation *>> layers;
  /// By body op and operand.
  std::vector<llvm::SmallVector<Source>> sources;
  /// The distinct carried ones: body op, result, value before the first layer.
  struct Carried {
    unsigned op, result;
    mlir::Value init;
  };
  llvm::SmallVector<Carried> carried;

  size_t countOps() const { return layers.size() * layers.front().size(); }
};

/// The best alignment in a block that is ordered by need; nullopt when layers
/// with a matmul do not repeat.
std::optional<Alignment> findLayers(mlir::Block &block);

} // namespace sinter
#endif
