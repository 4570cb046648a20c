//===- LowerProducts.cpp - products of two computed matrices --------------===//
//
// Weights are packed while a model is compiled; what a graph computes is packed
// here, at run time, so that one kernel serves all products. A product of many
// rows is worth it many times over; one of a single row costs about twice.
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "passes/Tile/Lowering.h"
#include "passes/Tile/Tile.h"

using namespace mlir;
using namespace sinter;

static constexpr int64_t panelColumns = 32; // as of packed weights

Value Lowering::elementUpTo(ScalarEmitter &e, Value x, SmallVector<Value> at,
                            int64_t dim, Value size, Type element) {
  Value one = e.make<arith::ConstantIndexOp>(1);
  at[dim] = e.make<arith::MinSIOp>(at[dim], e.make<arith::SubIOp>(size, one));
  Value v = e.make<tensor::ExtractOp>(x, at);
  return v.getType() == element ? v : e.narrow(e.widen(v), element);
}

Value Lowering::elementOrZero(ScalarEmitter &e, Value x, ArrayRef<Value> at,
                              int64_t dim, Value size, Type element) {
  Value isInside = e.compare(arith::CmpIPredicate::slt, at[dim], size);
  Value v = elementUpTo(e, x, SmallVector<Value>(at), dim, size, element);
  return e.select(isInside, v, e.constant(element, 0.0));
}

// w, [batch, depth, columns] or, transposed, [batch, columns, depth], in panels
// of these sizes: [batch, ceil(columns / 32), depth, 32], zeros beyond the last
// column.
static Value packPanels(Lowering &l, Location loc, Value w, DimExpr columns,
                        ArrayRef<DimExpr> panels, bool isTransposed,
                        Type element) {
  bool isWhole = columns.exactDiv(DimExpr(panelColumns)).has_value();
  Value count = l.toIndex(l.sizes({columns})[0]);
  return l.parallel(
      loc, panels, element, {}, [&](ScalarEmitter &e, ValueRange) -> Value {
        Value batch = e.make<linalg::IndexOp>(0),
              panel = e.make<linalg::IndexOp>(1),
              k = e.make<linalg::IndexOp>(2), lane = e.make<linalg::IndexOp>(3);
        Value width = e.make<arith::ConstantIndexOp>(panelColumns);
        Value column =
            e.make<arith::AddIOp>(e.make<arith::MulIOp>(panel, width), lane);
        SmallVector<Value> at{batch, k, column};
        if (isTransposed)
          std::swap(at[1], at[2]);
        if (isWhole)
          return e.widen(e.make<tensor::ExtractOp>(w, at));
        return Lowering::elementOrZero(e, w, at, isTransposed ? 1 : 2, count,
                                       element);
      });
}

Value Lowering::matrixProducts(Location loc, Value a, ArrayRef<DimExpr> aDims,
                               Value w, ArrayRef<DimExpr> wDims,
                               bool isTransposed) {
  Type element = wide(elementOf(a));
  DimExpr batch = aDims[0], rows = aDims[1], depth = aDims[2],
          columns = wDims[isTransposed ? 1 : 2];
  a = castTo(loc, a, aDims, element);
  Dims panelDims{DimExpr::floorDiv(columns + DimExpr(panelColumns - 1),
                                   DimExpr(panelColumns)),
                 depth, panelColumns};
  Dims allPanels{batch};
  llvm::append_range(allPanels, panelDims);
  Value panels =
      packPanels(*this, loc, w, columns, allPanels, isTransposed, element);
  Dims outDims{batch, rows, columns};
  Value out = empty(outDims, element);
  // The matrix of one batch entry.
  auto matrix = [&](Value all, Value i, ArrayRef<DimExpr> dims) -> Value {
    Sizes offsets(dims.size() + 1, b.getIndexAttr(0)),
        strides(dims.size() + 1, b.getIndexAttr(1)), sizes = this->sizes(dims);
    offsets[0] = i;
    sizes.insert(sizes.begin(), b.getIndexAttr(1));
    return tensor::ExtractSliceOp::create(b, loc, type(dims, element), all,
                                          offsets, sizes, strides);
  };
  auto multiply = [&](Value i, Value destination) -> Value {
    Value to = matrix(destination, i, {rows, columns});
    return InnerMatMulOp::create(b, loc, matrix(a, i, {rows, depth}),
                                 matrix(panels, i, panelDims), to)
        .getResult(0);
  };
  Sizes offsets(3, b.getIndexAttr(0)), strides(3, b.getIndexAttr(1)),
      sizes = this->sizes({rows, columns});
  sizes.insert(sizes.begin(), b.getIndexAttr(1));
  // One matrix is split over the team by its panels, several by batch entry.
  if (batch.isConstant(1))
    return tensor::InsertSliceOp::create(b, loc, multiply(index(0), out), out,
                                         offsets, sizes, strides);
  auto forall = scf::ForallOp::create(
      b, loc, ArrayRef<OpFoldResult>{this->sizes({batch})[0]}, ValueRange(out),
      std::nullopt);
  forall->setAttr(sharedAttrName, b.getUnitAttr());
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(forall.getBody());
  offsets[0] = forall.getInductionVar(0);
  Value destination = forall.getRegionIterArgs()[0];
  Value y = multiply(forall.getInductionVar(0), destination);
  b.setInsertionPointToEnd(forall.getTerminator().getBody());
  tensor::ParallelInsertSliceOp::create(b, loc, y, destination, offsets, sizes,
                                        strides);
  return forall.getResult(0);
}
