//===- AttentionParts.h - pieces of the attention ops' converters ---------===//
#ifndef SINTER_IMPORTER_ATTENTIONPARTS_H
#define SINTER_IMPORTER_ATTENTIONPARTS_H

#include "lib/Importer/Positions.h"

namespace sinter {

/// a and b; a may be null.
mlir::Value both(Node &n, mlir::Value a, mlir::Value b);
/// [batch, length, heads * width] -> [batch, length, heads, width].
mlir::Value splitHeads(Node &n, mlir::Value x, int64_t heads, const char *name);
/// [batch, length, heads, width] <-> [batch, heads, length, width].
mlir::Value swapHeads(Node &n, mlir::Value x);
/// [batch, heads, length, width] -> [batch, length, heads * width].
mlir::Value joinHeads(Node &n, mlir::Value x);

} // namespace sinter
#endif
