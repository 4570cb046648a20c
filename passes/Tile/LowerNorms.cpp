//===- LowerNorms.cpp - layer_norm, rms_norm, rotary ----------------------===//
#include "mlir/Dialect/Math/IR/Math.h"
#include "passes/Tile/Lowering.h"

using namespace mlir;
using namespace sinter;

//===----------------------------------------------------------------------===//
// Norms
//===----------------------------------------------------------------------===//

namespace {
// One norm, layer_norm or rms_norm (not `centered`).
struct Norm {
  Lowering &l;
  Location loc;
  Value x, scale, bias; // old values; bias may be null
  int64_t axis;
  APFloat epsilon;
  bool centered;

  Value lower();

private:
  Value lowerRows(ArrayRef<DimExpr> dims, const DimExpr &width);
  Value lowerLoops(ArrayRef<DimExpr> dims, const DimExpr &width);
  Value flatten(Value weight, ArrayRef<DimExpr> trailing, const DimExpr &width);
};
} // namespace

Value Norm::lower() {
  Dims dims = dimsOf(x);
  DimExpr width = product(ArrayRef(dims).drop_front(axis));
  // Scale and bias must not differ from row to row.
  auto perRow = [&](Value weight) {
    Dims own = weight ? dimsOf(weight) : Dims();
    int64_t leading = own.size() - (dims.size() - axis);
    for (int64_t i = 0; i < leading; ++i)
      if (!own[i].isConstant(1))
        return true;
    return false;
  };
  auto constant = width.getConstant();
  bool rows = constant && *constant > 0 && !perRow(scale) && !perRow(bias);
  return rows ? lowerRows(dims, width) : lowerLoops(dims, width);
}

// A weight as one row [width].
Value Norm::flatten(Value weight, ArrayRef<DimExpr> trailing,
                    const DimExpr &width) {
  Dims own = dimsOf(weight);
  Value w = l.get(weight);
  if (own.size() > trailing.size()) {
    Dims cut(own.end() - trailing.size(), own.end());
    w = l.reshape(loc, w, own, cut);
    own = cut;
  }
  if (ArrayRef(own) != trailing)
    w = l.broadcast(loc, w, own, trailing);
  return l.reshape(loc, w, trailing, {width});
}

Value Norm::lowerRows(ArrayRef<DimExpr> dims, const DimExpr &width) {
  ArrayRef<DimExpr> trailing = dims.drop_front(axis);
  Dims rows{product(dims.take_front(axis)), width};
  Value flat = l.reshape(loc, l.get(x), dims, rows);
  Value scaleRow = flatten(scale, trailing, width);
  Value biasRow = bias ? flatten(bias, trailing, width) : Value();
  Value out = l.empty(rows, elementOf(flat));
  auto op = InnerNormOp::create(l.b, loc, TypeRange(out.getType()), flat,
                                scaleRow, biasRow, out, epsilon, centered);
  return l.reshape(loc, op.getResult(0), rows, dims);
}

Value Norm::lowerLoops(ArrayRef<DimExpr> dims, const DimExpr &width) {
  Type element = elementOf(x), wide = Lowering::wide(element);
  SmallVector<bool> isReduction;
  SmallVector<int64_t> keptLoops;
  Dims kept;
  for (int64_t i = 0; i < int64_t(dims.size()); ++i) {
    isReduction.push_back(i >= axis);
    if (i < axis) {
      keptLoops.push_back(i);
      kept.push_back(dims[i]);
    }
  }
  ScalarEmitter outside(l.b, loc);
  Value zero = outside.constant(wide, 0.0);
  Value n = arith::IndexCastOp::create(l.b, loc, l.b.getI64Type(),
                                       l.toIndex(l.sizes({width})[0]));
  Value count = outside.cast(n, n.getType(), wide);
  Value in = l.get(x);
  auto walkX = l.aligned(in, dims, dims, loc);
  SmallVector<Lowering::Input> centeredX{walkX};
  if (centered) {
    Value sum = l.reduce(loc, dims, isReduction, zero, {walkX},
                         [](ScalarEmitter &e, ValueRange args) {
                           return e.add(args[1], e.widen(args[0]));
                         });
    Value mean = l.parallel(loc, kept, wide, {l.aligned(sum, kept, kept, loc)},
                            [&](ScalarEmitter &e, ValueRange args) -> Value {
                              return e.make<arith::DivFOp>(args[0], count);
                            });
    centeredX.push_back(Lowering::walked(mean, keptLoops));
  }
  auto center = [&](ScalarEmitter &e, ValueRange args) {
    Value v = e.widen(args[0]);
    return centered ? e.sub(v, args[1]) : v;
  };
  Value squares = l.reduce(loc, dims, isReduction, zero, centeredX,
                           [&](ScalarEmitter &e, ValueRange args) -> Value {
                             Value v = center(e, args);
                             return e.add(args.back(), e.mul(v, v));
                           });
  SmallVector<Lowering::Input> inputs = centeredX;
  inputs.push_back(Lowering::walked(squares, keptLoops));
  inputs.push_back(l.aligned(l.get(scale), dimsOf(scale), dims, loc));
  if (bias)
    inputs.push_back(l.aligned(l.get(bias), dimsOf(bias), dims, loc));
  return l.parallel(
      loc, dims, element, inputs, [&](ScalarEmitter &e, ValueRange args) {
        unsigned next = centered ? 2 : 1;
        Value variance = e.make<arith::DivFOp>(args[next], count);
        Value root = e.make<math::SqrtOp>(
            e.add(variance, e.constant(wide, epsilon.convertToDouble())));
        Value y = e.make<arith::DivFOp>(center(e, args), root);
        y = e.mul(y, e.widen(args[next + 1]));
        if (bias)
          y = e.add(y, e.widen(args[next + 2]));
        return e.narrow(y, element);
      });
}

LogicalResult sinter::lowerLayerNorm(Lowering &l, LayerNormOp op) {
  l.set(op.getY(), Norm{l, op.getLoc(), op.getX(), op.getScale(), op.getBias(),
                        int64_t(op.getAxis()), op.getEpsilon(), true}
                       .lower());
  return success();
}

LogicalResult sinter::lowerRMSNorm(Lowering &l, RMSNormOp op) {
  l.set(op.getY(), Norm{l, op.getLoc(), op.getX(), op.getScale(), Value(),
                        int64_t(op.getAxis()), op.getEpsilon(), false}
                       .lower());
  return success();
}

//===----------------------------------------------------------------------===//
// Rotary
//===----------------------------------------------------------------------===//

// A part [.., from, from + size) of the last dimension.
static Value lastPart(Lowering &l, Location loc, Value x,
                      ArrayRef<DimExpr> dims, int64_t from, int64_t size) {
  Dims part(dims);
  part.back() = size;
  Sizes offsets(dims.size(), l.b.getIndexAttr(0)),
      strides(dims.size(), l.b.getIndexAttr(1));
  offsets.back() = l.b.getIndexAttr(from);
  return tensor::ExtractSliceOp::create(l.b, loc, l.type(part, elementOf(x)), x,
                                        offsets, l.sizes(part), strides);
}

// The rotating elements seen as pairs: [.., 2, half], or [.., half, 2] when
// interleaved, so that one loop nest reads both and writes one of a pair.
LogicalResult sinter::lowerRotary(Lowering &l, RotaryOp op) {
  Location loc = op.getLoc();
  Dims dims = dimsOf(op.getX()), table = dimsOf(op.getCos());
  int64_t width = *dims[3].getConstant(), half = *table[2].getConstant();
  bool interleaved = op.getInterleaved();
  Value x = l.get(op.getX());
  Type element = elementOf(x);
  Value rotating = x;
  Dims rotatingDims = dims;
  if (2 * half < width) {
    rotating = lastPart(l, loc, x, dims, 0, 2 * half);
    rotatingDims[3] = 2 * half;
  }
  // Loops: dims 0 .. 2, then which of the pair, then the pair.
  Dims loops(dims.begin(), dims.begin() + 3);
  int64_t which = interleaved ? 4 : 3, pair = interleaved ? 3 : 4;
  loops.push_back(interleaved ? half : 2);
  loops.push_back(interleaved ? 2 : half);
  Value pairs = l.reshape(loc, rotating, rotatingDims, loops);
  // Each of a pair apart: a size 1 that stands still.
  auto element5 = [&](int64_t i) {
    Dims one = loops;
    one[which] = 1;
    Sizes offsets(5, l.b.getIndexAttr(0)), strides(5, l.b.getIndexAttr(1));
    offsets[which] = l.b.getIndexAttr(i);
    Value part = tensor::ExtractSliceOp::create(
        l.b, loc, l.type(one, element), pairs, offsets, l.sizes(one), strides);
    SmallVector<int64_t> walk{0, 1, 2, 3, 4};
    walk[which] = Lowering::still;
    return Lowering::walked(part, walk);
  };
  int64_t sequence = op.getSequenceFirst() ? 1 : 2;
  auto angles = [&](Value old) {
    Dims tableLoops{dims[0], dims[sequence], DimExpr(half)};
    auto input = l.aligned(l.get(old), table, tableLoops, loc);
    for (int64_t &loop : input.loops) {
      static constexpr int64_t none = Lowering::still;
      int64_t target[] = {0, sequence, pair};
      if (loop >= 0)
        loop = target[loop];
      else if (loop < none)
        loop = Lowering::maybeStill(target[-2 - loop]);
    }
    return input;
  };
  Value y = l.parallel(
      loc, loops, element,
      {element5(0), element5(1), angles(op.getCos()), angles(op.getSin())},
      [&](ScalarEmitter &e, ValueRange args) {
        Value first = e.widen(args[0]), second = e.widen(args[1]);
        Value cos = e.widen(args[2]), sin = e.widen(args[3]);
        Value isFirst =
            e.compare(arith::CmpIPredicate::eq, e.make<linalg::IndexOp>(which),
                      e.make<arith::ConstantIndexOp>(0));
        // a cos - b sin, or b cos + a sin.
        Value own = e.select(isFirst, first, second);
        Value other = e.select(isFirst, e.make<arith::NegFOp>(second), first);
        return e.narrow(e.add(e.mul(own, cos), e.mul(other, sin)), element);
      });
  y = l.reshape(loc, y, loops, rotatingDims);
  if (2 * half < width) {
    Value rest = lastPart(l, loc, x, dims, 2 * half, width - 2 * half);
    Dims restDims = dims;
    restDims[3] = width - 2 * half;
    Value all = l.empty(dims, element);
    Sizes offsets(4, l.b.getIndexAttr(0)), strides(4, l.b.getIndexAttr(1));
    all = tensor::InsertSliceOp::create(l.b, loc, y, all, offsets,
                                        l.sizes(rotatingDims), strides);
    offsets[3] = l.b.getIndexAttr(2 * half);
    y = tensor::InsertSliceOp::create(l.b, loc, rest, all, offsets,
                                      l.sizes(restDims), strides);
  }
  l.set(op.getY(), y);
  return success();
}
