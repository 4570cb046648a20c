//===- NativeRun.cpp - a model compiled, loaded and run in this process ---===//
#include "test/onnx/NativeRun.h"
#include "mlir/IR/Builders.h"
#include "sinter/compile.h"
#include "sinter/runtime.h"
#include "llvm/Support/MemoryBuffer.h"
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

using namespace sinter;
using namespace sinter::test;

// sinterc's messages go to stderr: into a file, of which errors are read.
static std::string compileQuietly(const CompileOptions &options, bool &ok) {
  std::string log = options.output + ".log";
  int saved = dup(STDERR_FILENO);
  int file = open(log.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600);
  dup2(file, STDERR_FILENO);
  ok = compile(options);
  dup2(saved, STDERR_FILENO);
  close(file);
  close(saved);
  auto buffer = llvm::MemoryBuffer::getFile(log);
  unlink(log.c_str());
  if (!buffer)
    return "no messages";
  llvm::SmallVector<llvm::StringRef> lines;
  (*buffer)->getBuffer().split(lines, '\n');
  std::string errors;
  for (llvm::StringRef line : lines)
    if (line.consume_front("sinterc: error: "))
      errors += (errors.empty() ? "" : " | ") + line.str();
  return errors;
}

static mlir::Type typeOf(mlir::MLIRContext *ctx, sinter_element element) {
  mlir::Builder b(ctx);
  auto integer = [&](unsigned width, bool isUnsigned) {
    return mlir::IntegerType::get(ctx, width,
                                  isUnsigned ? mlir::IntegerType::Unsigned
                                             : mlir::IntegerType::Signless);
  };
  switch (element) {
  case SINTER_ELEMENT_F32:
    return b.getF32Type();
  case SINTER_ELEMENT_F64:
    return b.getF64Type();
  case SINTER_ELEMENT_F16:
    return b.getF16Type();
  case SINTER_ELEMENT_BF16:
    return b.getBF16Type();
  case SINTER_ELEMENT_BOOL:
    return b.getI1Type();
  case SINTER_ELEMENT_I8:
  case SINTER_ELEMENT_U8:
    return integer(8, element == SINTER_ELEMENT_U8);
  case SINTER_ELEMENT_I16:
  case SINTER_ELEMENT_U16:
    return integer(16, element == SINTER_ELEMENT_U16);
  case SINTER_ELEMENT_I32:
  case SINTER_ELEMENT_U32:
    return integer(32, element == SINTER_ELEMENT_U32);
  default:
    return integer(64, element == SINTER_ELEMENT_U64);
  }
}

NativeResult sinter::test::runNative(mlir::MLIRContext *ctx,
                                     const std::string &model,
                                     llvm::ArrayRef<Tensor> arguments) {
  NativeResult result;
  CompileOptions options;
  options.input = model;
  options.output = model + ".so";
  options.name = "node";
  options.march = "x86-64-v3";
  options.quick = true; // our lowering is on trial, not LLVM's
  result.error = compileQuietly(options, result.compiled);
  if (!result.compiled)
    return result;
  sinter_error error;
  sinter_model *opened;
  sinter_session *session;
  auto failed = [&] {
    result.error = error.message;
    return result;
  };
  if (sinter_model_open(options.output.c_str(), nullptr, &opened, &error) ||
      sinter_session_create(opened, nullptr, &session, &error))
    return failed();
  const sinter_artifact *artifact = sinter_model_artifact(opened);
  if (artifact->input_count != int32_t(arguments.size())) {
    result.error = "it has " + std::to_string(artifact->input_count) +
                   " inputs, not " + std::to_string(arguments.size());
    return result;
  }
  std::vector<sinter_tensor> inputs;
  for (auto [i, argument] : llvm::enumerate(arguments)) {
    sinter_tensor tensor = {};
    tensor.name = artifact->inputs[i].name;
    tensor.element = artifact->inputs[i].element;
    tensor.rank = argument.getRank();
    tensor.dims = argument.getShape().data();
    tensor.data = const_cast<char *>(argument.getData());
    inputs.push_back(tensor);
  }
  const sinter_tensor *outputs;
  if (sinter_session_forward(session, inputs.data(), inputs.size(), &outputs,
                             &error))
    return failed();
  for (int32_t i = 0; i < artifact->output_count; ++i) {
    llvm::ArrayRef<int64_t> shape(outputs[i].dims, outputs[i].rank);
    Tensor tensor(typeOf(ctx, outputs[i].element), shape);
    std::memcpy(tensor.getWritable(), outputs[i].data, tensor.getBytes());
    result.outputs.push_back(tensor);
  }
  sinter_session_close(session);
  sinter_model_close(opened);
  return result;
}
