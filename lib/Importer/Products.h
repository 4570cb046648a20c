//===- Products.h - products that several converters make -----------------===//
#ifndef SINTER_IMPORTER_PRODUCTS_H
#define SINTER_IMPORTER_PRODUCTS_H

#include "lib/Importer/Node.h"

namespace sinter {

/// a times b by numpy's rules: a rank 1 operand is a row (first) or a column
/// (second) whose extra dimension vanishes again. ONNX MatMul 13.
mlir::Value multiplyMatrices(Node &n, mlir::Value a, mlir::Value b);

/// The product of the node's operands 0 and 1, its attributes and perhaps its
/// operand 2 added. ONNX Gemm 13.
mlir::Value multiplyGemm(Node &n);

/// Windows of x [batch, channels, sizes...] times `weights`, with the node's
/// attributes; `bias` [channels out] may be null. ONNX Conv 11.
mlir::Value convolve(Node &n, mlir::Value x, mlir::Value weights,
                     mlir::Value bias);

} // namespace sinter
#endif
