//===- MergedDecoder.h - an If on a use-cache flag ------------------------===//
//
// Exporters merge a decoder with a past and one without into one graph: an If
// on a bool input. With an empty past the one with a past computes what the
// other does, so that it serves both uses.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_IMPORTER_MERGEDDECODER_H
#define SINTER_IMPORTER_MERGEDDECODER_H

#include "onnx/onnx_pb.h"
#include <map>
#include <string>

namespace sinter {

/// Bool inputs that only choose between two branches of which one reads all
/// inputs of the other and pasts (inputs of rank 3 or more, to which it
/// appends) besides; with the value that takes that branch.
std::map<std::string, bool> findCacheFlags(const onnx::GraphProto &graph);

} // namespace sinter
#endif
