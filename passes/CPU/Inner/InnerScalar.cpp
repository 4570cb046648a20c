//===- InnerScalar.cpp - every inner tile as plain loops ------------------===//
//
// The readable form of each kernel, for all float types and layouts; what the
// vector forms do not take comes here, and `scalar` asks for it. Sums are in
// f32 for f16 and bf16, else in the element type.
//
//===----------------------------------------------------------------------===//
#include "dialects/Sinter/IR/ScalarEmitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "passes/CPU/Inner/Inner.h"

using namespace mlir;
using namespace sinter;

static constexpr double infinity = std::numeric_limits<double>::infinity();

namespace {
class Loops {
public:
  Loops(OpBuilder &b, Location loc, Type element)
      : b(b), loc(loc),
        wide(element.getIntOrFloatBitWidth() < 32 ? b.getF32Type() : element) {}

  Value index(int64_t v) { return arith::ConstantIndexOp::create(b, loc, v); }
  Value real(double v) {
    return arith::ConstantOp::create(b, loc, b.getFloatAttr(wide, v));
  }
  Value toReal(Value index) {
    Value n = arith::IndexCastOp::create(b, loc, b.getI64Type(), index);
    return arith::SIToFPOp::create(b, loc, wide, n);
  }
  Value dim(Value m, int64_t i) { return memref::DimOp::create(b, loc, m, i); }
  // `by` where v is `number`.
  Value replace(Value v, double number, double by) {
    Value is = arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OEQ, v,
                                     real(number));
    return arith::SelectOp::create(b, loc, is, real(by), v);
  }
  Value load(Value m, ValueRange at) {
    Value v = memref::LoadOp::create(b, loc, m, at);
    return wide == v.getType() ? v : arith::ExtFOp::create(b, loc, wide, v);
  }
  void store(Value v, Value m, ValueRange at) {
    Type to = cast<MemRefType>(m.getType()).getElementType();
    if (to != v.getType())
      v = arith::TruncFOp::create(b, loc, to, v);
    memref::StoreOp::create(b, loc, v, m, at);
  }
  /// To bf16, where `to` is that, and back.
  Value rounded(Value v, Type to) {
    if (!to.isBF16())
      return v;
    v = arith::TruncFOp::create(b, loc, to, v);
    return arith::ExtFOp::create(b, loc, wide, v);
  }
  template <typename Op> Value make(Value x, Value y) {
    return Op::create(b, loc, x, y);
  }
  Value add(Value x, Value y) { return make<arith::AddFOp>(x, y); }
  Value sub(Value x, Value y) { return make<arith::SubFOp>(x, y); }
  Value mul(Value x, Value y) { return make<arith::MulFOp>(x, y); }
  Value div(Value x, Value y) { return make<arith::DivFOp>(x, y); }
  Value max(Value x, Value y) { return make<arith::MaximumFOp>(x, y); }
  Value exp(Value x) { return math::ExpOp::create(b, loc, x); }

  /// Folds body over from .. to - 1.
  Value fold(Value from, Value to, Value start,
             llvm::function_ref<Value(Value i, Value sofar)> body) {
    auto loop = scf::ForOp::create(
        b, loc, from, to, index(1), start,
        [&](OpBuilder &, Location at, Value i, ValueRange carried) {
          OpBuilder::InsertionGuard guard(b);
          b.setInsertionPointToEnd(i.getParentBlock());
          Value next = body(i, carried[0]);
          scf::YieldOp::create(b, at, next);
        });
    return loop.getResult(0);
  }
  void each(Value from, Value to, llvm::function_ref<void(Value)> body) {
    scf::ForOp::create(b, loc, from, to, index(1), ValueRange(),
                       [&](OpBuilder &, Location at, Value i, ValueRange) {
                         OpBuilder::InsertionGuard guard(b);
                         b.setInsertionPointToEnd(i.getParentBlock());
                         body(i);
                         scf::YieldOp::create(b, at);
                       });
  }

  OpBuilder &b;
  Location loc;
  Type wide; // of sums
};

Type elementOf(Value memref) {
  return cast<MemRefType>(memref.getType()).getElementType();
}

int64_t depthOf(Value x) { return cast<MemRefType>(x.getType()).getDimSize(1); }

// Adds element i of group q to a sum.
using Step = llvm::function_ref<Value(Value q, int64_t i, Value sum)>;

// Groups ascend, each from its last element, as vdpbf16ps adds.
Value sumGroups(Loops &l, Value groups, int64_t interleave, int64_t depth,
                Step step) {
  Value sum =
      l.fold(l.index(0), groups, l.real(0), [&](Value q, Value sum) -> Value {
        for (int64_t i = interleave - 1; i >= 0; --i)
          sum = step(q, i, sum);
        return sum;
      });
  if (interleave > 1) // of a static depth
    for (int64_t i = depth % interleave - 1; i >= 0; --i)
      sum = step(groups, i, sum);
  return sum;
}

// A chain for each element of a group, the chains' sum once a block, as
// TDPBF16PS adds.
Value sumBlocks(Loops &l, Value groups, int64_t blockGroups, int64_t interleave,
                Step step) {
  Value size = l.index(blockGroups);
  Value blocks = l.make<arith::DivUIOp>(groups, size);
  return l.fold(l.index(0), blocks, l.real(0), [&](Value block, Value sum) {
    Value first = l.make<arith::MulIOp>(block, size);
    Value last = l.make<arith::AddIOp>(first, size), all;
    for (int64_t i = 0; i < interleave; ++i) {
      Value chain = l.fold(first, last, l.real(0),
                           [&](Value q, Value sum) { return step(q, i, sum); });
      all = all ? l.add(all, chain) : chain;
    }
    return l.add(sum, all);
  });
}

struct ScalarMatMul : OpRewritePattern<InnerMatMulOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(InnerMatMulOp op,
                                PatternRewriter &rewriter) const override {
    Value x = op.getX(), w = op.getW(), out = op.getOut();
    if (!isa<MemRefType>(x.getType()))
      return failure();
    Loops l(rewriter, op.getLoc(), elementOf(out));
    int64_t interleave = op.getInterleave();
    Value group = l.index(interleave), depth = l.dim(x, 1);
    l.each(l.index(0), l.dim(out, 0), [&](Value m) {
      l.each(l.index(0), l.dim(out, 1), [&](Value n) {
        Value columns = l.index(op.getPanelColumns());
        Value p = l.make<arith::DivUIOp>(n, columns);
        Value groups = l.make<arith::DivUIOp>(depth, group);
        auto sumOf = [&](Value column) {
          auto step = [&](Value q, int64_t i, Value sum) -> Value {
            Value k = l.make<arith::AddIOp>(l.make<arith::MulIOp>(q, group),
                                            l.index(i));
            Value at = l.make<arith::AddIOp>(
                l.make<arith::MulIOp>(column, group), l.index(i));
            return math::FmaOp::create(rewriter, l.loc, l.load(x, {m, k}),
                                       l.load(w, {p, q, at}), sum);
          };
          if (int64_t block = op.getDepthBlock())
            return sumBlocks(l, groups, block / interleave, interleave, step);
          return sumGroups(l, groups, interleave, depthOf(x), step);
        };
        Value j = l.make<arith::RemUIOp>(n, columns), sum = sumOf(j);
        if (auto gate = op.getGate()) {
          Value up = sumOf(l.make<arith::AddIOp>(j, columns));
          sum = l.mul(ScalarEmitter(rewriter, l.loc).activate(*gate, sum), up);
        }
        if (op.getBias())
          sum = l.add(sum, l.load(op.getBias(), n));
        if (auto activation = op.getActivation())
          sum = ScalarEmitter(rewriter, l.loc).activate(*activation, sum);
        if (op.getAccumulate())
          sum = l.add(l.load(out, {m, n}), sum);
        l.store(sum, out, {m, n});
      });
    });
    rewriter.eraseOp(op);
    return success();
  }
};

struct ScalarNorm : OpRewritePattern<InnerNormOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(InnerNormOp op,
                                PatternRewriter &rewriter) const override {
    Value x = op.getX(), out = op.getOut();
    if (!isa<MemRefType>(x.getType()))
      return failure();
    Loops l(rewriter, op.getLoc(), elementOf(x));
    Value zero = l.index(0), columns = l.dim(x, 1);
    Value count = arith::SIToFPOp::create(
        rewriter, l.loc, l.wide,
        arith::IndexCastOp::create(rewriter, l.loc, rewriter.getI64Type(),
                                   columns));
    l.each(zero, l.dim(x, 0), [&](Value m) {
      Value mean = l.real(0);
      if (op.getCentered())
        mean = l.div(l.fold(zero, columns, l.real(0),
                            [&](Value c, Value sum) {
                              return l.add(sum, l.load(x, {m, c}));
                            }),
                     count);
      Value squares = l.fold(zero, columns, l.real(0), [&](Value c, Value sum) {
        Value d = l.sub(l.load(x, {m, c}), mean);
        return l.add(sum, l.mul(d, d));
      });
      Value deviation = math::SqrtOp::create(
          rewriter, l.loc,
          l.add(l.div(squares, count),
                l.real(op.getEpsilon().convertToDouble())));
      l.each(zero, columns, [&](Value c) {
        Value y = l.div(l.sub(l.load(x, {m, c}), mean), deviation);
        y = l.mul(y, l.load(op.getScale(), c));
        if (op.getBias())
          y = l.add(y, l.load(op.getBias(), c));
        l.store(y, out, {m, c});
      });
    });
    rewriter.eraseOp(op);
    return success();
  }
};

struct ScalarSoftmax : OpRewritePattern<InnerSoftmaxOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(InnerSoftmaxOp op,
                                PatternRewriter &rewriter) const override {
    Value x = op.getX(), out = op.getOut();
    if (!isa<MemRefType>(x.getType()))
      return failure();
    Loops l(rewriter, op.getLoc(), elementOf(x));
    Value zero = l.index(0), columns = l.dim(x, 1);
    l.each(zero, l.dim(x, 0), [&](Value m) {
      Value top =
          l.fold(zero, columns, l.real(-infinity), [&](Value c, Value top) {
            return l.max(top, l.load(x, {m, c}));
          });
      auto shifted = [&](Value c) { return l.sub(l.load(x, {m, c}), top); };
      Value sum = l.fold(zero, columns, l.real(0), [&](Value c, Value sum) {
        return l.add(sum, l.exp(shifted(c)));
      });
      Value logSum;
      if (op.getLog())
        logSum = math::LogOp::create(rewriter, l.loc, sum);
      l.each(zero, columns, [&](Value c) {
        l.store(logSum ? l.sub(shifted(c), logSum)
                       : l.div(l.exp(shifted(c)), sum),
                out, {m, c});
      });
    });
    rewriter.eraseOp(op);
    return success();
  }
};

// Two passes over the context for a pair: the largest score, then the weighted
// sum of values and the sum of weights, each output element on its own.
struct ScalarAttention : OpRewritePattern<InnerAttentionOp> {
  using OpRewritePattern::OpRewritePattern;

  // Where the cache has position t.
  static Value place(Loops &l, InnerAttentionOp op, Value t) {
    Value room = l.make<arith::MulIOp>(l.dim(op.getValues(), 1),
                                       l.index(op.getInterleave()));
    return l.make<arith::RemUIOp>(t, room);
  }

  // Group and place of element i of a dot product beside lane j.
  static std::pair<Value, Value> interleaved(Loops &l, InnerAttentionOp op,
                                             Value i, Value j) {
    Value count = l.index(op.getInterleave());
    Value at = l.make<arith::AddIOp>(l.make<arith::MulIOp>(j, count),
                                     l.make<arith::RemUIOp>(i, count));
    return {l.make<arith::DivUIOp>(i, count), at};
  }

  // A pair: its entry of the batch (null without one), row, head of the entry
  // and head of all keys.
  struct Pair {
    Value batch, row, head, kvHead;

    SmallVector<Value> at(Value column) const {
      SmallVector<Value> place{row, head, column};
      if (batch)
        place.insert(place.begin(), batch);
      return place;
    }
  };

  static Pair makePair(Loops &l, InnerAttentionOp op, Value pair) {
    int64_t rowDim = op.getRowDim();
    Value rows = l.dim(op.getQ(), rowDim), heads = l.dim(op.getQ(), rowDim + 1);
    Value row = l.make<arith::RemUIOp>(pair, rows);
    Value head = l.make<arith::DivUIOp>(pair, rows);
    Value all = heads, batch;
    if (op.hasBatch())
      all = l.make<arith::MulIOp>(heads, l.dim(op.getQ(), 0));
    Value group = l.make<arith::DivUIOp>(all, l.dim(op.getKeys(), 0));
    Value kvHead = l.make<arith::DivUIOp>(head, group);
    if (op.hasBatch()) {
      batch = l.make<arith::DivUIOp>(head, heads);
      head = l.make<arith::RemUIOp>(head, heads);
    }
    return {batch, row, head, kvHead};
  }

  // What the mask adds at position t.
  static Value masked(Loops &l, InnerAttentionOp op, const Pair &pair,
                      Value t) {
    SmallVector<Value> at{pair.batch ? pair.batch : l.index(0), pair.head,
                          pair.row};
    for (auto [dim, i] : llvm::enumerate(at)) {
      Value size = l.dim(op.getMask(), int64_t(dim));
      i = l.make<arith::MinSIOp>(i, l.make<arith::SubIOp>(size, l.index(1)));
    }
    at.push_back(t);
    return l.load(op.getMask(), at);
  }

  static Value score(Loops &l, InnerAttentionOp op, const Pair &pair, Value t) {
    Value lanes = l.make<arith::DivUIOp>(l.dim(op.getKeys(), 3),
                                         l.index(op.getInterleave()));
    Value at = place(l, op, t);
    Value p = l.make<arith::DivUIOp>(at, lanes);
    Value j = l.make<arith::RemUIOp>(at, lanes);
    Value s =
        l.fold(l.index(0), l.dim(op.getQ(), op.getRowDim() + 2), l.real(0),
               [&](Value d, Value sum) {
                 auto [group, at] = interleaved(l, op, d, j);
                 Value k = l.load(op.getKeys(), {pair.kvHead, p, group, at});
                 return l.add(sum, l.mul(l.load(op.getQ(), pair.at(d)), k));
               });
    s = l.mul(s, l.real(op.getScale().convertToDouble()));
    double cap = op.getSoftcap().convertToDouble();
    if (cap > 0)
      s = l.mul(math::TanhOp::create(l.b, l.loc, l.div(s, l.real(cap))),
                l.real(cap));
    if (op.getSlopes()) {
      Value query = l.make<arith::AddIOp>(op.getPosition(), pair.row);
      Value distance = l.toReal(l.make<arith::SubIOp>(t, query));
      s = l.add(s, l.mul(l.load(op.getSlopes(), pair.head), distance));
    }
    if (op.getMask())
      s = l.add(s, masked(l, op, pair, t));
    return s;
  }

  LogicalResult matchAndRewrite(InnerAttentionOp op,
                                PatternRewriter &rewriter) const override {
    if (!isa<MemRefType>(op.getQ().getType()))
      return failure();
    Loops l(rewriter, op.getLoc(), elementOf(op.getOut()));
    Type ofWeights = elementOf(op.getQ());
    l.each(op.getFirst(), op.getLast(), [&](Value number) {
      Pair pair = makePair(l, op, number);
      Value behind = l.make<arith::AddIOp>(
          l.make<arith::AddIOp>(op.getPosition(), pair.row), l.index(1));
      Value end = op.getEnd() ? op.getEnd() : behind;
      Value start = l.index(0);
      if (op.getWindow() > 0)
        start = l.make<arith::MaxSIOp>(
            start, l.make<arith::SubIOp>(behind, l.index(op.getWindow())));
      auto scoreOf = [&](Value t) { return score(l, op, pair, t); };
      Value top =
          l.fold(start, end, l.real(-infinity),
                 [&](Value t, Value top) { return l.max(top, scoreOf(t)); });
      Value sink;
      if (op.getSinks()) {
        sink = l.load(op.getSinks(), pair.head);
        top = l.max(top, sink);
      }
      if (op.getZeroEmptyRows())
        top = l.replace(top, -infinity, 0);
      auto weight = [&](Value t) { return l.exp(l.sub(scoreOf(t), top)); };
      Value sum = l.fold(start, end, l.real(0), [&](Value t, Value sum) {
        return l.add(sum, weight(t));
      });
      if (sink)
        sum = l.add(sum, l.exp(l.sub(sink, top)));
      if (op.getZeroEmptyRows()) // then all weights are 0
        sum = l.replace(sum, 0, 1);
      l.each(l.index(0), l.dim(op.getOut(), op.getRowDim() + 2), [&](Value e) {
        Value y = l.fold(start, end, l.real(0), [&](Value t, Value y) {
          auto [group, at] = interleaved(l, op, place(l, op, t), e);
          Value v = l.load(op.getValues(), {pair.kvHead, group, at});
          return l.add(y, l.mul(l.rounded(weight(t), ofWeights), v));
        });
        l.store(l.div(y, sum), op.getOut(), pair.at(e));
      });
    });
    rewriter.eraseOp(op);
    return success();
  }
};
} // namespace

void sinter::populateInnerScalarPatterns(RewritePatternSet &patterns) {
  patterns.add<ScalarMatMul, ScalarNorm, ScalarSoftmax, ScalarAttention>(
      patterns.getContext(), /*benefit=*/1);
}
