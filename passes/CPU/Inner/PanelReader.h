//===- PanelReader.h - how a register tile reads packed weights -*- C++ -*-===//
#ifndef SINTER_PASSES_CPU_INNER_PANELREADER_H
#define SINTER_PASSES_CPU_INNER_PANELREADER_H

#include "dialects/Sinter/IR/Sinter.h"
#include "passes/CPU/Inner/RegisterTile.h"

namespace sinter {

/// The ways in which tiles of an inner_matmul multiply, by the element types of
/// x and w and the target: f32, f16 and bf16 panels are widened and multiplied
/// by f32 fma; bf16 rows times bf16 panels use vdpbf16ps. All ways to multiply
/// bf16 panels add in one order: the same bits for equal values of x.
class PanelReader {
  using Value = mlir::Value;

public:
  /// Nullopt when there is no vector code for these operands.
  static std::optional<PanelReader> get(InnerMatMulOp op, TargetAttr target);

  /// A tile of `height` rows from row m on and `vectors` vectors from column
  /// `column` of panel p on.
  RegisterTile makeTile(Emitter &e, Value p, mlir::Value column, Value m,
                        int64_t height, int64_t vectors) const;
  /// The sum over all of k.
  Emitter::Values multiply(Emitter &e, const RegisterTile &tile,
                           Emitter::Values accumulators) const;

  int64_t getPanelLanes() const { return panelLanes; }
  /// Registers that unpacking takes beside the tile's own.
  int64_t getExtraRegisters(int64_t vectors) const;

private:
  enum class Form { widened, pairs, dot };

  Form form = Form::widened;
  Value x, w;
  int64_t panelLanes = 0;
  std::optional<int64_t> depth; // static K
};

} // namespace sinter
#endif
