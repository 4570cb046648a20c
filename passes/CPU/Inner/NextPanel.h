//===- NextPanel.h - weights come near while others are used ----*- C++ -*-===//
#ifndef SINTER_PASSES_CPU_INNER_NEXTPANEL_H
#define SINTER_PASSES_CPU_INNER_NEXTPANEL_H

#include "passes/CPU/Inner/Emitter.h"

namespace sinter {

/// Brings the panel after p near while tiles of rows work on p: a share of it
/// for each pass of a tile over the depth. A tile asks for a long share line by
/// line while it computes; for a short one before it, so that its loop asks for
/// lines of its own panel alone.
struct NextPanel {
  using Value = mlir::Value;

  /// Fewer rows than this compute on a panel about as long as it takes to come.
  static constexpr int64_t manyRows = 64;

  Emitter &e;
  Value w, depth; // panels [P, depth, width]
  Value work;     // of the tiles of a panel, in any unit

  int64_t width() const {
    return mlir::cast<mlir::MemRefType>(w.getType()).getDimSize(2);
  }
  /// The first row of the panel that belongs to a share when so much of the
  /// work is done.
  Value share(Value done) const { return e.idiv(e.imul(done, depth), work); }

  /// Is a tile's share, of so much work, more than the misses that a core keeps
  /// track of at once? Asked for before the tile it would hold up its loads.
  Value isLong(int64_t amount) const {
    constexpr int64_t longest = 4096; // bytes
    auto panels = mlir::cast<mlir::MemRefType>(w.getType());
    int64_t bytes = width() * panels.getElementTypeBitWidth() / 8;
    return e.compare(mlir::arith::CmpIPredicate::ugt,
                     e.imul(depth, e.index(bytes * amount)),
                     e.imul(work, e.index(longest)));
  }

  void before(Value p, Value done, int64_t amount) const {
    e.loop(share(done), share(e.iadd(done, amount)), 1,
           [&](Value k) { e.prefetch(w, {e.iadd(p, 1), k}, width()); });
  }
};

} // namespace sinter
#endif
