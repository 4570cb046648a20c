//===- ImportFixture.cpp - models from text, imported ---------------------===//
#include "test/unit/importer/ImportFixture.h"
#include "mlir/IR/Diagnostics.h"
#include "onnx/defs/parser.h"
#include "llvm/Support/raw_ostream.h"
#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace sinter;
using namespace sinter::test;

void ImportTest::SetUp() {
  static int next = 0;
  folder = (std::filesystem::temp_directory_path() /
            ("sinter-import-" + std::to_string(getpid()) + "-" +
             std::to_string(next++)))
               .string();
  std::filesystem::create_directories(folder);
  ctx.getDiagEngine().registerHandler([this](mlir::Diagnostic &diagnostic) {
    bool error = diagnostic.getSeverity() == mlir::DiagnosticSeverity::Error;
    (error ? errors : warnings).push_back(diagnostic.str());
    return mlir::success();
  });
}

void ImportTest::TearDown() { std::filesystem::remove_all(folder); }

onnx::ModelProto ImportTest::parse(const std::string &text) {
  onnx::ModelProto model;
  auto status = onnx::OnnxParser::Parse(model, text.c_str());
  EXPECT_TRUE(status.IsOK()) << status.ErrorMessage();
  return model;
}

onnx::ModelProto ImportTest::graph(const std::string &text, int opset) {
  return parse("<ir_version: 10, opset_import: [\"\" : " +
               std::to_string(opset) + "]> " + text);
}

std::string ImportTest::write(const std::string &name,
                              const std::string &bytes) {
  std::string path = folder + "/" + name;
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

bool ImportTest::importFile(const std::string &path,
                            const ImportOptions &options) {
  errors.clear();
  module = importOnnx(ctx, path, options);
  // Either a module, or a reason.
  EXPECT_EQ(bool(module), errors.empty());
  return bool(module);
}

bool ImportTest::importBytes(const std::string &bytes,
                             const ImportOptions &options) {
  return importFile(write("model.onnx", bytes), options);
}

bool ImportTest::import(const onnx::ModelProto &model,
                        const ImportOptions &options) {
  return importBytes(model.SerializeAsString(), options);
}

std::string ImportTest::text() {
  std::string out;
  llvm::raw_string_ostream os(out);
  if (module)
    module->print(os);
  return out;
}

void ImportTest::expectRefused(const onnx::ModelProto &model,
                               const std::string &part, unsigned count) {
  EXPECT_FALSE(import(model));
  EXPECT_EQ(errors.size(), count);
  std::string all;
  for (auto &error : errors)
    all += error + "\n";
  EXPECT_NE(all.find(part), std::string::npos) << all;
}
