//===- Contraction.h - how operands of a dot product meet -------*- C++ -*-===//
#ifndef SINTER_PASSES_CPU_INNER_CONTRACTION_H
#define SINTER_PASSES_CPU_INNER_CONTRACTION_H

#include "dialects/Sinter/IR/Sinter.h"
#include "passes/CPU/Inner/RegisterTile.h"

namespace sinter {

/// How a register tile multiplies rows by packed columns, by their element
/// types and the target: f32, f16 and bf16 columns are widened and multiplied
/// by f32 fma; bf16 rows times pairs of bf16 use vdpbf16ps. All ways to
/// multiply pairs add in one order: the same bits for equal values.
class Contraction {
  using Value = mlir::Value;
  using Values = Emitter::Values;

public:
  enum class Form { widened, pairs, dot };

  /// Nullopt when there is no vector code for these element types.
  static std::optional<Contraction> get(mlir::Type rows, mlir::Type columns,
                                        int64_t interleave, TargetAttr target);

  Form getForm() const { return form; }
  /// Elements of k in each lane of what a tile loads.
  int64_t getInterleave() const { return form == Form::widened ? 1 : 2; }
  /// Registers that unpacking takes beside the tile's own.
  int64_t getExtraRegisters(int64_t vectors) const;

  /// One side: where it has element k of row r, or what vector v of a group of
  /// `interleave` elements begins with.
  struct Side {
    Value memref;
    std::function<Values(Value at, int64_t i)> place;
  };
  /// Refers to `e`.
  RegisterTile makeTile(Emitter &e, int64_t rows, int64_t vectors, Side left,
                        Side right) const;

  /// An f32 vector as elements of the left side.
  Value narrow(Emitter &e, Value v) const;

  /// The sum over k = 0 .. count - 1. Where count does not fill the last group,
  /// the left side has zeros there.
  Values sum(Emitter &e, const RegisterTile &tile, Value count,
             Values accumulators) const;

private:
  explicit Contraction(Form form) : form(form) {}

  Form form;
};

} // namespace sinter
#endif
