//===- PanelReader.h - how a register tile reads packed weights -*- C++ -*-===//
#ifndef SINTER_PASSES_CPU_INNER_PANELREADER_H
#define SINTER_PASSES_CPU_INNER_PANELREADER_H

#include "dialects/Sinter/IR/Sinter.h"
#include "passes/CPU/Inner/Contraction.h"

namespace sinter {

/// How tiles of rows times panels read their operands.
class PanelReader {
  using Value = mlir::Value;

public:
  /// For x [M, K] and panels [P, ceil(K / I), L * I]. Nullopt when there is no
  /// vector code for these operands.
  static std::optional<PanelReader> get(Value x, Value w, int64_t interleave,
                                        TargetAttr target);

  /// A tile of these rows of x and `vectors` vectors from column `column` of
  /// panel p on, `stride` columns apart (0: one beside the other).
  RegisterTile makeTile(Emitter &e, Value p, Value column,
                        mlir::ArrayRef<Value> rows, int64_t vectors,
                        int64_t stride = 0) const;
  /// The sum over all of k.
  Emitter::Values multiply(Emitter &e, const RegisterTile &tile,
                           Emitter::Values accumulators) const;

  int64_t getPanelLanes() const { return panelLanes; }

  /// The tiles that cover any number of rows: tall ones (more than two rows)
  /// with two native vectors of a panel, low ones with all of it, so that few
  /// rows read weights in address order.
  struct Tiles {
    int64_t tallVectors, panelVectors;
    llvm::SmallVector<int64_t> tall, low; // heights, descending
  };
  Tiles getTiles(TargetAttr target) const;

  /// The most rows that a low tile multiplies faster than a tall one, whose
  /// last rows are not there: more would read all weights twice, and unpacking
  /// pairs for two rows costs more than that.
  int64_t getMostLowRows() const {
    return contraction.getForm() == Form::pairs ? 1 : 2;
  }

private:
  using Form = Contraction::Form;

  PanelReader(Value x, Value w, Contraction contraction, int64_t panelLanes)
      : x(x), w(w), contraction(contraction), panelLanes(panelLanes) {}

  Value x, w;
  Contraction contraction;
  int64_t panelLanes;
};

/// Row numbers first, first + 1 ..
Emitter::Values rowsFrom(Emitter &e, mlir::Value first, int64_t count);

} // namespace sinter
#endif
