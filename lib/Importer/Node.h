//===- Node.h - an ONNX node while it is converted ------------------------===//
//
// What a converter sees: operands, attributes with defaults, and ways to make
// ops. A converter is straight code: after the first refusal everything gives
// null or a default and makes nothing, and the node counts as refused. An
// attribute or operand that a converter did not ask for is refused too.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_IMPORTER_NODE_H
#define SINTER_IMPORTER_NODE_H

#include "dialects/Sinter/IR/ShapeValues.h"
#include "dialects/Sinter/IR/Sinter.h"
#include "mlir/IR/Builders.h"
#include "onnx/onnx_pb.h"

namespace sinter {
class GraphImporter;

/// A size of a reshape's result: a number, or the product of x's sizes from
/// dimension `first` to `last` - 1.
struct DimSource {
  int64_t constant = 1, first = 0, last = 0;
  static DimSource number(int64_t n) { return {n, 0, 0}; }
  static DimSource dim(int64_t i) { return {1, i, i + 1}; }
  static DimSource range(int64_t first, int64_t last) {
    return {1, first, last};
  }
};

class Node {
public:
  Node(GraphImporter &graph, const onnx::NodeProto &proto, int64_t since,
       mlir::Location loc);

  int64_t since; ///< version of the op's form
  mlir::Location loc;
  mlir::OpBuilder &builder;
  ShapeValues &values;

  //===--- Refusing -------------------------------------------------------===//
  void refuse(const std::string &reason, const std::string &supported = "",
              const std::string &wayOut = "");
  bool failed() const { return refused; }
  /// Says that `what` is right in a step alone, not in any call of the graph.
  void needsStep(const std::string &what);

  //===--- Operands and results -------------------------------------------===//
  unsigned numIn() const { return proto.input_size(); }
  bool has(unsigned i) const;
  mlir::Value in(unsigned i);         ///< refuses when it is absent
  mlir::Value optionalIn(unsigned i); ///< null when it is absent
  std::vector<mlir::Value> allIn();
  bool wants(unsigned output) const;
  unsigned numOut() const { return proto.output_size(); }
  void set(unsigned output, mlir::Value value);
  mlir::Value get(unsigned output) const;
  /// Integers of an operand that must be known now; `what` for the message.
  std::optional<llvm::SmallVector<int64_t>> constantInts(mlir::Value value,
                                                         const char *what);

  //===--- Attributes -----------------------------------------------------===//
  bool hasAttr(llvm::StringRef name) const;
  int64_t intAttr(llvm::StringRef name, int64_t fallback);
  int64_t requiredInt(llvm::StringRef name);
  double floatAttr(llvm::StringRef name, double fallback);
  std::string stringAttr(llvm::StringRef name, const std::string &fallback);
  std::optional<llvm::SmallVector<int64_t>> intsAttr(llvm::StringRef name);
  std::optional<llvm::SmallVector<float>> floatsAttr(llvm::StringRef name);
  /// The element type that an attribute names, or `fallback` without it.
  mlir::Type typeAttr(llvm::StringRef name, mlir::Type fallback);
  const onnx::TensorProto *tensorAttr(llvm::StringRef name);
  const onnx::GraphProto *graphAttr(llvm::StringRef name);
  /// Says that an attribute has no influence here.
  void ignoreAttr(llvm::StringRef name);
  /// An axis in -rank .. rank-1 as 0 .. rank-1 (`rank` itself with
  /// `inclusive`).
  int64_t axis(int64_t value, int64_t rank, bool inclusive = false);

  //===--- Facts about values ---------------------------------------------===//
  /// After a refusal values are null: these then give no or unknown sizes.
  Dims dims(mlir::Value value) const;
  DimExpr dim(mlir::Value value, int64_t axis) const;
  int64_t rank(mlir::Value value) const;
  mlir::Type element(mlir::Value value) const;

  //===--- Making ops -----------------------------------------------------===//
  /// An op whose type follows from its operands.
  template <typename Op, typename... Args> mlir::Value create(Args &&...args) {
    return build<Op>(
        mlir::Type(),
        [](mlir::OperationState &s, llvm::SmallVectorImpl<mlir::Type> &types) {
          return Op::inferReturnTypes(
              s.name.getContext(), s.location, s.operands,
              s.attributes.getDictionary(s.name.getContext()),
              s.getRawProperties(), s.regions, types);
        },
        std::forward<Args>(args)...);
  }
  /// An op of a given type.
  template <typename Op, typename... Args>
  mlir::Value createTyped(mlir::Type type, Args &&...args) {
    return build<Op>(type, nullptr, std::forward<Args>(args)...);
  }
  mlir::Value constant(mlir::DenseElementsAttr value);
  /// Numbers as the given element type: rank 0, or rank 1.
  mlir::Value scalar(double value, mlir::Type element);
  mlir::Value ints(llvm::ArrayRef<int64_t> values);
  mlir::Value cast(mlir::Value value, mlir::Type element);
  mlir::Value transpose(mlir::Value value, llvm::ArrayRef<int64_t> perm);
  mlir::Value reshape(mlir::Value value, llvm::ArrayRef<DimSource> sizes);
  /// ONNX's rules of Reshape and Expand, resolved when the shape is known.
  mlir::Value reshapeTo(mlir::Value value, mlir::Value shape, bool allowzero);
  mlir::Value expandTo(mlir::Value value, mlir::Value shape);
  /// Elements start .. end-1 of a dimension; both are known sizes.
  mlir::Value sliceStatic(mlir::Value value, int64_t axis, int64_t start,
                          int64_t end);
  mlir::Value expandDims(mlir::Value value, int64_t axis); ///< inserts a 1

  GraphImporter &graph;
  const onnx::NodeProto &proto;

private:
  friend class GraphImporter;
  using Infer = llvm::function_ref<llvm::LogicalResult(
      mlir::OperationState &, llvm::SmallVectorImpl<mlir::Type> &)>;
  template <typename Op, typename... Args>
  mlir::Value build(mlir::Type type, Infer infer, Args &&...args) {
    if (refused)
      return {};
    mlir::OperationState state(loc, Op::getOperationName());
    Op::build(builder, state, type ? type : builder.getNoneType(),
              std::forward<Args>(args)...);
    return finish(state, infer);
  }
  mlir::Value finish(mlir::OperationState &state, Infer infer);
  const onnx::AttributeProto *
  attribute(llvm::StringRef name, onnx::AttributeProto::AttributeType type);
  bool refused = false;
  llvm::SmallVector<mlir::Value> results;
  llvm::SmallVector<bool> readInputs;
  llvm::SmallVector<llvm::StringRef> readAttributes;
};

} // namespace sinter
#endif
