//===- Activations.h - activations that several converters make -----------===//
#ifndef SINTER_IMPORTER_ACTIVATIONS_H
#define SINTER_IMPORTER_ACTIVATIONS_H

#include "lib/Importer/Node.h"

namespace sinter {

/// alpha x below 0, else x. ONNX LeakyRelu 16.
mlir::Value leakyReluOf(Node &n, mlir::Value x, double alpha);
/// max(0, min(1, alpha x + beta)). ONNX HardSigmoid 22.
mlir::Value hardSigmoidOf(Node &n, mlir::Value x, double alpha, double beta);

} // namespace sinter
#endif
