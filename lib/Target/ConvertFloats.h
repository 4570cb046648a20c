//===- ConvertFloats.h - float types of weights -----------------*- C++ -*-===//
#ifndef SINTER_TARGET_CONVERTFLOATS_H
#define SINTER_TARGET_CONVERTFLOATS_H

#include "lib/Target/StridedView.h"
#include "mlir/IR/Types.h"
#include <optional>

namespace sinter {

/// Every element of `from` as `toType`, rounded to nearest even, a NaN to the
/// quiet one of its sign: the interpreter's sinter.cast, fast. Nullopt for
/// other pairs than f32 and one of f16, bf16.
std::optional<StridedView>
convertFloats(const StridedView &from, mlir::Type fromType, mlir::Type toType);

} // namespace sinter
#endif
