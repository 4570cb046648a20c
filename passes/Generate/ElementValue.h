//===- ElementValue.h - one element of a tensor as an expression ----------===//
//
// Evaluates element (index...) of a value of the graph symbolically: indices
// are expressions, the result is a number (an expression, a float, or floats of
// each head times an expression), a condition, or a choice between two values
// by a condition. Walks producers on demand. Masks and position ids are small
// programs on ranges; this reads them without knowing any exporter.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_GENERATE_ELEMENTVALUE_H
#define SINTER_GENERATE_ELEMENTVALUE_H

#include "dialects/Sinter/IR/InferHelpers.h"
#include "dialects/Sinter/IR/ShapeValues.h"
#include "passes/Generate/Formula.h"
#include <map>

namespace sinter {

struct Element {
  enum class Kind { integer, real, scaled, condition, choice };
  Kind kind = Kind::integer;
  DimExpr integer; // also whole numbers of float type; what factors scale
  double real = 0;
  std::vector<double> factors; // one, or one for each head
  Formula condition;           // also of a choice
  std::shared_ptr<const Element> whenTrue, whenFalse;

  static Element of(const DimExpr &value);
  static Element of(double value);
  static Element of(const Formula &condition);
  static Element scaled(std::vector<double> factors, const DimExpr &value);
  static Element choice(const Formula &c, const Element &a, const Element &b);
  bool isNumber() const {
    return kind == Kind::integer || kind == Kind::real || kind == Kind::scaled;
  }
  /// Any number as factors times an expression.
  Element toScaled() const;
  /// The number when it is one constant.
  std::optional<double> getConstant() const;
};

class ElementEvaluator {
public:
  /// `head` is the symbol of an index over `heads`, which tables of constants
  /// may have a number for each of.
  explicit ElementEvaluator(const Domain &domain, llvm::StringRef head = "",
                            int64_t heads = 0)
      : domain(domain), head(head), heads(heads) {}
  /// Nullopt: see getReason. An index may be unknown: then the value must not
  /// depend on it.
  std::optional<Element> evaluate(mlir::Value value, Dims index);
  /// What stopped the last evaluation, "'sinter.x' at <node>: why".
  const std::string &getReason() const { return reason; }

private:
  using Result = std::optional<Element>;
  Result compute(mlir::Value value, const Dims &index);
  Result computeConstant(ConstantOp op, const Dims &index);
  Result computeLine(ConstantOp op, const Dims &index,
                     llvm::function_ref<double(int64_t)> read);
  Result computeElementwise(mlir::Operation *op, const Dims &index);
  Result computeReshape(ReshapeOp op, const Dims &index);
  Result computeConcat(ConcatOp op, const Dims &index);
  Result computeGather(GatherOp op, const Dims &index);
  Result computeGatherND(GatherNDOp op, const Dims &index);
  Result computeScatterND(ScatterNDOp op, const Dims &index);
  Result computeTrilu(TriluOp op, const Dims &index);
  Result computeCumSum(CumSumOp op, const Dims &index);
  Result computeRange(RangeOp op, const Dims &index);
  /// f on every combination of the choices inside a and b.
  Result combine(const Element &a, const Element &b,
                 llvm::function_ref<Result(const Element &, const Element &)> f,
                 unsigned depth = 0);
  Result arithmetic(mlir::Operation *op, const Element &a, const Element &b);
  Result arithmeticScaled(mlir::Operation *op, const Element &a,
                          const Element &b);
  Result compare(Predicate predicate, const Element &a, const Element &b);
  Result cast(CastOp op, const Element &x);
  std::optional<Formula> toFormula(const Element &x);
  /// An index of gather as a place in 0 .. size - 1, unknown where it is not
  /// decided.
  DimExpr toPlace(const Result &index, const DimExpr &size);
  Result fail(mlir::Operation *op, const llvm::Twine &why);

  const Domain &domain;
  std::string head;
  int64_t heads;
  ShapeValues shapeValues;
  std::map<std::pair<void *, std::string>, Result> known;
  std::string reason;
};

} // namespace sinter
#endif
