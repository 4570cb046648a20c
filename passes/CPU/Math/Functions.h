//===- Functions.h - elementary functions in arithmetic -------------------===//
//
// f32 in, f32 out, every input: infinities, NaN, subnormals and zeros of both
// signs as C's functions give them. Branch-free, so that loops vectorize. The
// largest errors that were measured, in units in the last place of the rounded
// true value (test/e2e/math_functions.py), are in docs/benchmarks.md; the
// polynomials come from fit.py.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_PASSES_CPU_MATH_FUNCTIONS_H
#define SINTER_PASSES_CPU_MATH_FUNCTIONS_H

#include "mlir/IR/PatternMatch.h"
#include "passes/CPU/Math/MathBuilder.h"

namespace sinter {
mlir::Value buildExp(const MathBuilder &, mlir::Value x);
/// The same bits for vector<16xf32>, by AVX-512's vscalefps.
mlir::Value buildExpWithScale(const MathBuilder &, mlir::Value x);
mlir::Value buildLog(const MathBuilder &, mlir::Value x);
mlir::Value buildTanh(const MathBuilder &, mlir::Value x);
mlir::Value buildErf(const MathBuilder &, mlir::Value x);
/// 1 + erf x, which gelu multiplies by: as exact as the sum of the two, below 0
/// more so, at half the cost.
mlir::Value buildOnePlusErf(const MathBuilder &, mlir::Value x);
mlir::Value buildSin(const MathBuilder &, mlir::Value x);
mlir::Value buildCos(const MathBuilder &, mlir::Value x);
mlir::Value buildTan(const MathBuilder &, mlir::Value x);
mlir::Value buildAsin(const MathBuilder &, mlir::Value x);
mlir::Value buildAcos(const MathBuilder &, mlir::Value x);
mlir::Value buildAtan(const MathBuilder &, mlir::Value x);
mlir::Value buildSinh(const MathBuilder &, mlir::Value x);
mlir::Value buildCosh(const MathBuilder &, mlir::Value x);
mlir::Value buildAsinh(const MathBuilder &, mlir::Value x);
mlir::Value buildAcosh(const MathBuilder &, mlir::Value x);
mlir::Value buildAtanh(const MathBuilder &, mlir::Value x);
} // namespace sinter
#endif
