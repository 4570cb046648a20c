//===- AttentionTile.cpp - some pairs over all blocks of a context --------===//
#include "passes/CPU/Inner/AttentionTile.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace sinter;

static constexpr double infinity = std::numeric_limits<double>::infinity();

AttentionTile::AttentionTile(Emitter &e, InnerAttentionOp op,
                             Contraction contraction)
    : e(e), op(op), contraction(contraction) {
  auto keys = cast<MemRefType>(op.getKeys().getType());
  auto values = cast<MemRefType>(op.getValues().getType());
  interleave = op.getInterleave();
  keyDim = keys.getDimSize(2) * interleave;
  panel = keys.getDimSize(3) / interleave;
  valueDim = values.getDimSize(2) / interleave;
  block = op.getBlock();
  valueLanes = llvm::alignTo(valueDim, e.lanes);
  rows = e.dim(op.getQ(), op.getRowDim());
  heads = e.dim(op.getQ(), op.getRowDim() + 1);
}

void AttentionTile::allocate(int64_t mostPairs) {
  Type element = cast<MemRefType>(op.getQ().getType()).getElementType();
  buffers.queries = e.stack({mostPairs, keyDim}, element);
  buffers.scores = e.stack({mostPairs, block});
  buffers.weights =
      element.isF32() ? buffers.scores : e.stack({mostPairs, block}, element);
  buffers.sums = e.stack({mostPairs, valueLanes});
  buffers.partial = e.stack({mostPairs, e.lanes});
  int64_t padded = llvm::alignTo(mostPairs, e.lanes);
  for (Value *numbers : {&buffers.blockMax, &buffers.blockSum, &buffers.max,
                         &buffers.sum, &buffers.oldPart, &buffers.newPart})
    *numbers = e.stack({padded});
}

void AttentionTile::addGroup(SmallVectorImpl<int64_t> &heights) {
  auto q = cast<MemRefType>(op.getQ().getType());
  auto keys = cast<MemRefType>(op.getKeys().getType());
  if (op.hasBatch() || q.isDynamicDim(1) || keys.isDynamicDim(0))
    return;
  int64_t group = q.getDimSize(1) / keys.getDimSize(0);
  if (group <= heights.front() && !llvm::is_contained(heights, group))
    heights.insert(llvm::lower_bound(heights, group, std::greater<>()), group);
}

Emitter::Values AttentionTile::rowOf(Value pair, Value column) {
  Values at{pairRow(pair), headInEntry(pair), column};
  if (op.hasBatch())
    at.insert(at.begin(), entry(pair));
  return at;
}

Value AttentionTile::placeOf(Value position) {
  Value room = e.dim(op.getValues(), 1);
  if (interleave > 1)
    room = e.imul(room, e.index(interleave));
  return e.irem(position, room);
}

Value AttentionTile::toScore(Value product) {
  Value s = e.mul(product, e.splat(op.getScale().convertToDouble()));
  double cap = op.getSoftcap().convertToDouble();
  if (cap > 0) {
    Value t = math::TanhOp::create(e.b, e.loc, e.div(s, e.splat(cap)));
    s = e.mul(t, e.splat(cap));
  }
  return s;
}

// Rounding is monotonic: the maximum of the products, scaled, is the scores'.
bool AttentionTile::mayScaleLate() {
  return !op.getSlopes() && !op.getMask() && op.getSoftcap().isZero() &&
         float(op.getScale().convertToDouble()) > 0;
}

// Gathers the queries and clears what the blocks are merged into.
void AttentionTile::begin() {
  lowest = highest = origin(e.index(0));
  for (int64_t r = 1; r < height; ++r) {
    Value at = origin(e.index(r));
    lowest = e.imin(lowest, at);
    highest = e.imax(highest, at);
  }
  int64_t vectors = keyDim / e.lanes * e.lanes;
  forEachPair([&](Value r) {
    e.loop(e.index(0), e.index(vectors), e.lanes, [&](Value k) {
      auto type = VectorType::get(
          {e.lanes}, cast<MemRefType>(op.getQ().getType()).getElementType());
      Value v =
          vector::LoadOp::create(e.b, e.loc, type, op.getQ(), rowOf(r, k));
      e.vstore(v, buffers.queries, {r, k});
    });
    e.loop(e.index(vectors), e.index(keyDim), 1, [&](Value k) {
      e.store(e.load(op.getQ(), rowOf(r, k)), buffers.queries, {r, k});
    });
    e.loop(e.index(0), e.index(valueLanes), e.lanes,
           [&](Value c) { e.vstore(e.splat(0), buffers.sums, {r, c}); });
    // The next tile's, in other pages where a row holds all heads: no CPU finds
    // them by itself.
    if (height > 2) {
      Values next = rowOf(e.iadd(r, height), e.index(0));
      next.pop_back();
      e.prefetch(op.getQ(), next, keyDim);
    }
  });
  forEachVectorOfPairs([&](Value r) {
    e.vstore(e.splat(-infinity), buffers.max, r);
    e.vstore(e.splat(0), buffers.sum, r);
  });
}

// With few rows the cache comes from memory: the next panel of keys and the
// values of this one, in address order, which the tiles do not keep.
void AttentionTile::prefetchPanel(Value index) {
  Value few = e.compare(arith::CmpIPredicate::ult, rows, e.index(8));
  e.when(few, [&] {
    e.loop(e.index(0), e.index(keyDim / interleave), 1, [&](Value k) {
      e.prefetch(op.getKeys(), {kvHead, e.iadd(index, 1), k},
                 panel * interleave);
    });
    int64_t groups = panel / interleave;
    Value from = e.imul(index, e.index(groups));
    e.loop(e.index(0), e.index(groups), 1, [&](Value t) {
      e.prefetch(op.getValues(), {kvHead, e.iadd(from, t)},
                 valueDim * interleave);
    });
  });
}

// Each lane's index less `origin`, from `column` on.
Value AttentionTile::distances(Value column, Value origin) {
  auto type = VectorType::get({e.lanes}, e.b.getI32Type());
  SmallVector<int32_t> iota;
  for (int64_t i = 0; i < e.lanes; ++i)
    iota.push_back(i);
  Value lane = arith::ConstantOp::create(
      e.b, e.loc, DenseElementsAttr::get(type, ArrayRef<int32_t>(iota)));
  Value first = arith::IndexCastOp::create(e.b, e.loc, e.b.getI32Type(),
                                           e.isub(column, origin));
  return arith::AddIOp::create(
      e.b, e.loc, lane, vector::BroadcastOp::create(e.b, e.loc, type, first));
}

// ALiBi: a slope times the way from the query to the key.
void AttentionTile::addSlopes(Value base, Value columns) {
  forEachPair([&](Value r) {
    Value slope = e.broadcast(e.load(op.getSlopes(), headInEntry(r)));
    Value from = e.isub(origin(r), base);
    e.loop(e.index(0), columns, e.lanes, [&](Value c) {
      Value distance =
          arith::SIToFPOp::create(e.b, e.loc, e.vectorType, distances(c, from));
      Value s = e.vload(buffers.scores, {r, c});
      e.vstore(e.fma(slope, distance, s), buffers.scores, {r, c});
    });
  });
}

void AttentionTile::addMask(Value base, Value columns) {
  // One row of the mask may serve all rows, heads or entries of the batch.
  auto at = [&](int64_t dim, Value i) {
    Value last = e.isub(e.dim(op.getMask(), dim), e.index(1));
    return e.imin(i, last);
  };
  forEachPair([&](Value r) {
    Values row{at(0, entry(r)), at(1, headInEntry(r)), at(2, pairRow(r)), {}};
    e.loop(e.index(0), columns, e.lanes, [&](Value c) {
      row.back() = e.iadd(base, c);
      Value s = e.vload(buffers.scores, {r, c});
      e.vstore(e.add(s, e.vload(op.getMask(), row)), buffers.scores, {r, c});
    });
  });
}

// -infinity where a pair may not look: only first <= base + column <= last.
// Every pair sees the positions up to `lowest`, unless a window hides some.
void AttentionTile::mask(Value base, Value columns) {
  auto intType = VectorType::get({e.lanes}, e.b.getI32Type());
  Value none = arith::ConstantOp::create(
      e.b, e.loc, DenseElementsAttr::get(intType, int32_t(0)));
  using P = arith::CmpIPredicate;
  Value start = e.index(0);
  if (op.getWindow() == 0) {
    Value seen = e.imax(e.isub(e.iadd(lastSeen(lowest), 1), base), start);
    start = e.imul(e.idiv(seen, e.index(e.lanes)), e.index(e.lanes));
  }
  forEachPair([&](Value r) {
    Value own = origin(r), last = e.isub(lastSeen(own), base), from;
    if (op.getWindow() > 0)
      from = e.isub(firstSeen(own), base);
    e.loop(start, columns, e.lanes, [&](Value c) {
      Value seen = e.compare(P::sle, distances(c, last), none);
      if (from)
        seen = arith::AndIOp::create(
            e.b, e.loc, seen, e.compare(P::sge, distances(c, from), none));
      Value s = e.vload(buffers.scores, {r, c});
      e.vstore(e.select(seen, s, e.splat(-infinity)), buffers.scores, {r, c});
    });
  });
}

void AttentionTile::foldPairs(Value numbers,
                              llvm::function_ref<Value(Value, Value)> fold) {
  auto partial = [&](Value r) {
    return e.vload(buffers.partial, {r, e.index(0)});
  };
  if (height < e.lanes / 2)
    return forEachPair(
        [&](Value r) { e.store(e.reduce(partial(r), fold), numbers, r); });
  for (int64_t first = 0; first < height; first += e.lanes) {
    Values rows;
    for (int64_t i = 0; i < e.lanes; ++i)
      rows.push_back(partial(e.index(std::min(first + i, height - 1))));
    e.vstore(e.reduceEach(rows, fold), numbers, e.index(first));
  }
}

// Scores become weights relative to the block's maximum; what the block and
// those before it are multiplied by when they are merged.
void AttentionTile::weigh(Value base, Value count) {
  using P = arith::CmpIPredicate;
  Value columns = e.imul(e.idiv(e.iadd(count, e.lanes - 1), e.index(e.lanes)),
                         e.index(e.lanes));
  if (op.getSlopes())
    addSlopes(base, columns);
  if (op.getMask())
    addMask(base, columns);
  Value hidden = e.compare(P::slt, lastSeen(lowest),
                           e.isub(e.iadd(base, columns), e.index(1)));
  if (op.getWindow() > 0)
    hidden = arith::OrIOp::create(e.b, e.loc, hidden,
                                  e.compare(P::sgt, firstSeen(highest), base));
  e.when(hidden, [&] { mask(base, columns); });
  // Row by row the maxima, then the weights, then all merges as vectors: chains
  // of dependent operations overlap.
  auto max = [&](Value a, Value b) { return e.fastMax(a, b); };
  auto sum = [&](Value a, Value b) { return e.add(a, b); };
  forEachPair([&](Value r) {
    Value top = e.loop(e.index(0), columns, e.lanes, {e.splat(-infinity)},
                       [&](Value c, Values t) {
                         Value s = e.vload(buffers.scores, {r, c});
                         return Values{max(t[0], s)};
                       })[0];
    if (scalesLate)
      top = toScore(top);
    e.vstore(top, buffers.partial, {r, e.index(0)});
  });
  foldPairs(buffers.blockMax, max);
  // Nothing seen: any finite maximum keeps e^(-infinity) = 0.
  auto finite = [&](Value m) {
    Value none = e.compare(arith::CmpFPredicate::OEQ, m, e.splat(-infinity));
    return e.select(none, e.splat(0), m);
  };
  forEachPair([&](Value r) {
    Value zero = finite(e.broadcast(e.load(buffers.blockMax, r)));
    Value total = e.loop(
        e.index(0), columns, e.lanes, {e.splat(0)}, [&](Value c, Values s) {
          Value p = e.vload(buffers.scores, {r, c});
          if (scalesLate)
            p = toScore(p);
          p = e.exp(e.sub(p, zero));
          e.vstore(contraction.narrow(e, p), buffers.weights, {r, c});
          return Values{sum(s[0], p)};
        })[0];
    e.vstore(total, buffers.partial, {r, e.index(0)});
  });
  foldPairs(buffers.blockSum, sum);
  forEachVectorOfPairs([&](Value r) {
    Value before = e.vload(buffers.max, r), top = e.vload(buffers.blockMax, r);
    Value now = e.fastMax(before, top);
    Value oldPart = e.exp(e.sub(before, finite(now)));
    Value newPart = e.exp(e.sub(top, finite(now)));
    Value all = e.add(e.mul(e.vload(buffers.sum, r), oldPart),
                      e.mul(e.vload(buffers.blockSum, r), newPart));
    e.vstore(now, buffers.max, r);
    e.vstore(all, buffers.sum, r);
    e.vstore(oldPart, buffers.oldPart, r);
    e.vstore(newPart, buffers.newPart, r);
  });
}

void AttentionTile::finish() {
  forEachPair([&](Value r) {
    Value sum = e.load(buffers.sum, r), part;
    if (op.getSinks()) { // a last block of one key without a value
      Value sink = e.load(op.getSinks(), headInEntry(r));
      Value max = e.load(buffers.max, r);
      Value top = e.fastMax(max, sink);
      Value oldPart = e.exp(e.sub(max, top));
      sum = e.add(e.mul(sum, oldPart), e.exp(e.sub(sink, top)));
      part = e.broadcast(oldPart);
    }
    if (op.getZeroEmptyRows()) { // then all weights are 0
      Value none = e.compare(arith::CmpFPredicate::OEQ, sum, e.f32(0));
      sum = e.select(none, e.f32(1), sum);
    }
    // What the sums are divided by is 1 at least, or they are all 0.
    Value factor = e.broadcast(e.div(e.f32(1), sum));
    auto result = [&](Value c) {
      Value y = e.vload(buffers.sums, {r, c});
      if (part)
        y = e.mul(y, part);
      return e.mul(y, factor);
    };
    int64_t whole = valueDim / e.lanes * e.lanes;
    e.loop(e.index(0), e.index(whole), e.lanes,
           [&](Value c) { e.vstore(result(c), op.getOut(), rowOf(r, c)); });
    if (whole < valueDim)
      e.vstorePart(result(e.index(whole)), op.getOut(),
                   rowOf(r, e.index(whole)), e.index(valueDim - whole));
  });
}

void AttentionTile::emit(Value kv, Value firstPair, int64_t pairs) {
  height = pairs, kvHead = kv, first = firstPair;
  begin();
  prepare();
  // Whole blocks before the window of every pair are skipped.
  Value from = e.index(0);
  if (op.getWindow() > 0) {
    Value seen = e.imax(firstSeen(lowest), e.index(0));
    from = e.imul(e.idiv(seen, e.index(block)), e.index(block));
  }
  Value end = e.iadd(lastSeen(highest), 1);
  e.loop(from, end, block, [&](Value base) {
    Value count = e.imin(e.isub(end, base), e.index(block));
    computeScores(base, count);
    weigh(base, count);
    accumulate(base, count);
  });
  release();
  finish();
}
