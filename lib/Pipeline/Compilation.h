//===- Compilation.h - one run of sinterc ---------------------------------===//
//
// Compile.cpp takes an input through the levels, WriteArtifact.cpp makes code
// and weights of the last one.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_PIPELINE_COMPILATION_H
#define SINTER_PIPELINE_COMPILATION_H

#include "lib/Pipeline/OutputFiles.h"
#include "lib/Pipeline/SideFiles.h"
#include "lib/Pipeline/StageTable.h"
#include "lib/Pipeline/Stages.h"
#include "lib/Target/Descriptor.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/OwningOpRef.h"

namespace sinter {

/// State of one compilation, in the order in which its methods run.
class Compilation {
public:
  explicit Compilation(const CompileOptions &options);
  bool run();

private:
  mlir::LogicalResult load();
  mlir::LogicalResult applyOptions();
  mlir::LogicalResult lowerTo(Level level);
  mlir::LogicalResult checkFused();
  void setAttr(llvm::StringRef name, mlir::Attribute value); // of each use
  mlir::LogicalResult writeIR();
  mlir::LogicalResult writeArtifact();
  mlir::LogicalResult collectInfo(mlir::ModuleOp use, Signature &signature,
                                  DescriptorInfo &info);
  mlir::LogicalResult checkUses(llvm::ArrayRef<Signature> signatures);
  mlir::LogicalResult writeWeights(llvm::SmallVectorImpl<char> &embedded);
  std::unique_ptr<llvm::Module> translate(mlir::ModuleOp use,
                                          llvm::LLVMContext &llvmContext,
                                          const Signature &signature,
                                          const DescriptorInfo &info);
  mlir::LogicalResult writeObjectFile(llvm::StringRef object);
  mlir::LogicalResult writeReport();
  mlir::LogicalResult writeDependencies();

  mlir::LogicalResult fail(llvm::Error error);
  mlir::LogicalResult fail(const llvm::Twine &message);
  void print(mlir::Diagnostic &diagnostic);
  void noteInternal(llvm::StringRef message);
  std::string stem() const; // output path without its suffix

  const CompileOptions &options;
  mlir::DialectRegistry registry;
  std::unique_ptr<mlir::MLIRContext> context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  llvm::SmallVector<mlir::ModuleOp, 2> uses; // of the module
  SideFiles side;
  std::string folder; // of the model
  Level level = Level::graph;
  StageOptions stageOptions;
  OutputFiles outputs;
  StageTable table;
  WeightFile weights;
  unsigned errors = 0;
  bool isInternal = false; // one of them is no fault of the input
};

} // namespace sinter
#endif
