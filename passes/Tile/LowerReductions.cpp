//===- LowerReductions.cpp - reduce, softmax, cumsum, matmul --------------===//
//
// Sums run in index order in one accumulator, so a row's bits do not depend on
// other rows; f16 and bf16 accumulate in f32.
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "passes/Tile/Lowering.h"
#include "passes/Tile/Tile.h"

using namespace mlir;
using namespace sinter;

//===----------------------------------------------------------------------===//
// Reduce
//===----------------------------------------------------------------------===//

// What the reduction of nothing gives, in the accumulator's type.
static Value emitNeutral(ScalarEmitter &e, Reduction kind, Type wide,
                         bool isUnsigned) {
  bool isMax = kind == Reduction::max;
  if (kind == Reduction::prod)
    return e.constant(wide, 1.0);
  if (!isMax && kind != Reduction::min)
    return e.constant(wide, 0.0);
  if (isa<FloatType>(wide))
    return e.constant(wide, isMax ? -INFINITY : INFINITY);
  unsigned width = wide.getIntOrFloatBitWidth();
  if (isUnsigned)
    return e.constant(wide, isMax ? APInt::getMinValue(width)
                                  : APInt::getMaxValue(width));
  return e.constant(wide, isMax ? APInt::getSignedMinValue(width)
                                : APInt::getSignedMaxValue(width));
}

LogicalResult sinter::lowerReduce(Lowering &l, ReduceOp op) {
  Location loc = op.getLoc();
  Dims dims = dimsOf(op.getX()), kept;
  Type element = elementOf(op.getX());
  bool isUnsigned = element.isUnsignedInteger();
  Type wide = Lowering::wide(Lowering::storage(element));
  SmallVector<bool> isReduction;
  DimExpr count = 1;
  for (auto [i, dim] : llvm::enumerate(dims)) {
    isReduction.push_back(llvm::is_contained(op.getAxes(), int64_t(i)));
    if (isReduction.back())
      count = count * dim;
    else
      kept.push_back(dim);
  }
  ScalarEmitter outside(l.b, loc);
  Reduction kind = op.getKind();
  Value sum = l.reduce(loc, dims, isReduction,
                       emitNeutral(outside, kind, wide, isUnsigned),
                       {l.aligned(l.get(op.getX()), dims, dims, loc)},
                       [&](ScalarEmitter &e, ValueRange args) -> Value {
                         Value x = e.widen(args[0]), so = args[1];
                         switch (kind) {
                         case Reduction::max:
                           return e.max(so, x, isUnsigned);
                         case Reduction::min:
                           return e.min(so, x, isUnsigned);
                         case Reduction::prod:
                           return e.mul(so, x);
                         case Reduction::sum_square:
                           return isa<FloatType>(wide)
                                      ? Value(e.make<math::FmaOp>(x, x, so))
                                      : e.add(so, e.mul(x, x));
                         default:
                           return e.add(so, x);
                         }
                       });
  if (kind == Reduction::mean || wide != Lowering::storage(element)) {
    Value n = arith::IndexCastOp::create(l.b, loc, l.b.getI64Type(),
                                         l.toIndex(l.sizes({count})[0]));
    sum = l.parallel(loc, kept, element, {l.aligned(sum, kept, kept, loc)},
                     [&](ScalarEmitter &e, ValueRange args) -> Value {
                       Value y = args[0];
                       if (kind == Reduction::mean) {
                         Value divisor = e.cast(n, n.getType(), wide);
                         y = isa<FloatType>(wide)
                                 ? Value(e.make<arith::DivFOp>(y, divisor))
                                 : e.divide(y, divisor, isUnsigned);
                       }
                       return isa<FloatType>(wide) ? e.narrow(y, element) : y;
                     });
  }
  l.set(op.getY(), l.reshape(loc, sum, kept, dimsOf(op.getY())));
  return success();
}

//===----------------------------------------------------------------------===//
// Softmax, cumsum
//===----------------------------------------------------------------------===//

Value Lowering::softmaxRows(Location loc, Value x, ArrayRef<DimExpr> dims,
                            bool log) {
  Dims rows{product(dims.drop_back()), dims.back()};
  Value flat = reshape(loc, x, dims, rows);
  Value out = empty(rows, elementOf(x));
  auto op =
      InnerSoftmaxOp::create(b, loc, TypeRange(out.getType()), flat, out, log);
  return reshape(loc, op.getResult(0), rows, dims);
}

LogicalResult sinter::lowerSoftmax(Lowering &l, SoftmaxOp op) {
  Location loc = op.getLoc();
  Dims dims = dimsOf(op.getX()), kept;
  Value x = l.get(op.getX());
  int64_t rank = dims.size(), axis = op.getAxis();
  bool log = op.getLog();
  if (axis == rank - 1) {
    l.set(op.getY(), l.softmaxRows(loc, x, dims, log));
    return success();
  }
  Type element = elementOf(x), wide = Lowering::wide(element);
  SmallVector<bool> isReduction(rank, false);
  isReduction[axis] = true;
  SmallVector<int64_t> keptLoops;
  for (int64_t i = 0; i < rank; ++i) {
    if (i == axis)
      continue;
    kept.push_back(dims[i]);
    keptLoops.push_back(i);
  }
  ScalarEmitter outside(l.b, loc);
  Value highest = l.reduce(
      loc, dims, isReduction, emitNeutral(outside, Reduction::max, wide, false),
      {l.aligned(x, dims, dims, loc)}, [](ScalarEmitter &e, ValueRange args) {
        return e.max(args[1], e.widen(args[0]), false);
      });
  auto shifted = [&](ScalarEmitter &e, ValueRange args) {
    return e.sub(e.widen(args[0]), args[1]);
  };
  Value exponential = l.parallel(
      loc, dims, wide,
      {l.aligned(x, dims, dims, loc), Lowering::walked(highest, keptLoops)},
      [&](ScalarEmitter &e, ValueRange args) -> Value {
        return e.make<math::ExpOp>(shifted(e, args));
      });
  Value sum = l.reduce(loc, dims, isReduction, outside.constant(wide, 0.0),
                       {l.aligned(exponential, dims, dims, loc)},
                       [](ScalarEmitter &e, ValueRange args) {
                         return e.add(args[1], args[0]);
                       });
  SmallVector<Lowering::Input> inputs;
  if (log)
    inputs = {l.aligned(x, dims, dims, loc),
              Lowering::walked(highest, keptLoops),
              Lowering::walked(sum, keptLoops)};
  else
    inputs = {l.aligned(exponential, dims, dims, loc),
              Lowering::walked(sum, keptLoops)};
  Value y = l.parallel(
      loc, dims, element, inputs,
      [&](ScalarEmitter &e, ValueRange args) -> Value {
        Value y = log ? e.sub(shifted(e, args), e.make<math::LogOp>(args[2]))
                      : Value(e.make<arith::DivFOp>(args[0], args[1]));
        return e.narrow(y, element);
      });
  l.set(op.getY(), y);
  return success();
}

// A loop along the axis carries the sum of a slice; one member runs it.
LogicalResult sinter::lowerCumSum(Lowering &l, CumSumOp op) {
  Location loc = op.getLoc();
  Dims dims = dimsOf(op.getX()), slice = dims;
  int64_t axis = op.getAxis();
  slice[axis] = 1;
  Value x = l.get(op.getX());
  Type element = elementOf(x), wide = Lowering::wide(element);
  ScalarEmitter outside(l.b, loc);
  Value sum = l.filled(loc, slice, outside.constant(wide, 0.0));
  Value y = l.empty(dims, element);
  Value size = l.toIndex(l.sizes({dims[axis]})[0]);
  Value last = outside.sub(size, l.index(1));
  auto loop = scf::ForOp::create(l.b, loc, l.index(0), size, l.index(1),
                                 ValueRange{sum, y});
  loop->setAttr(serialAttrName, l.b.getUnitAttr());
  {
    OpBuilder::InsertionGuard guard(l.b);
    l.b.setInsertionPointToStart(loop.getBody());
    Value i = loop.getInductionVar();
    if (op.getReverse())
      i = arith::SubIOp::create(l.b, loc, last, i);
    Sizes offsets(dims.size(), l.b.getIndexAttr(0)),
        strides(dims.size(), l.b.getIndexAttr(1)), sizes = l.sizes(slice);
    offsets[axis] = i;
    Value part = tensor::ExtractSliceOp::create(
        l.b, loc, l.type(slice, element), x, offsets, sizes, strides);
    Value before = loop.getRegionIterArg(0);
    auto add = [&] {
      return l.parallel(loc, slice, wide,
                        {l.aligned(before, slice, slice, loc),
                         l.aligned(part, slice, slice, loc)},
                        [](ScalarEmitter &e, ValueRange args) {
                          return e.add(args[0], e.widen(args[1]));
                        });
    };
    // In this order the sum can be updated in place.
    Value after = op.getExclusive() ? Value() : add();
    Value written = l.castTo(loc, after ? after : before, slice, element);
    Value next = tensor::InsertSliceOp::create(
        l.b, loc, written, loop.getRegionIterArg(1), offsets, sizes, strides);
    if (!after)
      after = add();
    scf::YieldOp::create(l.b, loc, ValueRange{after, next});
  }
  l.set(op.getY(), loop.getResult(1));
  return success();
}

//===----------------------------------------------------------------------===//
// Matmul
//===----------------------------------------------------------------------===//

LogicalResult sinter::lowerMatMul(Lowering &l, MatMulOp op) {
  Location loc = op.getLoc();
  Dims a = dimsOf(op.getA()), b = dimsOf(op.getB()), y = dimsOf(op.getY());
  int64_t rank = y.size(), batch = rank - 2;
  Type element = elementOf(op.getY());
  Type wide = Lowering::wide(Lowering::storage(element));
  l.requireEqual(a.back(), b[b.size() - 2], loc);
  // Products of floats without a repeated operand take the kernel of weights.
  auto isWholeBatch = [&](ArrayRef<DimExpr> dims) {
    return ArrayRef(y).drop_back(2) == dims.drop_back(2);
  };
  if (isa<FloatType>(wide) && isWholeBatch(a) && isWholeBatch(b)) {
    DimExpr all = product(ArrayRef(y).drop_back(2));
    Dims aDims{all, y[batch], a.back()}, bDims{all, a.back(), y.back()};
    Value products =
        l.matrixProducts(loc, l.reshape(loc, l.get(op.getA()), a, aDims), aDims,
                         l.reshape(loc, l.get(op.getB()), b, bDims), bDims,
                         /*isTransposed=*/false);
    products = l.reshape(loc, products, {all, y[batch], y.back()}, y);
    l.set(op.getY(), l.castTo(loc, products, y, element));
    return success();
  }
  // Loops: batch, m, k, n. The innermost walks rows of b and y.
  Dims loops(y.begin(), y.end() - 1);
  loops.push_back(a.back());
  loops.push_back(y.back());
  SmallVector<bool> isReduction(rank + 1, false);
  isReduction[batch + 1] = true;
  // Where a batch dimension may have to be repeated, repeat it beforehand.
  auto operand = [&](Value old, ArrayRef<DimExpr> dims,
                     ArrayRef<int64_t> last) {
    Value x = l.get(old);
    Dims want(y.begin(), y.begin() + batch);
    auto input = l.aligned(x, dims.drop_back(2), want, loc);
    if (llvm::any_of(input.loops,
                     [](int64_t i) { return i < Lowering::still; })) {
      want.append(dims.end() - 2, dims.end());
      x = l.broadcast(loc, x, dims, want);
      input =
          Lowering::walked(x, llvm::to_vector(llvm::seq<int64_t>(0, batch)));
    }
    llvm::append_range(input.loops, last);
    return input;
  };
  ScalarEmitter outside(l.b, loc);
  Value product = l.reduce(loc, loops, isReduction, outside.constant(wide, 0.0),
                           {operand(op.getA(), a, {batch, batch + 1}),
                            operand(op.getB(), b, {batch + 1, batch + 2})},
                           [&](ScalarEmitter &e, ValueRange args) -> Value {
                             Value p = e.widen(args[0]), q = e.widen(args[1]);
                             if (isa<FloatType>(wide))
                               return e.make<math::FmaOp>(p, q, args[2]);
                             return e.add(args[2], e.mul(p, q));
                           });
  l.set(op.getY(),
        isa<FloatType>(wide) ? l.castTo(loc, product, y, element) : product);
  return success();
}
