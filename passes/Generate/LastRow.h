//===- LastRow.h - logits of the last position become those of all --------===//
#ifndef SINTER_GENERATE_LASTROW_H
#define SINTER_GENERATE_LASTROW_H

#include "passes/Generate/Decoder.h"

namespace sinter {

/// Exports that compute the logits of the last position alone pick its row of
/// the hidden states: gives the logits of all rows, [.., rows, vocabulary], for
/// a step takes those that are wanted. `logits` as it is where its rows are all
/// there; null where they are not and nothing picks the last one.
mlir::Value widenLastRow(mlir::Value logits);

} // namespace sinter
#endif
