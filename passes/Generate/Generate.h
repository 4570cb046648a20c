//===- Generate.h - level 1 (graph) to level 2 (model) --------------------===//
//
// Invariants of level 2 (checked by sinter-check-model): a decoder is one
//   func.func @step(tokens [rows], past, total, wanted, cache)
//     -> (logits [wanted, vocabulary], cache)
// with 0 <= wanted <= rows and past + rows = total <= sinter.max_length. Its
// hidden states are [rows, C], its attentions are cache_append and
// cached_attention on one chain of states of the cache, nothing computes a mask
// or a shape, and what positions alone decide is a slice of a table. A model
// that is no decoder keeps @forward.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_GENERATE_GENERATE_H
#define SINTER_GENERATE_GENERATE_H

#include "dialects/Sinter/IR/Sinter.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace sinter {

/// Rows that a step takes at most, where nobody says (docs/decisions.md).
inline constexpr int64_t defaultPrefillChunk = 512;
#define GEN_PASS_DECL
#include "passes/Generate/Passes.h.inc"
#define GEN_PASS_REGISTRATION
#include "passes/Generate/Passes.h.inc"
} // namespace sinter
#endif
