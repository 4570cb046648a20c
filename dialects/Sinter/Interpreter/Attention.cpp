//===- Attention.cpp - attention, cache_append, cached_attention ----------===//
#include "dialects/Sinter/Interpreter/Evaluation.h"
#include "dialects/Sinter/Interpreter/Indexing.h"
#include "dialects/Sinter/Interpreter/Rows.h"
#include <cmath>

using namespace mlir;
using namespace sinter;

double ScoreRule::operator()(double dot) const {
  double score = scale * dot;
  return softcap > 0 ? softcap * std::tanh(score / softcap) : score;
}

void sinter::attendRow(int64_t length,
                       llvm::function_ref<double(int64_t)> score,
                       llvm::function_ref<double(int64_t, int64_t)> value,
                       const RowRule &rule, MutableArrayRef<double> out) {
  std::vector<double> weights(length);
  bool empty = true;
  for (int64_t j = 0; j < length; ++j) {
    weights[j] = score(j);
    empty &= weights[j] == -HUGE_VAL;
  }
  bool isLost = empty && !rule.zeroEmpty && !rule.sink;
  std::fill(out.begin(), out.end(), isLost ? std::nan("") : 0.0);
  if (empty)
    return;
  if (rule.sink)
    weights.push_back(*rule.sink);
  softmaxRow(weights, /*log=*/false);
  if (rule.weights) {
    double top = *llvm::max_element(weights);
    Tensor rounded(rule.weights, {int64_t(weights.size())});
    for (auto [j, weight] : llvm::enumerate(weights)) {
      rounded.setDouble(j, weight / top);
      weight = rounded.getDouble(j) * top;
    }
  }
  // A removed key contributes nothing, even when its value is no number.
  for (int64_t j = 0; j < length; ++j)
    if (weights[j] != 0)
      for (size_t e = 0; e < out.size(); ++e)
        out[e] += weights[j] * value(j, e);
}

std::optional<double> sinter::numberOf(const Tensor &perHead, int64_t head) {
  return perHead ? std::optional(perHead.getDouble(head)) : std::nullopt;
}

LogicalResult AttentionOp::interpret(Evaluation &eval) {
  Tensor q = eval.tensor(getQ()), k = eval.tensor(getK());
  Tensor v = eval.tensor(getV());
  int64_t batch = q.getDim(0), heads = q.getDim(1), rows = q.getDim(2);
  int64_t width = q.getDim(3), kvHeads = k.getDim(1), length = k.getDim(2);
  int64_t valueWidth = v.getDim(3);
  if (k.getDim(0) != batch || v.getDim(0) != batch || v.getDim(1) != kvHeads ||
      v.getDim(2) != length || k.getDim(3) != width || kvHeads == 0 ||
      heads % kvHeads)
    return eval.error(*this) << q.shapeText() << ", " << k.shapeText()
                             << " and " << v.shapeText() << " do not fit";
  Shape scores{batch, heads, rows, length}, maskStrides;
  Tensor mask;
  if (getMask()) {
    mask = eval.tensor(getMask());
    if (broadcastShapes(mask.getShape(), scores) != scores)
      return eval.error(*this)
             << "mask " << mask.shapeText() << " does not broadcast to "
             << shapeText(scores);
    maskStrides = broadcastStrides(mask.getShape(), scores);
  }
  Tensor sinks = getSinks() ? eval.tensor(getSinks()) : Tensor();
  if (sinks && sinks.getShape() != ArrayRef<int64_t>(heads))
    return eval.error(*this)
           << "C4: sinks " << sinks.shapeText() << " for " << heads << " heads";
  Shape shape{batch, heads, rows, valueWidth};
  if (failed(eval.checkFits(*this, q.getElement(), shape)))
    return failure();
  std::vector<double> qs = q.toDoubles(), ks = k.toDoubles(),
                      vs = v.toDoubles();
  ScoreRule rule{getScale().convertToDouble(), getSoftcap().convertToDouble()};
  int64_t window = getWindow(), past = length - rows;
  bool isBool = mask && !sinter::isFloat(mask.getKind());
  Type weights = weightsTypeOf(q);
  Tensor y(q.getElement(), shape);
  std::vector<double> out(valueWidth);
  for (int64_t b = 0; b < batch; ++b)
    for (int64_t h = 0; h < heads; ++h) {
      int64_t kv = b * kvHeads + h / (heads / kvHeads);
      for (int64_t i = 0; i < rows; ++i) {
        int64_t row = (b * heads + h) * rows + i;
        auto score = [&](int64_t j) -> double {
          if ((getCausal() && j > i + past) ||
              (window > 0 && j <= i + past - window))
            return -HUGE_VAL;
          int64_t at = mask ? positionOf({b, h, i, j}, maskStrides) : 0;
          if (isBool && !mask.getInt(at))
            return -HUGE_VAL;
          double dot = 0;
          for (int64_t d = 0; d < width; ++d)
            dot += qs[row * width + d] * ks[(kv * length + j) * width + d];
          return rule(dot) + (mask && !isBool ? mask.getDouble(at) : 0);
        };
        auto value = [&](int64_t j, int64_t e) {
          return vs[(kv * length + j) * valueWidth + e];
        };
        attendRow(length, score, value,
                  {.zeroEmpty = getZeroEmptyRows(),
                   .sink = numberOf(sinks, h),
                   .weights = weights},
                  out);
        for (int64_t e = 0; e < valueWidth; ++e)
          y.setDouble(row * valueWidth + e, out[e]);
      }
    }
  eval.set(getY(), std::move(y));
  return success();
}

//===----------------------------------------------------------------------===//
// The cache
//===----------------------------------------------------------------------===//

// The newest state of the cache and a layer that it has.
static FailureOr<CacheRef> openCache(Evaluation &eval, Operation *op,
                                     Value value, int64_t layer) {
  CacheRef cache = eval.cache(value);
  if (cache.version != cache.state->version)
    return eval.error(op) << "uses state " << cache.version
                          << " of a cache whose memory holds state "
                          << cache.state->version;
  if (layer < 0 || layer >= cache.state->type.getLayers())
    return eval.error(op) << "layer " << layer << " is outside 0 .. "
                          << cache.state->type.getLayers() - 1;
  return cache;
}

// rows [rows, heads, width], rounded to memory's type, to positions of memory
// [heads, room, width].
static void writeRows(const Tensor &rows, int64_t position, Tensor &memory) {
  int64_t heads = memory.getDim(0), room = memory.getDim(1);
  int64_t width = memory.getDim(2);
  for (int64_t r = 0; r < rows.getDim(0); ++r)
    for (int64_t h = 0; h < heads; ++h)
      for (int64_t d = 0; d < width; ++d)
        memory.setDouble((h * room + (position + r) % room) * width + d,
                         rows.getDouble((r * heads + h) * width + d));
}

// C3 of cache_append, C4 of cached_attention.
static LogicalResult checkRing(Evaluation &eval, Operation *op, CacheType type,
                               int64_t layer, int64_t ring) {
  if (type.getRing(layer) == ring)
    return success();
  return eval.error(op) << "layer " << layer << " has a ring of "
                        << type.getRing(layer) << ", not " << ring;
}

LogicalResult CacheAppendOp::interpret(Evaluation &eval) {
  int64_t layer = eval.index(getLayer()), position = eval.index(getPosition());
  auto cache = openCache(eval, *this, getCache(), layer);
  if (failed(cache))
    return failure();
  CacheState &state = *cache->state;
  Tensor k = eval.tensor(getK()), v = eval.tensor(getV());
  int64_t rows = k.getDim(0), capacity = state.type.getCapacity();
  if (v.getDim(0) != rows)
    return eval.error(*this)
           << "has " << rows << " keys and " << v.getDim(0) << " values";
  if (position < 0 || position > capacity || rows > capacity - position)
    return eval.error(*this) << "writes " << rows << " positions from "
                             << position << " into a cache of " << capacity;
  if (failed(checkRing(eval, *this, state.type, layer, getRing())))
    return failure();
  if (position > state.filled[layer])
    return eval.error(*this)
           << "writes position " << position << " of layer " << layer
           << ", which has only " << state.filled[layer];
  writeRows(k, position, state.keys[layer]);
  writeRows(v, position, state.values[layer]);
  state.filled[layer] = position + rows;
  eval.set(getNext(), CacheRef{cache->state, ++state.version});
  return success();
}

LogicalResult CachedAttentionOp::interpret(Evaluation &eval) {
  int64_t layer = eval.index(getLayer()), position = eval.index(getPosition());
  auto cache = openCache(eval, *this, getCache(), layer);
  if (failed(cache))
    return failure();
  CacheState &state = *cache->state;
  Tensor q = eval.tensor(getQ());
  int64_t rows = q.getDim(0), heads = q.getDim(1), width = q.getDim(2);
  int64_t kvHeads = state.type.getHeads(), room = state.type.getRoom(layer);
  int64_t valueWidth = state.type.getValueDim(), window = getWindow();
  if (failed(checkRing(eval, *this, state.type, layer, getRing())))
    return failure();
  if (getRing() && rows + window - 1 > room)
    return eval.error(*this) << "C4: " << rows << " rows with a window of "
                             << window << " in a ring of " << room;
  if (position < 0 || rows > state.filled[layer] - position)
    return eval.error(*this)
           << "reads positions up to " << position + rows << " of layer "
           << layer << ", which has " << state.filled[layer];
  Shape shape{rows, heads, valueWidth};
  Type element = getY().getType().getElementType();
  if (failed(eval.checkFits(*this, element, shape)))
    return failure();
  const Tensor &keys = state.keys[layer], &values = state.values[layer];
  Tensor slopes = getSlopes() ? eval.tensor(getSlopes()) : Tensor();
  Tensor sinks = getSinks() ? eval.tensor(getSinks()) : Tensor();
  ScoreRule rule{getScale().convertToDouble(), getSoftcap().convertToDouble()};
  Tensor y(element, shape);
  Type weights = weightsTypeOf(q);
  std::vector<double> out(valueWidth);
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t h = 0; h < heads; ++h) {
      int64_t kv = h / (heads / kvHeads), row = i * heads + h;
      double slope = numberOf(slopes, h).value_or(0);
      auto score = [&](int64_t j) -> double {
        if (window > 0 && j <= position + i - window)
          return -HUGE_VAL;
        double dot = 0;
        for (int64_t d = 0; d < width; ++d)
          dot += q.getDouble(row * width + d) *
                 keys.getDouble((kv * room + j % room) * width + d);
        return rule(dot) + slope * double(j - position - i);
      };
      auto value = [&](int64_t j, int64_t e) {
        return values.getDouble((kv * room + j % room) * valueWidth + e);
      };
      attendRow(position + i + 1, score, value,
                {.sink = numberOf(sinks, h), .weights = weights}, out);
      for (int64_t e = 0; e < valueWidth; ++e)
        y.setDouble(row * valueWidth + e, out[e]);
    }
  eval.set(getY(), std::move(y));
  return success();
}
