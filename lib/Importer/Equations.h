//===- Equations.h - what an Einsum equation may look like ----------------===//
#ifndef SINTER_IMPORTER_EQUATIONS_H
#define SINTER_IMPORTER_EQUATIONS_H

#include "lib/Importer/Refusals.h"

namespace sinter {

/// Takes the spaces out of all Einsum equations and refuses what is no terms of
/// letters, each with at most one "..."; false then. The ONNX library's shape
/// inference (1.23.2) does not come to an end, or reads behind its operands'
/// sizes, on others.
bool tidyEquations(onnx::ModelProto &model, int64_t opset, Refusals &refusals);

} // namespace sinter
#endif
