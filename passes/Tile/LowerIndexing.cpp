//===- LowerIndexing.cpp - ops that compute with positions ----------------===//
#include "passes/Tile/Lowering.h"

using namespace mlir;
using namespace sinter;

using IPredicate = arith::CmpIPredicate;

//===----------------------------------------------------------------------===//
// Gather
//===----------------------------------------------------------------------===//

// From an index that may count from the end to a position inside 0 .. size-1;
// what is outside stores a fault and becomes 0.
static Value emitPosition(Lowering &l, ScalarEmitter &e, Value index,
                          Value size, int64_t site) {
  Value position = e.make<arith::IndexCastOp>(e.b.getIndexType(), index);
  Value zero = e.make<arith::ConstantIndexOp>(0);
  Value negative = e.compare(IPredicate::slt, position, zero);
  position = e.select(negative, e.add(position, size), position);
  // Unsigned: below 0 is far above.
  Value outside = e.compare(IPredicate::uge, position, size);
  l.emitFault(e.b, e.loc, outside, site);
  return e.select(outside, zero, position);
}

Value Lowering::positions(Location loc, Value indices, ArrayRef<DimExpr> dims,
                          const DimExpr &size) {
  Value bound = toIndex(sizes({size})[0]);
  int64_t site = addSite(loc, "index out of range");
  return parallel(loc, dims, b.getIndexType(),
                  {aligned(indices, dims, dims, loc)},
                  [&](ScalarEmitter &e, ValueRange args) {
                    return emitPosition(*this, e, args[0], bound, site);
                  });
}

// An empty dimension has nothing to read, not even position 0.
static void requireNonEmpty(Lowering &l, Location loc, const DimExpr &size,
                            ArrayRef<DimExpr> indices) {
  if (auto constant = size.getConstant(); constant && *constant > 0)
    return;
  OpBuilder &b = l.entry;
  Value zero = l.index(0);
  Value some = arith::CmpIOp::create(b, loc, IPredicate::sgt,
                                     l.toIndex(*l.number(size)), zero);
  Value none = arith::CmpIOp::create(
      b, loc, IPredicate::sle, l.toIndex(*l.number(product(indices))), zero);
  l.require(arith::OrIOp::create(b, loc, some, none), loc,
            "index out of range: the dimension is empty");
}

LogicalResult sinter::lowerGather(Lowering &l, GatherOp op) {
  Location loc = op.getLoc();
  Dims from = dimsOf(op.getX()), at = dimsOf(op.getIndices());
  Dims to = dimsOf(op.getY());
  int64_t axis = op.getAxis(), rank = at.size();
  requireNonEmpty(l, loc, from[axis], at);
  Value positions = l.positions(loc, l.get(op.getIndices()), at, from[axis]);
  Value x = l.get(op.getX());
  Value y = l.parallel(
      loc, to, elementOf(op.getY()),
      {Lowering::walked(
          positions, llvm::to_vector(llvm::seq<int64_t>(axis, axis + rank)))},
      [&](ScalarEmitter &e, ValueRange args) -> Value {
        SmallVector<Value> where;
        for (int64_t i = 0; i < int64_t(from.size()); ++i)
          where.push_back(i == axis ? args[0]
                                    : Value(e.make<linalg::IndexOp>(
                                          i < axis ? i : i + rank - 1)));
        return e.make<tensor::ExtractOp>(x, where);
      });
  l.set(op.getY(), y);
  return success();
}

Value Lowering::tuplePositions(Location loc, Value indices,
                               ArrayRef<DimExpr> dims,
                               ArrayRef<DimExpr> sizes) {
  SmallVector<Value> bounds;
  for (const DimExpr &size : sizes) {
    requireNonEmpty(*this, loc, size, dims);
    bounds.push_back(toIndex(this->sizes({size})[0]));
  }
  int64_t site = addSite(loc, "index out of range");
  return parallel(loc, dims, b.getIndexType(),
                  {aligned(indices, dims, dims, loc)},
                  [&](ScalarEmitter &e, ValueRange args) {
                    Value column = e.make<linalg::IndexOp>(dims.size() - 1);
                    Value bound = bounds[0];
                    for (size_t i = 1; i < bounds.size(); ++i) {
                      Value is = e.compare(IPredicate::eq, column,
                                           e.make<arith::ConstantIndexOp>(i));
                      bound = e.select(is, bounds[i], bound);
                    }
                    return emitPosition(*this, e, args[0], bound, site);
                  });
}

LogicalResult sinter::lowerGatherND(Lowering &l, GatherNDOp op) {
  Location loc = op.getLoc();
  Dims from = dimsOf(op.getX()), at = dimsOf(op.getIndices());
  Dims to = dimsOf(op.getY());
  int64_t batch = op.getBatchDims(), depth = *at.back().getConstant();
  int64_t outer = at.size() - 1; // loops that choose an index tuple
  for (int64_t i = 0; i < batch; ++i)
    l.requireEqual(from[i], at[i], loc);
  Value positions = l.tuplePositions(loc, l.get(op.getIndices()), at,
                                     ArrayRef(from).slice(batch, depth));
  Value x = l.get(op.getX());
  Value y = l.parallel(
      loc, to, elementOf(op.getY()), {},
      [&](ScalarEmitter &e, ValueRange) -> Value {
        SmallVector<Value> tuple, where;
        for (int64_t i = 0; i < outer; ++i)
          tuple.push_back(e.make<linalg::IndexOp>(i));
        tuple.push_back(Value());
        for (int64_t i = 0; i < int64_t(from.size()); ++i) {
          if (i < batch) {
            where.push_back(e.make<linalg::IndexOp>(i));
          } else if (i < batch + depth) {
            tuple.back() = e.make<arith::ConstantIndexOp>(i - batch);
            where.push_back(e.make<tensor::ExtractOp>(positions, tuple));
          } else {
            where.push_back(e.make<linalg::IndexOp>(outer + i - batch - depth));
          }
        }
        return e.make<tensor::ExtractOp>(x, where);
      });
  l.set(op.getY(), y);
  return success();
}

LogicalResult sinter::lowerPackedGather(Lowering &l, PackedGatherOp op) {
  Location loc = op.getLoc();
  Dims at = dimsOf(op.getIds()), to = dimsOf(op.getY());
  int64_t interleave = op.getInterleave();
  int64_t lanes = tensorOf(op.getW()).getDimSize(2) / interleave;
  Type element = elementOf(op.getY());
  Value positions =
      l.positions(loc, l.get(op.getIds()), at, DimExpr(op.getRows()));
  Value w = l.get(op.getW());
  Value y = l.parallel(
      loc, to, elementOf(op.getY()),
      {Lowering::walked(positions,
                        llvm::to_vector(llvm::seq<int64_t>(0, at.size())))},
      [&](ScalarEmitter &e, ValueRange args) -> Value {
        Value width = e.make<arith::ConstantIndexOp>(lanes);
        Value panel = e.make<arith::DivUIOp>(args[0], width);
        Value lane = e.make<arith::RemUIOp>(args[0], width);
        Value k = e.make<linalg::IndexOp>(at.size());
        if (interleave > 1) {
          Value group = e.make<arith::ConstantIndexOp>(interleave);
          lane = e.make<arith::AddIOp>(e.make<arith::MulIOp>(lane, group),
                                       e.make<arith::RemUIOp>(k, group));
          k = e.make<arith::DivUIOp>(k, group);
        }
        Value x = e.make<tensor::ExtractOp>(w, ValueRange{panel, k, lane});
        return x.getType() == element ? x : e.make<arith::ExtFOp>(element, x);
      });
  l.set(op.getY(), y);
  return success();
}

//===----------------------------------------------------------------------===//
// Numbers that follow from positions or sizes
//===----------------------------------------------------------------------===//

// A tensor of rank 0 or 1 of these expressions.
static LogicalResult lowerNumbers(Lowering &l, Operation *op,
                                  ArrayRef<DimExpr> exprs) {
  Location loc = op->getLoc();
  auto type =
      Lowering::storage(cast<RankedTensorType>(op->getResult(0).getType()));
  SmallVector<Value> elements;
  SmallVector<Attribute> constants;
  for (const DimExpr &expr : exprs) {
    auto number = l.number(expr);
    if (failed(number))
      return op->emitOpError("'")
             << expr.str() << "' is not known from the inputs' shapes";
    if (auto constant = expr.getConstant())
      constants.push_back(l.b.getIntegerAttr(type.getElementType(), *constant));
    elements.push_back(l.toIndex(*number));
  }
  if (constants.size() == exprs.size()) {
    l.set(op->getResult(0),
          arith::ConstantOp::create(l.b, loc,
                                    DenseElementsAttr::get(type, constants)));
    return success();
  }
  for (Value &element : elements)
    element = arith::IndexCastOp::create(l.entry, loc, type.getElementType(),
                                         element);
  l.set(op->getResult(0),
        tensor::FromElementsOp::create(l.b, loc, type, elements));
  return success();
}

LogicalResult sinter::lowerSymbolic(Lowering &l, SymbolicOp op) {
  Dims exprs;
  for (unsigned i = 0; i < op.getExprs().getExprs().size(); ++i)
    exprs.push_back(op.getExprs().getDim(i));
  return lowerNumbers(l, op, exprs);
}

LogicalResult sinter::lowerShapeOf(Lowering &l, ShapeOfOp op) {
  Dims dims = dimsOf(op.getX());
  return lowerNumbers(
      l, op, ArrayRef(dims).slice(op.getStart(), op.getEnd() - op.getStart()));
}

LogicalResult sinter::lowerRange(Lowering &l, RangeOp op) {
  Location loc = op.getLoc();
  Type element = elementOf(op.getY());
  Value start = l.extractOnly(loc, l.get(op.getStart()));
  Value delta = l.extractOnly(loc, l.get(op.getDelta()));
  Value y = l.parallel(
      loc, dimsOf(op.getY()), element, {},
      [&](ScalarEmitter &e, ValueRange) -> Value {
        Type i64 = e.b.getI64Type();
        Value i = e.make<arith::IndexCastOp>(i64, e.make<linalg::IndexOp>(0));
        Type wide = Lowering::wide(getScalarType(element));
        Value n = e.cast(i, i64, wide);
        Value first = e.widen(start), step = e.widen(delta);
        return e.narrow(e.add(first, e.mul(n, step)), start.getType());
      });
  l.set(op.getY(), y);
  return success();
}

LogicalResult sinter::lowerTrilu(Lowering &l, TriluOp op) {
  Location loc = op.getLoc();
  Dims dims = dimsOf(op.getX());
  Value k;
  if (op.getK())
    k = l.extractOnly(loc, l.get(op.getK()));
  int64_t rank = dims.size();
  bool upper = op.getUpper();
  Value y = l.parallel(
      loc, dims, elementOf(op.getX()),
      {l.aligned(l.get(op.getX()), dims, dims, loc)},
      [&](ScalarEmitter &e, ValueRange args) -> Value {
        Type i64 = e.b.getI64Type();
        Value i =
            e.make<arith::IndexCastOp>(i64, e.make<linalg::IndexOp>(rank - 2));
        Value j =
            e.make<arith::IndexCastOp>(i64, e.make<linalg::IndexOp>(rank - 1));
        Value diagonal = k ? k : e.constant(i64, 0.0);
        Value keep = e.compare(upper ? IPredicate::sge : IPredicate::sle,
                               e.sub(j, i), diagonal);
        return e.select(keep, args[0], e.constant(args[0].getType(), 0.0));
      });
  l.set(op.getY(), y);
  return success();
}
