//===- ImportFixture.h - models from text, imported -----------------------===//
#ifndef SINTER_TEST_IMPORTFIXTURE_H
#define SINTER_TEST_IMPORTFIXTURE_H

#include "lib/Importer/Importer.h"
#include "mlir/IR/MLIRContext.h"
#include "onnx/onnx_pb.h"
#include <gtest/gtest.h>

namespace sinter::test {

class ImportTest : public ::testing::Test {
protected:
  void SetUp() override;
  void TearDown() override;

  /// A model in ONNX's text format; a test failure when it does not parse.
  static onnx::ModelProto parse(const std::string &text);
  /// Opset 21 unless `opset` says otherwise, around a graph's text.
  static onnx::ModelProto graph(const std::string &text, int opset = 21);
  std::string write(const std::string &name, const std::string &bytes);
  /// Imports; what was printed as errors is in `errors`, one a line.
  bool import(const onnx::ModelProto &model, const ImportOptions &options = {});
  bool importBytes(const std::string &bytes, const ImportOptions &options = {});
  bool importFile(const std::string &path, const ImportOptions &options = {});
  /// The imported module as text.
  std::string text();
  /// Expects a refusal with exactly `count` errors, one of which has `part`.
  void expectRefused(const onnx::ModelProto &model, const std::string &part,
                     unsigned count = 1);

  std::string folder;
  mlir::MLIRContext ctx{mlir::MLIRContext::Threading::DISABLED};
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::vector<std::string> errors, warnings;
};

} // namespace sinter::test
#endif
