//===- GraphImporter.h - nodes, names and values --------------------------===//
#ifndef SINTER_IMPORTER_GRAPHIMPORTER_H
#define SINTER_IMPORTER_GRAPHIMPORTER_H

#include "lib/Importer/DimNames.h"
#include "lib/Importer/Node.h"
#include "lib/Importer/Prepare.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringMap.h"

namespace sinter {

class GraphImporter {
public:
  GraphImporter(mlir::MLIRContext *ctx, const ModelFile &file,
                TensorPlaces &places, const PreparedModel &prepared,
                DimNames &dimNames, Refusals &refusals, UseAttr use);

  /// Makes @forward in the module; what is wrong goes to the refusals.
  void importModel(mlir::ModuleOp module);

  // For Node and converters.
  /// The value of a name; null when a node that makes it was refused.
  mlir::Value lookup(llvm::StringRef name);
  /// A tensor as sinter.constant or sinter.param; null and `error`.
  mlir::Value makeTensor(const onnx::TensorProto &tensor, llvm::StringRef name,
                         mlir::Location loc, std::string &error);
  /// Imports the nodes of a subgraph here; its outputs' values.
  std::vector<mlir::Value> importSubgraph(const onnx::GraphProto &graph);
  int64_t getOpset(llvm::StringRef domain) const;
  /// A symbol for a number that is known at run time alone.
  DimExpr newCount() { return dimNames.getFresh("count"); }
  /// The ONNX type of a tensor of 2 or 4 bit elements, which is a value of
  /// bytes here; 0 for others.
  int32_t getPackedType(mlir::Value value) const {
    return packedTypes.lookup(value);
  }
  static std::string print(mlir::Type type);
  /// Asks for a use of the model for each value of the condition of an If whose
  /// branches cannot be joined, where it is a bool input.
  void splitBy(mlir::Value condition);
  /// The input that splitBy was asked for first; empty: none.
  llvm::StringRef getSplitFlag() const { return splitFlag; }

  mlir::OpBuilder builder;
  ShapeValues values;
  Refusals &refusals;

private:
  void importInputs(const onnx::GraphProto &graph, mlir::func::FuncOp func);
  void importOutputs(const onnx::GraphProto &graph, mlir::func::FuncOp func);
  void importNodes(const onnx::GraphProto &graph);
  void importNode(const onnx::NodeProto &node);
  void define(llvm::StringRef name, mlir::Value value);
  void declareInitializers(const onnx::GraphProto &graph);
  void checkType(const onnx::NodeProto &node, llvm::StringRef name,
                 mlir::Value value);

  const ModelFile &file;
  TensorPlaces &places;
  const PreparedModel &prepared;
  DimNames &dimNames;
  UseAttr use; // null: of a model that is not split
  std::string splitFlag;
  struct Scope {
    llvm::StringMap<mlir::Value> values;
    llvm::StringMap<const onnx::TensorProto *> initializers; // not made yet
  };
  std::vector<Scope> scopes;
  mlir::Operation *lastConstant = nullptr;
  llvm::DenseMap<mlir::Value, int32_t> packedTypes;
};

} // namespace sinter
#endif
