//===- TransformerOps.cpp - types and verifiers of raised ops -------------===//
#include "dialects/Sinter/IR/InferHelpers.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace sinter;

template <typename Adaptor>
static LogicalResult inferNorm(std::optional<Location> loc, Adaptor adaptor,
                               ArrayRef<Value> parameters,
                               SmallVectorImpl<Type> &results) {
  Value x = adaptor.getX();
  int64_t axis = adaptor.getAxis();
  if (axis < 0 || axis >= rankOf(x))
    return inferError(loc, "C1: axis ", axis, " is not in 0 .. ",
                      rankOf(x) - 1);
  for (Value p : parameters) {
    auto joined = broadcastDims(dimsOf(x), dimsOf(p));
    if (elementOf(p) != elementOf(x) || rankOf(p) > rankOf(x) || !joined)
      return inferError(loc, "C2: ", p.getType(), " does not fit x, ",
                        x.getType());
    for (auto [a, b] : llvm::zip_equal(*joined, dimsOf(x)))
      if (!mayBeEqual(a, b))
        return inferError(loc, "C2: ", p.getType(), " does not fit x, ",
                          x.getType());
  }
  results.push_back(x.getType());
  return success();
}

LogicalResult LayerNormOp::inferReturnTypes(MLIRContext *,
                                            std::optional<Location> loc,
                                            Adaptor adaptor,
                                            SmallVectorImpl<Type> &results) {
  SmallVector<Value> parameters{adaptor.getScale()};
  if (adaptor.getBias())
    parameters.push_back(adaptor.getBias());
  return inferNorm(loc, adaptor, parameters, results);
}

LogicalResult RMSNormOp::inferReturnTypes(MLIRContext *,
                                          std::optional<Location> loc,
                                          Adaptor adaptor,
                                          SmallVectorImpl<Type> &results) {
  return inferNorm(loc, adaptor, {adaptor.getScale()}, results);
}

LogicalResult RotaryOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &results) {
  Value x = adaptor.getX(), c = adaptor.getCos(), s = adaptor.getSin();
  if (rankOf(x) != 4 || rankOf(c) != 3 || c.getType() != s.getType() ||
      elementOf(x) != elementOf(c))
    return inferError(loc,
                      "C1: needs x of rank 4, cos and sin of rank 3 and "
                      "one type: ",
                      x.getType(), ", ", c.getType(), ", ", s.getType());
  Dims xd = dimsOf(x), cd = dimsOf(c);
  auto half = cd[2].getConstant(), width = xd[3].getConstant();
  if (!half || !width || *half <= 0 || 2 * *half > *width)
    return inferError(loc, "C2: cannot rotate 2 * ", cd[2].str(), " of ",
                      xd[3].str(), " elements");
  if ((!cd[0].isConstant(1) && !mayBeEqual(cd[0], xd[0])) ||
      !mayBeEqual(cd[1], xd[adaptor.getSequenceFirst() ? 1 : 2]))
    return inferError(loc, "C3: batch or sequence differ: ", x.getType(), ", ",
                      c.getType());
  results.push_back(x.getType());
  return success();
}

/// True for a vector of one number for each head.
static bool isOneEachHead(Value x, int64_t heads, Type element) {
  return rankOf(x) == 1 && dimsOf(x)[0].isConstant(heads) &&
         elementOf(x) == element;
}

LogicalResult AttentionOp::inferReturnTypes(MLIRContext *,
                                            std::optional<Location> loc,
                                            Adaptor adaptor,
                                            SmallVectorImpl<Type> &results) {
  Value q = adaptor.getQ(), k = adaptor.getK(), v = adaptor.getV();
  if (rankOf(q) != 4 || rankOf(k) != 4 || rankOf(v) != 4 ||
      elementOf(q) != elementOf(k) || elementOf(q) != elementOf(v))
    return inferError(loc, "C1: q, k, v need rank 4 and one element type: ",
                      q.getType(), ", ", k.getType(), ", ", v.getType());
  Dims qd = dimsOf(q), kd = dimsOf(k), vd = dimsOf(v);
  auto heads = qd[1].getConstant(), kvHeads = kd[1].getConstant();
  bool agree = mayBeEqual(qd[0], kd[0]) && mayBeEqual(kd[0], vd[0]) &&
               mayBeEqual(kd[1], vd[1]) && mayBeEqual(kd[2], vd[2]) &&
               mayBeEqual(qd[3], kd[3]);
  if (!heads || !kvHeads || *kvHeads <= 0 || *heads % *kvHeads || !agree)
    return inferError(loc,
                      "C2: heads, lengths or batch do not fit: ", q.getType(),
                      ", ", k.getType(), ", ", v.getType());
  if (Value mask = adaptor.getMask()) {
    Dims scores{qd[0], qd[1], qd[2], kd[2]};
    Type element = elementOf(mask);
    bool fits = rankOf(mask) <= 4 && (element.isInteger(1) || element.isF32() ||
                                      element == elementOf(q));
    auto joined = broadcastDims(scores, dimsOf(mask));
    fits &= joined.has_value();
    if (fits)
      for (auto [a, b] : llvm::zip_equal(*joined, scores))
        fits &= mayBeEqual(a, b);
    if (!fits)
      return inferError(loc, "C3: mask ", mask.getType(),
                        " does not broadcast to the scores");
  }
  if (Value sinks = adaptor.getSinks())
    if (!isOneEachHead(sinks, *heads, elementOf(q)))
      return inferError(loc, "C4: sinks ", sinks.getType(), " are not ", *heads,
                        " ", elementOf(q));
  results.push_back(getTensorType({qd[0], qd[1], qd[2], vd[3]}, elementOf(q)));
  return success();
}

LogicalResult CacheAppendOp::verify() {
  CacheType cache = getCache().getType();
  Dims k = dimsOf(getK()), v = dimsOf(getV());
  if (k.size() != 3 || v.size() != 3 || !k[1].isConstant(cache.getHeads()) ||
      !v[1].isConstant(cache.getHeads()) ||
      !k[2].isConstant(cache.getKeyDim()) ||
      !v[2].isConstant(cache.getValueDim()))
    return emitOpError("C1: ") << getK().getType() << " and "
                               << getV().getType() << " do not fit " << cache;
  if (!mayBeEqual(k[0], v[0]))
    return emitOpError("C2: k and v have different rows");
  if (!cache.hasRing(getRing()))
    return emitOpError("C3: ") << cache << " has no ring of " << getRing();
  return success();
}

LogicalResult CachedAttentionOp::verify() {
  CacheType cache = getCache().getType();
  Dims q = dimsOf(getQ()), y = dimsOf(getY());
  Type element = elementOf(getY()), ofQueries = elementOf(getQ());
  bool isNarrower =
      ofQueries.getIntOrFloatBitWidth() < element.getIntOrFloatBitWidth();
  if (q.size() != 3 || y.size() != 3 || (ofQueries != element && !isNarrower) ||
      !q[2].isConstant(cache.getKeyDim()) ||
      !y[2].isConstant(cache.getValueDim()) || !mayBeEqual(q[0], y[0]))
    return emitOpError("C1: ") << getQ().getType() << " to " << getType()
                               << " does not fit " << cache;
  auto heads = q[1].getConstant();
  if (!heads || *heads % cache.getHeads() || !y[1].isConstant(*heads))
    return emitOpError("C2: heads are no multiple of the cache's");
  for (Value x : {getSlopes(), getSinks()})
    if (x && !isOneEachHead(x, *heads, element))
      return emitOpError("C3: ")
             << x.getType() << " is not " << *heads << " " << element;
  int64_t ring = getRing(), window = getWindow();
  if (!cache.hasRing(ring))
    return emitOpError("C4: ") << cache << " has no ring of " << ring;
  if (ring > 0 && (window <= 0 || window > ring))
    return emitOpError("C4: a window of ")
           << window << " does not fit a ring of " << ring;
  return success();
}
