//===- ResizeRules.h - how Resize finds an output's source ----------------===//
#ifndef SINTER_IMPORTER_RESIZERULES_H
#define SINTER_IMPORTER_RESIZERULES_H

#include "lib/Importer/Node.h"

namespace sinter {

/// The attributes, named as in ONNX.
struct ResizeRules {
  std::string mode, coordinates, nearest, policy;
  double cubicA, extrapolation;
  bool antialias, excludeOutside;
};

/// Resizes dimension `dim` of x, a float unless the mode is nearest, to `out`
/// elements, one size or both of which only a run knows. `scale` 0: out / in.
/// Refuses what needs the sizes: crops, antialiasing, aspect ratios.
mlir::Value resizeSymbolic(Node &n, const ResizeRules &rules, mlir::Value x,
                           int64_t dim, const DimExpr &out, double scale);

} // namespace sinter
#endif
