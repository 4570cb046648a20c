//===- WantedRows.h - logits of the last rows only ------------------------===//
#ifndef SINTER_GENERATE_WANTEDROWS_H
#define SINTER_GENERATE_WANTEDROWS_H

#include "passes/Generate/Decoder.h"

namespace sinter {

/// The last `wanted` rows of `logits` as [wanted, vocabulary]: the slice stands
/// as early as ops with one computed operand let it, before the last norm. Null
/// when `logits` is not row-wise.
mlir::Value takeWantedRows(mlir::func::FuncOp step, mlir::Value tokens,
                           mlir::Value logits);

} // namespace sinter
#endif
