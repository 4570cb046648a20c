//===- DynamicRanges.h - ranges of each position --------------------------===//
#ifndef SINTER_GENERATE_DYNAMICRANGES_H
#define SINTER_GENERATE_DYNAMICRANGES_H

#include "passes/Generate/Decoder.h"

namespace sinter {

/// Dynamically quantized models (ONNX DynamicQuantizeLinear 11) scale a tensor
/// by its largest and least element, of all rows of a call: what a row gives
/// then depends on the rows beside it. A model with a past may be called with
/// one row at a time; the ranges become those of such calls, one of each row.
/// Returns how many tensors that are. Types behind them wait for
/// sinter-resolve-shapes.
unsigned takeRangesByRow(mlir::func::FuncOp step);

} // namespace sinter
#endif
