//===- onnx.cpp - any bytes as an ONNX model ------------------------------===//
//
// A folder that is made once holds the model and what external data may name.
//
//===----------------------------------------------------------------------===//
#include "lib/Importer/Importer.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace {
struct Folder {
  std::string path;
  Folder() {
    std::string name =
        (std::filesystem::temp_directory_path() / "sinter-fuzz-XXXXXX")
            .string();
    path = mkdtemp(name.data());
    std::ofstream(path + "/weights.bin") << std::string(4096, '\1');
  }
  ~Folder() { std::filesystem::remove_all(path); }
};
} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static Folder folder;
  std::string model = folder.path + "/model.onnx";
  std::ofstream(model, std::ios::binary)
      .write(reinterpret_cast<const char *>(data), std::streamsize(size));
  mlir::MLIRContext ctx(mlir::MLIRContext::Threading::DISABLED);
  bool errors = false;
  ctx.getDiagEngine().registerHandler([&](mlir::Diagnostic &diagnostic) {
    errors |= diagnostic.getSeverity() == mlir::DiagnosticSeverity::Error;
    return mlir::success();
  });
  auto module = sinter::importOnnx(ctx, model);
  if (bool(module) == errors)
    abort(); // either a module, or a reason
  return 0;
}
