//===- ResolveShapes.cpp - symbolic shape inference -----------------------===//
#include "dialects/Sinter/IR/InferHelpers.h"
#include "dialects/Sinter/IR/ShapeValues.h"
#include "mlir/IR/AttrTypeSubElements.h"
#include "passes/Simplify/Simplify.h"

namespace sinter {
#define GEN_PASS_DEF_RESOLVESHAPES
#include "passes/Simplify/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

/// The op for these elements: a constant, or symbolic (with a reshape where
/// the rank is above 1); null where there is no such op for the element type.
static Value materialize(OpBuilder &builder, Location loc,
                         RankedTensorType type, ArrayRef<DimExpr> values) {
  Type element = type.getElementType();
  SmallVector<APInt> numbers;
  for (const DimExpr &v : values)
    if (auto c = v.getConstant())
      numbers.push_back(APInt(element.getIntOrFloatBitWidth(), *c,
                              /*isSigned=*/true, /*implicitTrunc=*/true));
  if (numbers.size() == values.size())
    return ConstantOp::create(builder, loc, type,
                              DenseElementsAttr::get(type, numbers));
  if (!element.isInteger(32) && !element.isInteger(64))
    return {};
  auto flat = type.getRank() <= 1
                  ? type
                  : RankedTensorType::get({type.getNumElements()}, element);
  Value symbolic = SymbolicOp::create(
      builder, loc, flat, DimsAttr::get(builder.getContext(), values));
  if (flat != type)
    symbolic = ReshapeOp::create(builder, loc, type, symbolic, Value(), false);
  return symbolic;
}

static bool isMaterialized(Operation *op) {
  if (auto reshape = dyn_cast<ReshapeOp>(op))
    op = reshape.getX().getDefiningOp();
  return op && isa<ConstantOp, SymbolicOp>(op);
}

static LogicalResult inferTypes(Operation *op, bool &changed) {
  auto infer = dyn_cast<InferTypeOpInterface>(op);
  if (!infer)
    return success();
  SmallVector<Type> types;
  if (failed(infer.inferReturnTypes(
          op->getContext(), op->getLoc(), op->getOperands(),
          op->getDiscardableAttrDictionary(), op->getPropertiesStorage(),
          op->getRegions(), types)))
    return failure();
  for (auto [result, type] : llvm::zip_equal(op->getResults(), types)) {
    changed |= result.getType() != type;
    result.setType(type);
  }
  return success();
}

/// The function's type follows its return op. A size that only the declared
/// type knows is kept by a reshape.
static void updateResults(func::FuncOp func, bool &changed) {
  auto ret = dyn_cast<func::ReturnOp>(func.getBody().front().getTerminator());
  if (!ret)
    return;
  SmallVector<Type> results;
  for (auto [operand, declared] :
       llvm::zip_equal(ret->getOpOperands(), func.getResultTypes())) {
    auto type = dyn_cast<RankedTensorType>(operand.get().getType());
    auto old = dyn_cast<RankedTensorType>(declared);
    if (type && old && type != old && type.getRank() == old.getRank()) {
      Dims dims = getDims(type), before = getDims(old);
      for (auto [d, b] : llvm::zip_equal(dims, before))
        if (d.isUnknown())
          d = b;
      auto merged = getTensorType(dims, type.getElementType());
      if (merged != type) {
        OpBuilder builder(ret);
        operand.set(ReshapeOp::create(builder, ret.getLoc(), merged,
                                      operand.get(), Value(), false));
      }
    }
    results.push_back(operand.get().getType());
  }
  auto type =
      FunctionType::get(func.getContext(), func.getArgumentTypes(), results);
  changed |= type != func.getFunctionType();
  func.setType(type);
}

void sinter::replaceDims(Operation *op,
                         function_ref<DimExpr(const DimExpr &)> map) {
  AttrTypeReplacer replacer;
  replacer.addReplacement(
      [&](RankedTensorType type) -> std::optional<std::pair<Type, WalkResult>> {
        if (!type.getEncoding())
          return std::nullopt;
        Dims dims = getDims(type);
        for (DimExpr &d : dims)
          d = map(d);
        return std::pair(Type(getTensorType(dims, type.getElementType())),
                         WalkResult::skip());
      });
  replacer.addReplacement(
      [&](DimsAttr attr) -> std::optional<std::pair<Attribute, WalkResult>> {
        Dims dims;
        for (unsigned i = 0; i < attr.getExprs().size(); ++i)
          dims.push_back(map(attr.getDim(i)));
        return std::pair(Attribute(DimsAttr::get(attr.getContext(), dims)),
                         WalkResult::skip());
      });
  replacer.recursivelyReplaceElementsIn(op, /*replaceAttrs=*/true,
                                        /*replaceLocs=*/false,
                                        /*replaceTypes=*/true);
}

/// What one op's sizes say holds for the ops before it, too: minima and maxima
/// that it decides go.
static void useSizes(func::FuncOp func, ShapeValues &values, bool &changed) {
  for (Operation &op : func.getBody().getOps())
    for (Value result : op.getResults())
      if (isa<RankedTensorType>(result.getType()))
        values.addSizes(dimsOf(result));
  if (values.knowsSymbols())
    replaceDims(func, [&](const DimExpr &d) {
      DimExpr simple = values.simplify(d);
      changed |= simple != d && !d.isUnknown();
      return simple;
    });
}

LogicalResult sinter::resolveShapes(func::FuncOp func, bool &changed) {
  if (func.isExternal())
    return success();
  ShapeValues values;
  useSizes(func, values, changed);
  // Replaced ops stay until the end: `values` is keyed by them.
  SmallVector<Operation *> dead;
  auto walk = func.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (auto resolve = dyn_cast<ResolveShapeOpInterface>(op))
      changed |= resolve.resolveShape(values);
    if (failed(inferTypes(op, changed)))
      return WalkResult::interrupt();
    for (Value result : op->getResults())
      if (isa<RankedTensorType>(result.getType()))
        values.addSizes(dimsOf(result));
    if (op->getNumResults() != 1 || isMaterialized(op) || op->use_empty())
      return WalkResult::advance();
    auto known = values.get(op->getResult(0));
    if (!known)
      return WalkResult::advance();
    OpBuilder builder(op);
    Value value =
        materialize(builder, op->getLoc(), tensorOf(op->getResult(0)), *known);
    if (!value)
      return WalkResult::advance();
    op->getResult(0).replaceAllUsesWith(value);
    dead.push_back(op);
    changed = true;
    return WalkResult::advance();
  });
  if (walk.wasInterrupted())
    return failure();
  for (Operation *op : llvm::reverse(dead))
    if (isMemoryEffectFree(op) && op->use_empty())
      op->erase();
  updateResults(func, changed);
  return success();
}

namespace {
struct ResolveShapesPass : sinter::impl::ResolveShapesBase<ResolveShapesPass> {
  void runOnOperation() override {
    bool changed = false;
    for (auto func : getOperation().getOps<func::FuncOp>())
      if (failed(resolveShapes(func, changed)))
        return signalPassFailure();
  }
};
} // namespace
