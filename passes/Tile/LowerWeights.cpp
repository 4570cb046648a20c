//===- LowerWeights.cpp - constants, weights, packed matmul and the cache -===//
#include "dialects/Sinter/IR/WeightLayout.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "passes/Tile/CacheLayout.h"
#include "passes/Tile/Lowering.h"

using namespace mlir;
using namespace sinter;

//===----------------------------------------------------------------------===//
// Constants and weights
//===----------------------------------------------------------------------===//

LogicalResult sinter::lowerConstant(Lowering &l, ConstantOp op) {
  auto value = dyn_cast<DenseElementsAttr>(op.getValue());
  if (!value)
    return op.emitOpError("values that are not dense cannot be lowered");
  RankedTensorType type = Lowering::storage(tensorOf(op.getY()));
  if (value.getElementType().isInteger(1))
    value = value.mapValues(type.getElementType(), [](const APInt &bit) {
      return APInt(8, bit.getBoolValue());
    });
  else
    value = value.bitcast(type.getElementType());
  l.set(op.getY(),
        arith::ConstantOp::create(l.b, op.getLoc(), value.reshape(type)));
  return success();
}

// `type` at `bytes` into a buffer of bytes.
static Value viewAt(Lowering &l, Location loc, Value buffer, MemRefType type,
                    Value bytes) {
  return memref::ViewOp::create(l.b, loc, type, buffer, bytes, ValueRange());
}

LogicalResult sinter::lowerLoad(Lowering &l, LoadOp op) {
  Location loc = op.getLoc();
  auto table = SymbolTable::lookupNearestSymbolFrom<TableOp>(
      op, op.getTableAttr().getAttr());
  if (!table || !table.getOffset())
    return op.emitOpError("the table has no offset");
  RankedTensorType type = Lowering::storage(tensorOf(op.getY()));
  Value offset = l.index(*table.getOffset());
  if (op.getIndex()) {
    Value step = arith::MulIOp::create(l.b, loc, l.get(op.getIndex()),
                                       l.index(getTableStride(table)));
    offset = arith::AddIOp::create(l.b, loc, offset, step);
  }
  Value view =
      viewAt(l, loc, l.params,
             MemRefType::get(type.getShape(), type.getElementType()), offset);
  l.set(op.getY(), bufferization::ToTensorOp::create(l.b, loc, type, view,
                                                     /*restrict=*/true,
                                                     /*writable=*/false));
  return success();
}

LogicalResult sinter::lowerPackedMatMul(Lowering &l, PackedMatMulOp op) {
  Value out = l.empty(dimsOf(op.getY()), elementOf(op.getY()));
  l.requireEqual(dimsOf(op.getX())[0], dimsOf(op.getY())[0], op.getLoc());
  Value bias = op.getBias() ? l.get(op.getBias()) : Value();
  auto inner = InnerMatMulOp::create(
      l.b, op.getLoc(), TypeRange(out.getType()), l.get(op.getX()),
      l.get(op.getW()), bias, out, op.getInterleave(), op.getDepthBlock(),
      op.getGateAttr(), op.getActivationAttr(), /*accumulate=*/false);
  l.set(op.getY(), inner.getResult(0));
  return success();
}

LogicalResult sinter::lowerPackedExpertMatMul(Lowering &l,
                                              PackedExpertMatMulOp op) {
  Location loc = op.getLoc();
  Dims experts = dimsOf(op.getExperts()), y = dimsOf(op.getY());
  Value out = l.empty(y, elementOf(op.getY()));
  l.requireEqual(dimsOf(op.getX())[0], y[0], loc);
  l.requireEqual(experts[0], y[0], loc);
  int64_t count = tensorOf(op.getW()).getDimSize(0) + op.getSkips();
  Value chosen =
      l.positions(loc, l.get(op.getExperts()), experts, DimExpr(count));
  // The kernel reads them as it finds them in memory.
  chosen =
      l.parallel(loc, experts, l.b.getI64Type(),
                 {l.aligned(chosen, experts, experts, loc)},
                 [](ScalarEmitter &e, ValueRange args) -> Value {
                   return e.make<arith::IndexCastOp>(e.b.getI64Type(), args[0]);
                 });
  auto inner = InnerExpertMatMulOp::create(
      l.b, loc, TypeRange(out.getType()), l.get(op.getX()), l.get(op.getW()),
      chosen, out, op.getInterleave(), op.getSkips());
  l.set(op.getY(), inner.getResult(0));
  return success();
}

//===----------------------------------------------------------------------===//
// The cache
//===----------------------------------------------------------------------===//

// Keys and values of a layer with this ring.
struct LayerViews {
  MemRefType keysType, valuesType;
  int64_t interleave;
  Value keys, values;
};

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
  views.keys = viewAt(l, loc, l.cache, views.keysType, start);
  views.values = viewAt(l, loc, l.cache, views.valuesType, values);
  return views;
}

// Between float types: rounded or widened.
static Value toElement(OpBuilder &b, Location loc, Value x, Type element) {
  unsigned from = x.getType().getIntOrFloatBitWidth();
  unsigned to = element.getIntOrFloatBitWidth();
  if (x.getType() == element)
    return x;
  if (from < to)
    return arith::ExtFOp::create(b, loc, element, x);
  if (from == to) { // f16 and bf16
    x = arith::ExtFOp::create(b, loc, b.getF32Type(), x);
    return toElement(b, loc, x, element);
  }
  return arith::TruncFOp::create(b, loc, element, x);
}

// One store an element, shared by the team over heads: scattered for keys,
// whose panels are walked by position last.
LogicalResult sinter::lowerCacheAppend(Lowering &l, CacheAppendOp op) {
  Location loc = op.getLoc();
  int64_t ring = op.getRing();
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
  auto views =
      viewLayer(l, op, op.getCache().getType(), l.get(op.getLayer()), ring);
  if (failed(views))
    return failure();
  OpBuilder &b = l.b;
  Value rows = l.toIndex(l.sizes({k[0]})[0]);
  Value one = l.index(1), zero = l.index(0),
        panel = l.index(CacheLayout::panel),
        interleave = l.index(views->interleave);
  // Where element i of a dot product lies beside lane j: its group, its place.
  auto interleaved = [&](Value i, Value j) -> std::pair<Value, Value> {
    if (views->interleave == 1)
      return {i, j};
    Value group = arith::DivUIOp::create(b, loc, i, interleave);
    Value at = arith::MulIOp::create(b, loc, j, interleave);
    Value rest = arith::RemUIOp::create(b, loc, i, interleave);
    return {group, arith::AddIOp::create(b, loc, at, rest)};
  };
  auto append =
      [&](Value part, MemRefType type, int64_t width,
          llvm::function_ref<void(Value, Value, Value, Value)> store) {
        auto heads = scf::ForallOp::create(
            b, loc, ArrayRef<OpFoldResult>{b.getIndexAttr(type.getDimSize(0))},
            ValueRange(), std::nullopt);
        OpBuilder::InsertionGuard guard(b);
        b.setInsertionPointToStart(heads.getBody());
        Value head = heads.getInductionVar(0);
        auto overRows = scf::ForOp::create(b, loc, zero, rows, one);
        b.setInsertionPointToStart(overRows.getBody());
        Value row = overRows.getInductionVar();
        auto overDepth = scf::ForOp::create(b, loc, zero, l.index(width), one);
        b.setInsertionPointToStart(overDepth.getBody());
        Value d = overDepth.getInductionVar();
        Value element =
            tensor::ExtractOp::create(b, loc, part, ValueRange{row, head, d});
        element = toElement(b, loc, element, type.getElementType());
        Value at = arith::AddIOp::create(b, loc, position, row);
        if (ring)
          at = arith::RemUIOp::create(b, loc, at, l.index(ring));
        store(element, head, at, d);
      };
  CacheType cache = op.getCache().getType();
  append(l.get(op.getK()), views->keysType, cache.getKeyDim(),
         [&](Value element, Value head, Value at, Value d) {
           Value p = arith::DivUIOp::create(b, loc, at, panel);
           Value lane = arith::RemUIOp::create(b, loc, at, panel);
           auto [group, place] = interleaved(d, lane);
           memref::StoreOp::create(b, loc, element, views->keys,
                                   ValueRange{head, p, group, place});
         });
  append(l.get(op.getV()), views->valuesType, cache.getValueDim(),
         [&](Value element, Value head, Value at, Value d) {
           auto [group, place] = interleaved(at, d);
           memref::StoreOp::create(b, loc, element, views->values,
                                   ValueRange{head, group, place});
         });
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
