//===- LowerScatter.cpp - scatter_nd --------------------------------------===//
//
// Tuples may name one place twice: a loop over them, which one member runs,
// keeps their order.
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "passes/Tile/Lowering.h"
#include "passes/Tile/Tile.h"

using namespace mlir;
using namespace sinter;

// What an element becomes, from what is there and its update.
static Value emitFold(ScalarEmitter &e, Scatter kind, Type element, Value old,
                      Value update) {
  bool isUnsigned = element.isUnsignedInteger();
  Value a = e.widen(old), b = e.widen(update), y;
  if (kind == Scatter::add)
    y = e.add(a, b);
  else if (kind == Scatter::mul)
    y = e.mul(a, b);
  else if (kind == Scatter::max)
    y = e.max(a, b, isUnsigned);
  else
    y = e.min(a, b, isUnsigned);
  return isa<FloatType>(element) ? e.narrow(y, element) : y;
}

LogicalResult sinter::lowerScatterND(Lowering &l, ScatterNDOp op) {
  Location loc = op.getLoc();
  Dims dims = dimsOf(op.getX()), at = dimsOf(op.getIndices());
  Dims updates = dimsOf(op.getUpdates());
  int64_t rank = dims.size(), depth = *at.back().getConstant();
  for (int64_t i = 0; i < int64_t(updates.size()); ++i)
    l.requireEqual(updates[i],
                   i + 1 < int64_t(at.size()) ? at[i]
                                              : dims[depth + i - at.size() + 1],
                   loc);
  Type element = elementOf(op.getX());
  // One row of positions and one slice of updates a tuple.
  DimExpr count = product(ArrayRef(at).drop_back());
  Dims rows{count, depth}, parts{count}, slice(depth, DimExpr(1));
  parts.append(depth - 1, DimExpr(1));
  parts.append(dims.begin() + depth, dims.end());
  slice.append(dims.begin() + depth, dims.end());
  Value positions = l.tuplePositions(loc, l.get(op.getIndices()), at,
                                     ArrayRef(dims).take_front(depth));
  positions = l.reshape(loc, positions, at, rows);
  Value all = l.reshape(loc, l.get(op.getUpdates()), updates, parts);

  Value tuples = l.toIndex(l.sizes({count})[0]);
  auto loop = scf::ForOp::create(l.b, loc, l.index(0), tuples, l.index(1),
                                 ValueRange{l.get(op.getX())});
  loop->setAttr(serialAttrName, l.b.getUnitAttr());
  {
    OpBuilder::InsertionGuard guard(l.b);
    l.b.setInsertionPointToStart(loop.getBody());
    Value tuple = loop.getInductionVar(), y = loop.getRegionIterArg(0);
    Sizes from(rank, l.b.getIndexAttr(0)), to = from,
                                           strides(rank, l.b.getIndexAttr(1));
    Sizes sizes = l.sizes(slice);
    from[0] = tuple;
    for (int64_t i = 0; i < depth; ++i)
      to[i] = tensor::ExtractOp::create(l.b, loc, positions,
                                        ValueRange{tuple, l.index(i)})
                  .getResult();
    auto type = l.type(slice, element);
    Value part = tensor::ExtractSliceOp::create(l.b, loc, type, all, from,
                                                sizes, strides);
    if (op.getKind() != Scatter::write) {
      Value old =
          tensor::ExtractSliceOp::create(l.b, loc, type, y, to, sizes, strides);
      part = l.parallel(loc, slice, element,
                        {l.aligned(old, slice, slice, loc),
                         l.aligned(part, slice, slice, loc)},
                        [&](ScalarEmitter &e, ValueRange args) {
                          return emitFold(e, op.getKind(), element, args[0],
                                          args[1]);
                        });
    }
    Value next =
        tensor::InsertSliceOp::create(l.b, loc, part, y, to, sizes, strides);
    scf::YieldOp::create(l.b, loc, ValueRange{next});
  }
  l.set(op.getY(), loop.getResult(0));
  return success();
}
