//===- LowerBlockedAttention.cpp - encoders take the cache's kernel -------===//
//
// Keys and values of attention without a cache are laid out as a cache has
// them, and the kernel of cached attention walks them in blocks: scores stay
// near the core, and memory does not grow with S * T. Prompts of encoders and
// graphs that keep their own cache come here; decoders of passes/Generate have
// sinter.cached_attention.
//
//===----------------------------------------------------------------------===//
#include "passes/Tile/CacheLayout.h"
#include "passes/Tile/Lowering.h"

using namespace mlir;
using namespace sinter;

using IPredicate = arith::CmpIPredicate;

namespace {
class BlockedAttention {
public:
  BlockedAttention(Lowering &l, AttentionOp op);

  void lower();
  static bool fits(AttentionOp op);

private:
  Value rowsFirst(Value x);
  Value packKeys();
  Value packValues();
  Value widenMask();
  // The element of x, [batch, T, kv heads, width], at a position. Behind T it
  // is that at T - 1, whose score is masked; 0 in a spare panel.
  Value elementAt(ScalarEmitter &e, Value x, Value position, Value column);
  // a * size + b
  Value place(ScalarEmitter &e, Value a, int64_t size, Value b);

  Lowering &l;
  AttentionOp op;
  Location loc;
  DimExpr batch, heads, kvHeads, rows, length, keyDim, valueDim;
  DimExpr panels; // of positions
  bool hasSpare;  // one of them more than hold positions
  Type element;   // of queries, keys and values in memory
  int64_t interleave = 1;
};
} // namespace

static constexpr int64_t panel = CacheLayout::panel;
static constexpr int64_t rowsFirstOrder[] = {0, 2, 1, 3};

// Buffers of a tile are on the stack.
static constexpr int64_t mostColumns = 512;

bool BlockedAttention::fits(AttentionOp op) {
  if (!Lowering::wide(elementOf(op.getQ())).isF32())
    return false;
  for (Value x : {op.getK(), op.getV()}) {
    auto width = dimsOf(x)[3].getConstant();
    if (!width || *width <= 0 || *width > mostColumns)
      return false;
  }
  return !dimsOf(op.getQ())[1].isConstant(0);
}

BlockedAttention::BlockedAttention(Lowering &l, AttentionOp op)
    : l(l), op(op), loc(op.getLoc()) {
  Dims q = dimsOf(op.getQ()), k = dimsOf(op.getK()), v = dimsOf(op.getV());
  batch = q[0], heads = q[1], rows = q[2];
  kvHeads = k[1], length = k[2], keyDim = k[3], valueDim = v[3];
  l.requireEqual(k[0], q[0], loc);
  l.requireEqual(v[0], q[0], loc);
  l.requireEqual(v[2], k[2], loc);
  l.requireEqual(k[3], q[3], loc);
  panels = DimExpr::floorDiv(length + DimExpr(panel - 1), DimExpr(panel));
  // The kernel reads whole vectors: a panel more is what lies behind the last.
  constexpr int64_t mostLanes = 16;
  hasSpare = *valueDim.getConstant() % mostLanes;
  if (hasSpare)
    panels = panels + DimExpr(1);
  element = l.b.getF32Type();
  auto target = op->getParentOfType<ModuleOp>()->getAttrOfType<TargetAttr>(
      targetAttrName);
  if (elementOf(op.getQ()).isBF16() && target && target.hasBFloat16Dot() &&
      *keyDim.getConstant() % 2 == 0)
    element = elementOf(op.getQ()), interleave = 2;
}

// [batch, heads, S, width] as [batch, S, heads, width]. What was only rounded
// for this op is taken as it was before, so that rounding is part of what reads
// it.
Value BlockedAttention::rowsFirst(Value x) {
  if (auto cast = x.getDefiningOp<CastOp>();
      cast && elementOf(cast.getX()).isF32() && elementOf(x) == element)
    x = cast.getX();
  return l.getTransposed(loc, x, rowsFirstOrder);
}

Value BlockedAttention::place(ScalarEmitter &e, Value a, int64_t size,
                              Value b) {
  Value width = e.make<arith::ConstantIndexOp>(size);
  return e.make<arith::AddIOp>(e.make<arith::MulIOp>(a, width), b);
}

Value BlockedAttention::elementAt(ScalarEmitter &e, Value x, Value position,
                                  Value column) {
  Value count = l.toIndex(l.sizes({length})[0]);
  SmallVector<Value> at{e.make<linalg::IndexOp>(0), position,
                        e.make<linalg::IndexOp>(1), column};
  if (hasSpare)
    return Lowering::elementOrZero(e, x, at, /*dim=*/1, count, element);
  // LLVM makes a branch of a select whose operand is loaded, and no vectors.
  return Lowering::elementUpTo(e, x, at, /*dim=*/1, count, element);
}

// [batch * kv heads, panels, D / I, panel * I]
Value BlockedAttention::packKeys() {
  Value k = rowsFirst(op.getK());
  DimExpr groups = *keyDim.exactDiv(DimExpr(interleave));
  Dims loops{batch, kvHeads, panels, groups, panel, interleave};
  Value keys = l.parallel(
      loc, loops, element, {}, [&](ScalarEmitter &e, ValueRange) -> Value {
        Value position = place(e, e.make<linalg::IndexOp>(2), panel,
                               e.make<linalg::IndexOp>(4));
        Value column = place(e, e.make<linalg::IndexOp>(3), interleave,
                             e.make<linalg::IndexOp>(5));
        return elementAt(e, k, position, column);
      });
  return l.reshape(loc, keys, loops,
                   {batch * kvHeads, panels, groups, panel * interleave});
}

// [batch * kv heads, panels * panel / I, E * I]
Value BlockedAttention::packValues() {
  Value v = rowsFirst(op.getV());
  DimExpr groups = panels * DimExpr(panel / interleave);
  Dims loops{batch, kvHeads, groups, valueDim, interleave};
  Value values = l.parallel(
      loc, loops, element, {}, [&](ScalarEmitter &e, ValueRange) -> Value {
        Value position = place(e, e.make<linalg::IndexOp>(2), interleave,
                               e.make<linalg::IndexOp>(4));
        return elementAt(e, v, position, e.make<linalg::IndexOp>(3));
      });
  return l.reshape(loc, values, loops,
                   {batch * kvHeads, groups, valueDim * DimExpr(interleave)});
}

// As f32 that is added, in whole panels of positions.
Value BlockedAttention::widenMask() {
  Value mask = op.getMask();
  Dims dims = dimsOf(mask);
  Value m = l.get(mask);
  Dims full(4 - dims.size(), DimExpr(1));
  llvm::append_range(full, dims);
  m = l.reshape(loc, m, dims, full);
  Dims scores{batch, heads, rows, length};
  for (auto [from, to] : llvm::zip_equal(full, scores))
    l.requireBroadcast(from, to, loc);
  Type type = elementOf(mask);
  if (type.isF32() && full[3] == length && length.exactDiv(DimExpr(panel)))
    return m;
  Dims loops(full.begin(), full.end() - 1);
  loops.push_back(panels * DimExpr(panel));
  Value count = l.toIndex(l.sizes({length})[0]);
  Value width = l.toIndex(l.sizes({full[3]})[0]);
  Type f32 = l.b.getF32Type();
  return l.parallel(
      loc, loops, f32, {}, [&](ScalarEmitter &e, ValueRange) -> Value {
        SmallVector<Value> at;
        for (int64_t i = 0; i < 4; ++i)
          at.push_back(e.make<linalg::IndexOp>(i));
        Value position = at[3], one = e.make<arith::ConstantIndexOp>(1);
        at[3] =
            e.make<arith::MinSIOp>(position, e.make<arith::SubIOp>(width, one));
        Value v = e.make<tensor::ExtractOp>(m, at);
        Value lowest = e.constant(f32, -INFINITY);
        if (type.isInteger(1)) {
          Value keep =
              e.compare(IPredicate::ne, v, e.constant(v.getType(), 0.0));
          v = e.select(keep, e.constant(f32, 0.0), lowest);
        } else {
          v = e.widen(v);
        }
        return e.select(e.compare(IPredicate::slt, position, count), v, lowest);
      });
}

void BlockedAttention::lower() {
  Dims qDims{batch, rows, heads, dimsOf(op.getQ())[3]};
  Value q = l.castTo(loc, rowsFirst(op.getQ()), qDims, element);
  Value keys = packKeys(), values = packValues();
  Value mask = op.getMask() ? widenMask() : Value();
  Value sinks;
  if (op.getSinks())
    sinks = l.castTo(loc, l.get(op.getSinks()), {heads}, l.b.getF32Type());
  Value t = l.toIndex(l.sizes({length})[0]);
  Value s = l.toIndex(l.sizes({rows})[0]);
  Value position = arith::SubIOp::create(l.b, loc, t, s);
  Value end = op.getCausal() ? Value() : t;
  Dims outDims{batch, rows, heads, valueDim};
  Value out = l.empty(outDims, element);
  Value pairs = l.toIndex(l.sizes({batch * heads * rows})[0]);
  auto inner = InnerAttentionOp::create(
      l.b, loc, TypeRange(out.getType()), q, keys, values, position, end,
      l.index(0), pairs, /*slopes=*/Value(), sinks, mask, out, op.getScale(),
      op.getSoftcap(), op.getWindow(), CacheLayout::block, interleave,
      op.getZeroEmptyRows());
  Value y = l.castTo(loc, inner.getResult(0), outDims, elementOf(op.getY()));
  l.setTransposed(op.getY(), y, rowsFirstOrder);
}

bool sinter::lowerBlockedAttention(Lowering &l, AttentionOp op) {
  if (!BlockedAttention::fits(op))
    return false;
  BlockedAttention(l, op).lower();
  return true;
}
