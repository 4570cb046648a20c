//===- QuantizedRows.h - onnxruntime's weights in few bits ----------------===//
//
// Numbers of 2, 4 or 8 bits, the first in the lowest bits of a byte, with a
// scale and perhaps a zero point for each block of a row.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_IMPORTER_QUANTIZEDROWS_H
#define SINTER_IMPORTER_QUANTIZEDROWS_H

#include "lib/Importer/Node.h"

namespace sinter {

inline int64_t blocksOf(int64_t size, int64_t block) {
  return (size + block - 1) / block;
}
bool isBytes(Node &n, mlir::Value x);
/// Refuses what no weight has; true when the node is not refused.
bool checkNumbers(Node &n, int64_t bits, int64_t block);
/// Bytes along the last dimension as the numbers in them.
mlir::Value unpack(Node &n, mlir::Value bytes, int64_t bits);
/// Zero points of `rows` rows, [rows, blocks]: floats as they are, bytes whose
/// rows are padded as numbers.
mlir::Value unpackZeros(Node &n, mlir::Value zeros, int64_t rows,
                        int64_t blocks, int64_t bits);
/// Numbers [rows, columns], scales and zero points [rows, blocks] as floats;
/// without zero points they are the middle of the range.
mlir::Value dequantizeRows(Node &n, mlir::Value numbers, mlir::Value scales,
                           mlir::Value zeros, int64_t bits, int64_t block);

} // namespace sinter
#endif
