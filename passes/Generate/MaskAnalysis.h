//===- MaskAnalysis.h - what a mask of attention means --------------------===//
//
// A mask of scores [1, heads, queries, keys] is read element by element
// (ElementValue.h) and compared with the forms that a cache can keep: causal
// with the last query at the last key, a window behind it, and ALiBi: a slope
// of each head times the key's position.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_GENERATE_MASKANALYSIS_H
#define SINTER_GENERATE_MASKANALYSIS_H

#include "dialects/Sinter/IR/Sinter.h"
#include <string>
#include <vector>

namespace sinter {

struct MaskMeaning {
  bool causal = false;        // key j <= query i + keys - queries
  int64_t window = 0;         // w > 0: only j > i + keys - queries - w
  std::vector<double> slopes; // of each head; empty: none
};

/// What a mask keeps, for attention of `queries` new positions over `keys`; an
/// absent mask keeps all. Nullopt with a reason where it is none of the forms.
/// Values at or below -1e4 remove: exp() of them beside a score that stays is
/// 0.
std::optional<MaskMeaning> analyzeMask(mlir::Value mask, const DimExpr &heads,
                                       const DimExpr &queries,
                                       const DimExpr &keys,
                                       std::string &reason);

} // namespace sinter
#endif
