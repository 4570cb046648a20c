//===- LowerAttention.cpp - attention without a cache ---------------------===//
//
// Scores, mask, softmax and the weighted sum of values one after the other over
// all heads: right for every type and size. What the kernel of cached attention
// takes goes to LowerBlockedAttention.cpp.
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/Math/IR/Math.h"
#include "passes/Tile/Lowering.h"

using namespace mlir;
using namespace sinter;

using IPredicate = arith::CmpIPredicate;
using FPredicate = arith::CmpFPredicate;

namespace {
struct Attention {
  Lowering &l;
  AttentionOp op;
  Location loc;
  // batch, kv head, group, query, key: the loops of scores.
  Dims scoreDims;
  DimExpr keyDim, valueDim;
  Type element, wide;

  Attention(Lowering &l, AttentionOp op);
  Value scores();
  Value masked(Value scores);
  Value zeroEmptyRows(Value probabilities, Value scores);
  Value shareWithSinks(Value probabilities, Value scores);
  Value highest(Value scores);
  Value weighted(Value probabilities);
};
} // namespace

Attention::Attention(Lowering &l, AttentionOp op)
    : l(l), op(op), loc(op.getLoc()) {
  Dims q = dimsOf(op.getQ()), k = dimsOf(op.getK()), v = dimsOf(op.getV());
  int64_t heads = *q[1].getConstant(), kvHeads = *k[1].getConstant();
  scoreDims = {q[0], kvHeads, heads / kvHeads, q[2], k[2]};
  keyDim = q[3];
  valueDim = v[3];
  element = elementOf(op.getQ());
  wide = Lowering::wide(element);
  l.requireEqual(k[0], q[0], loc);
  l.requireEqual(v[0], q[0], loc);
  l.requireEqual(v[2], k[2], loc);
  l.requireEqual(k[3], q[3], loc);
}

// q k^T: the rows of all heads that share a kv head against its keys.
Value Attention::scores() {
  Dims &s = scoreDims;
  Dims grouped{s[0] * s[1], s[2] * s[3], keyDim};
  Dims keys{s[0] * s[1], s[4], keyDim};
  Value q = l.reshape(loc, l.get(op.getQ()), dimsOf(op.getQ()), grouped);
  Value k = l.reshape(loc, l.get(op.getK()), dimsOf(op.getK()), keys);
  Value y = l.matrixProducts(loc, q, grouped, k, keys, /*isTransposed=*/true);
  return l.reshape(loc, y, {grouped[0], grouped[1], s[4]}, s);
}

Value Attention::masked(Value scores) {
  SmallVector<Lowering::Input> inputs{
      l.aligned(scores, scoreDims, scoreDims, loc)};
  Value mask = op.getMask();
  if (mask) {
    // [.., heads, S, T] with the heads split in two.
    Dims own = dimsOf(mask);
    Value m = l.get(mask);
    if (own.size() >= 3) {
      size_t head = own.size() - 3;
      Dims split = own;
      bool all = !own[head].isConstant(1);
      split[head] = all ? scoreDims[1] : DimExpr(1);
      split.insert(split.begin() + head + 1, all ? scoreDims[2] : DimExpr(1));
      m = l.reshape(loc, m, own, split);
      own = split;
    }
    inputs.push_back(l.aligned(m, own, scoreDims, loc));
  }
  bool isBool = mask && elementOf(mask).isInteger(1);
  bool ranged = op.getCausal() || op.getWindow() > 0;
  Value shift; // T - S
  if (ranged)
    shift =
        arith::SubIOp::create(l.b, loc, l.toIndex(l.sizes({scoreDims[4]})[0]),
                              l.toIndex(l.sizes({scoreDims[3]})[0]));
  double cap = op.getSoftcap().convertToDouble();
  return l.parallel(
      loc, scoreDims, wide, inputs, [&](ScalarEmitter &e, ValueRange args) {
        Value s =
            e.mul(args[0], e.constant(wide, op.getScale().convertToDouble()));
        if (cap > 0) {
          Value c = e.constant(wide, cap);
          s = e.mul(c, e.make<math::TanhOp>(e.make<arith::DivFOp>(s, c)));
        }
        Value lowest = e.constant(wide, -INFINITY);
        if (isBool) {
          Value keep = e.compare(IPredicate::ne, args[1],
                                 e.constant(args[1].getType(), 0.0));
          s = e.select(keep, s, lowest);
        } else if (mask) {
          s = e.add(s, e.widen(args[1]));
        }
        if (!ranged)
          return s;
        Value i = e.make<linalg::IndexOp>(3), j = e.make<linalg::IndexOp>(4);
        Value last = e.add(i, shift);
        if (op.getCausal())
          s = e.select(e.compare(IPredicate::sle, j, last), s, lowest);
        if (op.getWindow() > 0) {
          Value first = e.sub(
              last, e.make<arith::ConstantIndexOp>(int64_t(op.getWindow())));
          s = e.select(e.compare(IPredicate::sgt, j, first), s, lowest);
        }
        return s;
      });
}

// Of each row.
Value Attention::highest(Value scores) {
  ScalarEmitter outside(l.b, loc);
  return l.reduce(loc, scoreDims, {false, false, false, false, true},
                  outside.constant(wide, -INFINITY),
                  {l.aligned(scores, scoreDims, scoreDims, loc)},
                  [](ScalarEmitter &e, ValueRange args) {
                    return e.max(args[1], args[0], false);
                  });
}

// A sink takes e^(sink - max) of each row's sum of e^(s - max) and that.
Value Attention::shareWithSinks(Value probabilities, Value scores) {
  ScalarEmitter outside(l.b, loc);
  Lowering::Input all = l.aligned(scores, scoreDims, scoreDims, loc),
                  top = Lowering::walked(highest(scores), {0, 1, 2, 3});
  // Nothing left: any number keeps e^-inf = 0.
  auto finite = [this](ScalarEmitter &e, Value max) {
    Value none = e.compare(FPredicate::OEQ, max, e.constant(wide, -INFINITY));
    return e.select(none, e.constant(wide, 0.0), max);
  };
  Value sums = l.reduce(loc, scoreDims, {false, false, false, false, true},
                        outside.constant(wide, 0.0), {all, top},
                        [&](ScalarEmitter &e, ValueRange args) {
                          Value s = e.sub(args[0], finite(e, args[1]));
                          return e.add(args[2], e.make<math::ExpOp>(s));
                        });
  Value sinks = l.reshape(loc, l.get(op.getSinks()), dimsOf(op.getSinks()),
                          {scoreDims[1], scoreDims[2]});
  return l.parallel(
      loc, scoreDims, wide,
      {l.aligned(probabilities, scoreDims, scoreDims, loc), top,
       Lowering::walked(sums, {0, 1, 2, 3}), Lowering::walked(sinks, {1, 2})},
      [&](ScalarEmitter &e, ValueRange args) {
        Value sink = e.sub(e.widen(args[3]), finite(e, args[1]));
        Value whole = e.add(args[2], e.make<math::ExpOp>(sink));
        return e.mul(args[0], e.make<arith::DivFOp>(args[2], whole));
      });
}

// Where the highest score of a row is -inf nothing was left.
Value Attention::zeroEmptyRows(Value probabilities, Value scores) {
  Value highest = this->highest(scores);
  return l.parallel(loc, scoreDims, wide,
                    {l.aligned(probabilities, scoreDims, scoreDims, loc),
                     Lowering::walked(highest, {0, 1, 2, 3})},
                    [&](ScalarEmitter &e, ValueRange args) {
                      Value none = e.compare(FPredicate::OEQ, args[1],
                                             e.constant(wide, -INFINITY));
                      return e.select(none, e.constant(wide, 0.0), args[0]);
                    });
}

Value Attention::weighted(Value probabilities) {
  Dims &s = scoreDims;
  Dims grouped{s[0] * s[1], s[2] * s[3], s[4]};
  Dims values{s[0] * s[1], s[4], valueDim};
  Value p = l.reshape(loc, probabilities, s, grouped);
  Value v = l.reshape(loc, l.get(op.getV()), dimsOf(op.getV()), values);
  Value y =
      l.matrixProducts(loc, p, grouped, v, values, /*isTransposed=*/false);
  return l.reshape(loc, y, {grouped[0], grouped[1], valueDim},
                   {s[0], s[1], s[2], s[3], valueDim});
}

LogicalResult sinter::lowerAttention(Lowering &l, AttentionOp op) {
  if (lowerBlockedAttention(l, op))
    return success();
  Attention a(l, op);
  Value scores = a.masked(a.scores());
  Value p = l.softmaxRows(a.loc, scores, a.scoreDims, false);
  if (op.getSinks())
    p = a.shareWithSinks(p, scores);
  if (op.getZeroEmptyRows() || op.getSinks())
    p = a.zeroEmptyRows(p, scores);
  Value y = a.weighted(p);
  Dims grouped(a.scoreDims.begin(), a.scoreDims.end() - 1);
  grouped.push_back(a.valueDim);
  Dims dims = dimsOf(op.getY());
  y = l.reshape(a.loc, y, grouped, dims);
  l.set(op.getY(), l.castTo(a.loc, y, dims, a.element));
  return success();
}
