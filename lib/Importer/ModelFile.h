//===- ModelFile.h - an ONNX file, parsed but not loaded ------------------===//
#ifndef SINTER_IMPORTER_MODELFILE_H
#define SINTER_IMPORTER_MODELFILE_H

#include "onnx/onnx_pb.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include <string>

namespace sinter {

struct ModelFile {
  std::string folder;     ///< of the model, "." when the path has none
  std::string name;       ///< the file in it
  uint64_t bytes = 0;     ///< of the file
  onnx::ModelProto model; ///< big tensors as WireFormat.h notes them
};

/// False and `error` when the file cannot be read or is no serialized model.
bool readModel(llvm::StringRef path, ModelFile &file, std::string &error);

/// Every tensor of a model: initializers and attributes, in subgraphs and
/// functions too.
void forEachTensor(onnx::ModelProto &model,
                   llvm::function_ref<void(onnx::TensorProto &)> visit);

} // namespace sinter
#endif
