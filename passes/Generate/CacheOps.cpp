//===- CacheOps.cpp - attention over the cache ----------------------------===//
#include "passes/Generate/CacheOps.h"
#include "dialects/Sinter/IR/InferHelpers.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "passes/Generate/MaskAnalysis.h"

using namespace mlir;
using namespace sinter;

// The attention kernel's block of positions: the capacity is a multiple of it.
static constexpr int64_t capacityUnit = 256;
static constexpr int64_t swapHeads[] = {0, 2, 1, 3};

/// The new keys or values that `value` joins with a past input.
static Value getNewPart(Value value, bool hasPast, bool &headsFirst) {
  headsFirst = true;
  Value x = value;
  if (auto transpose = x.getDefiningOp<TransposeOp>();
      transpose && transpose.getPerm() == ArrayRef(swapHeads) &&
      transpose.getX().getDefiningOp<ConcatOp>()) {
    x = transpose.getX();
    headsFirst = false;
  }
  if (!hasPast)
    return value;
  auto concat = x.getDefiningOp<ConcatOp>();
  if (!concat || concat.getXs().size() != 2 ||
      int64_t(concat.getAxis()) != (headsFirst ? 2 : 1))
    return {};
  auto past = dyn_cast<BlockArgument>(concat.getXs()[0]);
  if (!past || dimsOf(past)[concat.getAxis()] != pastDim())
    return {};
  return concat.getXs()[1];
}

std::optional<SmallVector<CachedLayer>>
sinter::findCachedLayers(func::FuncOp step, bool hasPast, std::string &reason,
                         Location &where) {
  SmallVector<CachedLayer> layers;
  DimExpr total = hasPast ? pastDim() + rowsDim() : rowsDim();
  for (auto attention : step.getOps<AttentionOp>()) {
    where = attention.getLoc();
    CachedLayer layer;
    layer.attention = attention;
    Dims q = dimsOf(attention.getQ()), k = dimsOf(attention.getK());
    if (!q[0].isConstant(1) || q[2] != rowsDim() || k[2] != total) {
      reason = "it is over " + k[2].str() + " keys for " + q[2].str() +
               " queries, not " + total.str() + " for " + rowsDim().str();
      return std::nullopt;
    }
    bool valuesFirst;
    layer.keys = getNewPart(attention.getK(), hasPast, layer.headsFirst);
    layer.values = getNewPart(attention.getV(), hasPast, valuesFirst);
    if (!layer.keys || !layer.values || layer.headsFirst != valuesFirst) {
      reason = "its keys or values are no past input joined with new ones";
      return std::nullopt;
    }
    auto meaning = analyzeMask(attention.getMask(), q[1], q[2], k[2], reason);
    if (!meaning)
      return std::nullopt;
    if (!meaning->causal && !attention.getCausal()) {
      reason = "it is not causal";
      return std::nullopt;
    }
    layer.window = int64_t(attention.getWindow());
    if (meaning->window)
      layer.window = layer.window ? std::min(layer.window, meaning->window)
                                  : meaning->window;
    layer.slopes = std::move(meaning->slopes);
    layers.push_back(layer);
  }
  if (layers.empty()) {
    reason = "it has no attention";
    where = step.getLoc();
    return std::nullopt;
  }
  return layers;
}

void sinter::chooseRings(MutableArrayRef<CachedLayer> layers, int64_t maxLength,
                         int64_t chunk) {
  int64_t capacity = llvm::alignTo(maxLength, capacityUnit);
  for (CachedLayer &layer : layers) {
    // The first row of a chunk sees window - 1 positions before it, and the
    // last one must not lie where one of them does.
    int64_t room;
    if (layer.window > 0 && layer.window < capacity &&
        !llvm::AddOverflow(layer.window - 1, chunk, room))
      room = llvm::alignTo(room, capacityUnit);
    else
      continue;
    if (room < capacity)
      layer.ring = room;
  }
}

/// The rings of the layers, as often as they repeat; empty: none has one.
static SmallVector<int64_t> getRings(ArrayRef<CachedLayer> layers) {
  SmallVector<int64_t> rings;
  for (const CachedLayer &layer : layers)
    rings.push_back(layer.ring);
  for (size_t period = 1; period < rings.size(); ++period) {
    bool repeats = true;
    for (size_t i = period; i < rings.size(); ++i)
      repeats &= rings[i] == rings[i - period];
    if (repeats) {
      rings.truncate(period);
      break;
    }
  }
  if (rings.size() == 1 && rings[0] == 0)
    rings.clear();
  return rings;
}

CacheType sinter::getCacheType(ArrayRef<CachedLayer> layers, int64_t maxLength,
                               std::string &reason) {
  int64_t capacity = llvm::alignTo(maxLength, capacityUnit);
  CacheType type;
  for (AttentionOp attention : llvm::map_range(
           layers, [](const CachedLayer &l) { return l.attention; })) {
    Dims k = dimsOf(attention.getK()), v = dimsOf(attention.getV());
    auto heads = k[1].getConstant(), keyDim = k[3].getConstant(),
         valueDim = v[3].getConstant();
    if (!heads || !keyDim || !valueDim) {
      reason = "kv heads or head sizes are not static";
      return {};
    }
    auto next = CacheType::get(attention.getContext(), layers.size(), *heads,
                               capacity, *keyDim, *valueDim,
                               elementOf(attention.getK()), getRings(layers));
    if (type && type != next) {
      reason = "layers differ in kv heads, head size or element type";
      return {};
    }
    type = next;
  }
  return type;
}

static Value reshapeTo(OpBuilder &b, Location loc, Value x,
                       ArrayRef<DimExpr> dims) {
  return ReshapeOp::create(b, loc, getTensorType(dims, elementOf(x)), x,
                           Value(), false);
}

/// [1, heads, rows, D] (or [1, rows, heads, D]) as [rows, heads, D].
static Value toRows(OpBuilder &b, Location loc, Value x, bool headsFirst) {
  if (headsFirst)
    x = TransposeOp::create(b, loc, x, swapHeads);
  return reshapeTo(b, loc, x, ArrayRef(dimsOf(x)).drop_front());
}

/// ALiBi's slopes as a constant; null where there are none.
static Value makeSlopes(OpBuilder &b, Location loc, const CachedLayer &layer,
                        Type element) {
  if (layer.slopes.empty())
    return {};
  auto type = RankedTensorType::get({int64_t(layer.slopes.size())}, element);
  SmallVector<Attribute> numbers;
  for (double slope : layer.slopes)
    numbers.push_back(b.getFloatAttr(element, slope));
  return ConstantOp::create(b, loc, type,
                            DenseElementsAttr::get(type, numbers));
}

Value sinter::makeCacheOps(ArrayRef<CachedLayer> layers, Value cache,
                           Value past) {
  for (auto [i, layer] : llvm::enumerate(layers)) {
    AttentionOp attention = layer.attention;
    OpBuilder b(attention);
    Location loc = attention.getLoc();
    Value index = arith::ConstantIndexOp::create(b, loc, i);
    Value keys = toRows(b, loc, layer.keys, layer.headsFirst);
    Value values = toRows(b, loc, layer.values, layer.headsFirst);
    cache = CacheAppendOp::create(b, loc, cache, index, keys, values, past,
                                  layer.ring);
    Value q = toRows(b, loc, attention.getQ(), true);
    Dims dims = dimsOf(q);
    dims[2] = dimsOf(attention.getV())[3];
    Value y = CachedAttentionOp::create(
        b, loc, getTensorType(dims, elementOf(q)), q, cache, index, past,
        makeSlopes(b, loc, layer, elementOf(q)), attention.getSinks(),
        attention.getScaleAttr(), attention.getSoftcapAttr(),
        b.getI64IntegerAttr(layer.window), b.getI64IntegerAttr(layer.ring));
    y = reshapeTo(b, loc, y, {1, dims[0], dims[1], dims[2]});
    y = TransposeOp::create(b, loc, y, swapHeads);
    attention.getY().replaceAllUsesWith(y);
    attention.erase();
  }
  return cache;
}
