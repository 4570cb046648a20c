//===- ModelFile.cpp - an ONNX file, parsed but not loaded ----------------===//
#include "lib/Importer/ModelFile.h"
#include "lib/Importer/WireFormat.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include <google/protobuf/io/coded_stream.h>

using namespace sinter;
using llvm::StringRef;

static bool parse(StringRef bytes, onnx::ModelProto &model) {
  google::protobuf::io::CodedInputStream input(
      reinterpret_cast<const uint8_t *>(bytes.data()), int(bytes.size()));
  return model.ParseFromCodedStream(&input) && input.ConsumedEntireMessage();
}

bool sinter::readModel(StringRef path, ModelFile &file, std::string &error) {
  llvm::sys::fs::file_status status;
  if (auto code = llvm::sys::fs::status(path, status)) {
    error = code.message();
    return false;
  }
  if (!llvm::sys::fs::is_regular_file(status)) {
    error = "not a file";
    return false;
  }
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!buffer) {
    error = buffer.getError().message();
    return false;
  }
  file.folder = llvm::sys::path::parent_path(path).str();
  if (file.folder.empty())
    file.folder = ".";
  file.name = llvm::sys::path::filename(path).str();
  file.bytes = (*buffer)->getBufferSize();
  if (file.bytes == 0) {
    error = "the file is empty";
    return false;
  }
  std::string why;
  auto stripped = stripBigTensors((*buffer)->getBuffer(), why);
  if (!stripped) {
    error = "no ONNX model, or a truncated one: " + why;
    return false;
  }
  if (stripped->size() > INT32_MAX) {
    error = "the model is larger than 2 GiB even without its weights";
    return false;
  }
  if (!parse(*stripped, file.model)) {
    error = "no ONNX model, or a damaged one: protobuf cannot parse it";
    return false;
  }
  return true;
}

template <typename Nodes>
static void visitNodes(Nodes &nodes,
                       llvm::function_ref<void(onnx::TensorProto &)> visit) {
  auto visitGraph = [&](onnx::GraphProto &graph) {
    for (onnx::TensorProto &tensor : *graph.mutable_initializer())
      visit(tensor);
    visitNodes(*graph.mutable_node(), visit);
  };
  for (onnx::NodeProto &node : nodes)
    for (onnx::AttributeProto &attribute : *node.mutable_attribute()) {
      if (attribute.has_t())
        visit(*attribute.mutable_t());
      for (onnx::TensorProto &tensor : *attribute.mutable_tensors())
        visit(tensor);
      if (attribute.has_g())
        visitGraph(*attribute.mutable_g());
      for (onnx::GraphProto &graph : *attribute.mutable_graphs())
        visitGraph(graph);
    }
}

void sinter::forEachTensor(
    onnx::ModelProto &model,
    llvm::function_ref<void(onnx::TensorProto &)> visit) {
  for (onnx::TensorProto &tensor :
       *model.mutable_graph()->mutable_initializer())
    visit(tensor);
  visitNodes(*model.mutable_graph()->mutable_node(), visit);
  for (onnx::FunctionProto &function : *model.mutable_functions())
    visitNodes(*function.mutable_node(), visit);
}
