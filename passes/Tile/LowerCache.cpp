//===- LowerCache.cpp - rows go into the cache and are read there ---------===//
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "passes/Tile/CacheLayout.h"
#include "passes/Tile/Lowering.h"

using namespace mlir;
using namespace sinter;

namespace {
// Keys and values of a layer with this ring.
struct LayerViews {
  MemRefType keysType, valuesType;
  int64_t interleave;
  Value keys, values;
};

// Writes the keys and values of rows where a layer's cache has their positions,
// shared by the team over heads. Elements go one by one, scattered for keys,
// whose panels are walked by position last. Where the cache has pairs, most
// rows go together, in loops that passes/CPU makes vectors of: a part of a
// panel's keys, the values of two positions.
class Append {
public:
  Append(Lowering &l, CacheAppendOp op, const LayerViews &views);

  void emitKeys();
  void emitValues();

private:
  using Indices = SmallVector<Value>;
  // Rows of keys that go together; they divide a panel.
  static constexpr int64_t manyKeys = 16;

  bool hasPairs() const { return views.interleave > 1; }
  // What is appended, in the cache's type where many rows go together.
  Value rowsOf(Value part, MemRefType memory);
  // A loop over the heads, and in it over rows: body(head, row). Rows from one
  // that begins a group of `many` positions on, as many as there are whole
  // groups of, have manyBody(head, row) for each group.
  using Body = llvm::function_ref<void(Value, Value)>;
  void forEachHead(int64_t many, Body body, Body manyBody);
  void loop(Value from, Value to, int64_t step,
            llvm::function_ref<void(Value)> body);
  void loop(int64_t count, llvm::function_ref<void(Value)> body) {
    loop(l.index(0), l.index(count), 1, body);
  }
  // Where the cache has a row.
  Value placeOf(Value row);
  // Where element i of a dot product lies beside lane j: its group, its place.
  std::pair<Value, Value> interleaved(Value i, Value j);
  void store(Value rows, const Indices &from, Value memory, const Indices &at);
  template <typename Op> Value make(Value x, Value y) {
    return Op::create(l.b, loc, x, y);
  }
  Value add(Value x, Value y) { return make<arith::AddIOp>(x, y); }
  Value mul(Value x, int64_t y) { return make<arith::MulIOp>(x, l.index(y)); }
  Value div(Value x, int64_t y) { return make<arith::DivUIOp>(x, l.index(y)); }
  Value rem(Value x, int64_t y) { return make<arith::RemUIOp>(x, l.index(y)); }

  Lowering &l;
  CacheAppendOp op;
  Location loc;
  LayerViews views;
  int64_t ring;
  Value position, rows;
};
} // namespace

// Bytes from the cache's start to a layer.
static Value layerOffset(Lowering &l, Location loc, const CacheLayout &layout,
                         Value layer) {
  Value count = l.index(layout.starts.size());
  if (layout.starts.size() == 1)
    return arith::MulIOp::create(l.b, loc, layer, l.index(layout.period));
  Value offset = arith::MulIOp::create(
      l.b, loc, arith::DivUIOp::create(l.b, loc, layer, count),
      l.index(layout.period));
  Value which = arith::RemUIOp::create(l.b, loc, layer, count);
  Value start = l.index(layout.starts[0]);
  for (size_t i = 1; i < layout.starts.size(); ++i) {
    Value is = arith::CmpIOp::create(l.b, loc, arith::CmpIPredicate::eq, which,
                                     l.index(i));
    start =
        arith::SelectOp::create(l.b, loc, is, l.index(layout.starts[i]), start);
  }
  return arith::AddIOp::create(l.b, loc, offset, start);
}

static FailureOr<LayerViews> viewLayer(Lowering &l, Operation *op,
                                       CacheType type, Value layer,
                                       int64_t ring) {
  if (ring % CacheLayout::block)
    return op->emitOpError("a ring of ")
           << ring << " is no multiple of attention's " << CacheLayout::block
           << " positions";
  Location loc = op->getLoc();
  CacheLayout layout(type, op);
  LayerViews views{
      layout.getKeys(ring), layout.getValues(ring), layout.interleave, {}, {}};
  Value start = layerOffset(l, loc, layout, layer);
  Value values = arith::AddIOp::create(l.b, loc, start,
                                       l.index(layout.getValuesOffset(ring)));
  views.keys = l.viewAt(loc, l.cache, views.keysType, start);
  views.values = l.viewAt(loc, l.cache, views.valuesType, values);
  return views;
}

Append::Append(Lowering &l, CacheAppendOp op, const LayerViews &views)
    : l(l), op(op), loc(op.getLoc()), views(views), ring(op.getRing()),
      position(l.get(op.getPosition())),
      rows(l.toIndex(l.sizes({dimsOf(op.getK())[0]})[0])) {}

Value Append::rowsOf(Value part, MemRefType memory) {
  Value x = l.get(part);
  return hasPairs() ? l.castTo(loc, x, dimsOf(part), memory.getElementType())
                    : x;
}

void Append::loop(Value from, Value to, int64_t step,
                  llvm::function_ref<void(Value)> body) {
  auto loop = scf::ForOp::create(l.b, loc, from, to, l.index(step));
  OpBuilder::InsertionGuard guard(l.b);
  l.b.setInsertionPointToStart(loop.getBody());
  body(loop.getInductionVar());
}

void Append::forEachHead(int64_t many, Body body, Body manyBody) {
  int64_t count = views.keysType.getDimSize(0);
  auto heads = scf::ForallOp::create(
      l.b, loc, ArrayRef<OpFoldResult>{l.b.getIndexAttr(count)}, ValueRange(),
      std::nullopt);
  OpBuilder::InsertionGuard guard(l.b);
  l.b.setInsertionPointToStart(heads.getBody());
  Value head = heads.getInductionVar(0);
  auto one = [&](Value row) { body(head, row); };
  if (!hasPairs())
    return loop(l.index(0), rows, 1, one);
  Value left = make<arith::SubIOp>(l.index(many), rem(position, many));
  Value first = make<arith::MinUIOp>(rem(left, many), rows);
  Value groups = div(make<arith::SubIOp>(rows, first), many);
  Value last = add(first, mul(groups, many));
  loop(l.index(0), first, 1, one);
  loop(first, last, many, [&](Value row) { manyBody(head, row); });
  loop(last, rows, 1, one);
}

// A group of positions does not lie across the end of a ring.
Value Append::placeOf(Value row) {
  Value at = add(position, row);
  return ring ? rem(at, ring) : at;
}

std::pair<Value, Value> Append::interleaved(Value i, Value j) {
  int64_t interleave = views.interleave;
  if (interleave == 1)
    return {i, j};
  return {div(i, interleave), add(mul(j, interleave), rem(i, interleave))};
}

void Append::store(Value rows, const Indices &from, Value memory,
                   const Indices &at) {
  Value x = tensor::ExtractOp::create(l.b, loc, rows, from);
  x = ScalarEmitter(l.b, loc).cast(
      x, x.getType(), cast<MemRefType>(memory.getType()).getElementType());
  memref::StoreOp::create(l.b, loc, x, memory, at);
}

// The last dimension, of pairs, as two.
static Value splitPairs(OpBuilder &b, Location loc, Value memory) {
  auto type = cast<MemRefType>(memory.getType());
  SmallVector<int64_t> shape(type.getShape());
  SmallVector<ReassociationIndices> dims;
  for (int64_t i = 0; i < type.getRank(); ++i)
    dims.push_back({i});
  dims.back().push_back(type.getRank());
  shape.back() /= 2;
  shape.push_back(2);
  return memref::ExpandShapeOp::create(b, loc, shape, memory, dims);
}

void Append::emitKeys() {
  constexpr int64_t panel = CacheLayout::panel;
  static_assert(panel % manyKeys == 0 && CacheLayout::block % panel == 0);
  int64_t interleave = views.interleave;
  int64_t width = op.getCache().getType().getKeyDim();
  Value part = rowsOf(op.getK(), views.keysType);
  Value pairs = hasPairs() ? splitPairs(l.b, loc, views.keys) : Value();
  auto one = [&](Value head, Value row) {
    loop(width, [&](Value d) {
      Value at = placeOf(row);
      auto [group, place] = interleaved(d, rem(at, panel));
      store(part, {row, head, d}, views.keys,
            {head, div(at, panel), group, place});
    });
  };
  auto many = [&](Value head, Value row) {
    Value at = placeOf(row), index = div(at, panel), lane = rem(at, panel);
    loop(width / interleave, [&](Value group) {
      loop(manyKeys, [&](Value j) {
        loop(interleave, [&](Value i) {
          store(part, {add(row, j), head, add(mul(group, interleave), i)},
                pairs, {head, index, group, add(lane, j), i});
        });
      });
    });
  };
  forEachHead(manyKeys, one, many);
}

void Append::emitValues() {
  int64_t interleave = views.interleave;
  int64_t width = op.getCache().getType().getValueDim();
  Value part = rowsOf(op.getV(), views.valuesType);
  Value pairs = hasPairs() ? splitPairs(l.b, loc, views.values) : Value();
  auto one = [&](Value head, Value row) {
    loop(width, [&](Value d) {
      auto [group, place] = interleaved(placeOf(row), d);
      store(part, {row, head, d}, views.values, {head, group, place});
    });
  };
  auto many = [&](Value head, Value row) {
    Value group = div(placeOf(row), interleave);
    loop(width, [&](Value d) {
      loop(interleave, [&](Value i) {
        store(part, {add(row, i), head, d}, pairs, {head, group, d, i});
      });
    });
  };
  forEachHead(interleave, one, many);
}

LogicalResult sinter::lowerCacheAppend(Lowering &l, CacheAppendOp op) {
  Location loc = op.getLoc();
  Value position = l.get(op.getPosition());
  Dims k = dimsOf(op.getK());
  l.requireEqual(dimsOf(op.getV())[0], k[0], loc);
  if (isa<BlockArgument>(position) &&
      position.getParentBlock()->isEntryBlock() &&
      isa<func::FuncOp>(position.getParentBlock()->getParentOp())) {
    Value end = arith::AddIOp::create(l.entry, loc, position,
                                      l.toIndex(*l.number(k[0])));
    Value capacity = l.index(op.getCache().getType().getCapacity());
    l.require(arith::CmpIOp::create(l.entry, loc, arith::CmpIPredicate::ule,
                                    end, capacity),
              loc, "more positions than the cache holds");
  }
  auto views = viewLayer(l, op, op.getCache().getType(), l.get(op.getLayer()),
                         op.getRing());
  if (failed(views))
    return failure();
  Append append(l, op, *views);
  append.emitKeys();
  append.emitValues();
  return success();
}

LogicalResult sinter::lowerCachedAttention(Lowering &l, CachedAttentionOp op) {
  Location loc = op.getLoc();
  auto views = viewLayer(l, op, op.getCache().getType(), l.get(op.getLayer()),
                         op.getRing());
  if (failed(views))
    return failure();
  Dims q = dimsOf(op.getQ());
  if (op.getRing()) {
    // A row must not overwrite what an earlier one still sees.
    int64_t most = op.getRing() - op.getWindow() + 1;
    l.require(arith::CmpIOp::create(l.entry, loc, arith::CmpIPredicate::ule,
                                    l.toIndex(*l.number(q[0])), l.index(most)),
              loc, "more rows at once than the window's cache takes");
  }
  auto perHead = [&](Value x) { return x ? l.get(x) : Value(); };
  Value out = l.empty(dimsOf(op.getY()), elementOf(op.getY()));
  Value pairs = l.toIndex(l.sizes({q[0] * q[1]})[0]);
  // Kernels multiply f32, or pairs of bf16.
  Value rows = l.get(op.getQ());
  if (views->interleave == 1)
    rows = l.castTo(loc, rows, q, Lowering::wide(elementOf(op.getQ())));
  auto inner = InnerAttentionOp::create(
      l.b, loc, TypeRange(out.getType()), rows, views->keys, views->values,
      l.get(op.getPosition()), /*end=*/Value(), l.index(0), pairs,
      perHead(op.getSlopes()), perHead(op.getSinks()), /*mask=*/Value(), out,
      op.getScale(), op.getSoftcap(), op.getWindow(), CacheLayout::block,
      views->interleave);
  l.set(op.getY(), inner.getResult(0));
  return success();
}
