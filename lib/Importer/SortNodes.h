//===- SortNodes.h - nodes in an order in which they can run --------------===//
#ifndef SINTER_IMPORTER_SORTNODES_H
#define SINTER_IMPORTER_SORTNODES_H

#include "onnx/onnx_pb.h"

namespace sinter {

/// ONNX wants nodes behind those that they read. Some tools (onnxruntime's
/// conversion to float16 among them) append nodes anywhere, and onnxruntime
/// sorts: so do we, here and in subgraphs, and keep the order where it is one.
/// A graph with a cycle stays as it is, for the checker to refuse.
void sortNodes(onnx::GraphProto &graph);

} // namespace sinter
#endif
