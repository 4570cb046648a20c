//===- Inner.cpp - inner tiles --------------------------------------------===//
//
// The result is the destination with the computed elements in place: a tensor,
// or the memory itself.
//
//===----------------------------------------------------------------------===//
#include "dialects/Sinter/Interpreter/Evaluation.h"
#include "dialects/Sinter/Interpreter/Products.h"
#include "dialects/Sinter/Interpreter/Rows.h"
#include <cmath>

using namespace mlir;
using namespace sinter;

LogicalResult InnerMatMulOp::interpret(Evaluation &eval) {
  Tensor x = eval.tensor(getX()), w = eval.tensor(getW());
  Tensor bias = getBias() ? eval.tensor(getBias()) : Tensor();
  Tensor before = getAccumulate() ? eval.tensor(getOut()) : Tensor();
  Tensor out = eval.destination(getOut(), *this);
  if (!multiplyPacked(PackedProduct::of(*this), x, w, bias, out))
    return eval.error(*this)
           << "C1: cannot multiply " << x.shapeText() << " and "
           << w.shapeText() << " to " << out.shapeText();
  for (int64_t i = 0; i < before.getCount(); ++i)
    out.setDouble(i, before.getDouble(i) + out.getDouble(i));
  eval.setDestination(*this, getOut(), std::move(out));
  return success();
}

LogicalResult InnerExpertMatMulOp::interpret(Evaluation &eval) {
  Tensor x = eval.tensor(getX()), w = eval.tensor(getW());
  Tensor experts = eval.tensor(getExperts());
  Tensor out = eval.destination(getOut(), *this);
  if (!multiplyExperts(x, w, experts, getInterleave(), getSkips(), out))
    return eval.error(*this)
           << "C1: cannot multiply " << x.shapeText() << " and "
           << w.shapeText() << " to " << out.shapeText();
  eval.setDestination(*this, getOut(), std::move(out));
  return success();
}

LogicalResult InnerNormOp::interpret(Evaluation &eval) {
  Tensor x = eval.tensor(getX()), scale = eval.tensor(getScale());
  Tensor bias = getBias() ? eval.tensor(getBias()) : Tensor();
  Tensor out = eval.destination(getOut(), *this);
  int64_t width = x.getRank() == 2 ? x.getDim(1) : -1;
  if (x.getShape() != out.getShape() || scale.getCount() != width ||
      (bias && bias.getCount() != width))
    return eval.error(*this)
           << "C1: sizes of " << x.shapeText() << ", " << scale.shapeText()
           << " and " << out.shapeText() << " do not agree";
  std::vector<double> y = x.toDoubles();
  for (int64_t row = 0; row < x.getDim(0); ++row) {
    normalizeRow(MutableArrayRef(y).slice(row * width, width),
                 getEpsilon().convertToDouble(), getCentered());
    for (int64_t i = 0; i < width; ++i)
      out.setDouble(row * width + i, y[row * width + i] * scale.getDouble(i) +
                                         (bias ? bias.getDouble(i) : 0));
  }
  eval.setDestination(*this, getOut(), std::move(out));
  return success();
}

LogicalResult InnerSoftmaxOp::interpret(Evaluation &eval) {
  Tensor x = eval.tensor(getX()), out = eval.destination(getOut(), *this);
  if (x.getShape() != out.getShape() || x.getRank() != 2)
    return eval.error(*this) << "C1: sizes of " << x.shapeText() << " and "
                             << out.shapeText() << " do not agree";
  std::vector<double> y = x.toDoubles();
  int64_t width = x.getDim(1);
  for (int64_t row = 0; row < x.getDim(0); ++row)
    softmaxRow(MutableArrayRef(y).slice(row * width, width), getLog());
  for (int64_t i = 0; i < x.getCount(); ++i)
    out.setDouble(i, y[i]);
  eval.setDestination(*this, getOut(), std::move(out));
  return success();
}

LogicalResult InnerAttentionOp::interpret(Evaluation &eval) {
  Tensor q = eval.tensor(getQ()), keys = eval.tensor(getKeys());
  Tensor values = eval.tensor(getValues()),
         out = eval.destination(getOut(), *this);
  int64_t position = eval.index(getPosition());
  int64_t first = eval.index(getFirst()), last = eval.index(getLast());
  int64_t rank = q.getRank(), rowDim = getRowDim();
  if ((rank != 3 && rank != 4) || keys.getRank() != 4 ||
      values.getRank() != 3 || out.getRank() != rank)
    return eval.error(*this) << "C1: ranks do not fit";
  int64_t batch = hasBatch() ? q.getDim(0) : 1;
  int64_t rows = q.getDim(rowDim), heads = q.getDim(rowDim + 1);
  int64_t width = q.getDim(rowDim + 2);
  int64_t interleave = getInterleave(), window = getWindow();
  int64_t kvHeads = keys.getDim(0), lanes = keys.getDim(3) / interleave;
  int64_t room = keys.getDim(1) * lanes;
  int64_t valueWidth = values.getDim(2) / interleave;
  Tensor slopes = getSlopes() ? eval.tensor(getSlopes()) : Tensor();
  Tensor sinks = getSinks() ? eval.tensor(getSinks()) : Tensor();
  Tensor mask = getMask() ? eval.tensor(getMask()) : Tensor();
  Shape shape(q.getShape());
  shape.back() = valueWidth;
  if (keys.getDim(2) * interleave != width || values.getDim(0) != kvHeads ||
      values.getDim(1) * interleave != room ||
      out.getShape() != ArrayRef(shape) || kvHeads == 0 ||
      batch * heads % kvHeads || lanes == 0 || int64_t(getBlock()) % lanes)
    return eval.error(*this) << "C1: sizes of " << q.shapeText() << ", "
                             << keys.shapeText() << ", " << values.shapeText()
                             << " and " << out.shapeText() << " do not agree";
  // The positions that the last row sees.
  int64_t end = getEnd() ? eval.index(getEnd()) : position + rows;
  bool fits =
      end <= room || (!getEnd() && window > 0 && rows + window - 1 <= room);
  if (!fits || first < 0 || last > batch * heads * rows)
    return eval.error(*this) << "reads outside its cache or its rows";
  if (mask && (mask.getRank() != 4 || mask.getDim(3) < end))
    return eval.error(*this) << "C2: a mask of " << mask.shapeText() << " for "
                             << end << " positions";
  ScoreRule rule{getScale().convertToDouble(), getSoftcap().convertToDouble()};
  Type weights = weightsTypeOf(q);
  std::vector<double> sum(valueWidth);
  std::vector<bool> computed(out.getCount(), false);
  for (int64_t pair = first; pair < last; ++pair) {
    int64_t i = pair % rows, all = pair / rows, h = all % heads;
    int64_t kv = all / (batch * heads / kvHeads);
    int64_t row = (all / heads * rows + i) * heads + h;
    double slope = numberOf(slopes, h).value_or(0);
    int64_t masked = 0; // the row of the mask
    if (mask)
      for (auto [d, at] : llvm::enumerate(Shape{all / heads, h, i}))
        masked = masked * mask.getDim(d) + (mask.getDim(d) == 1 ? 0 : at);
    auto score = [&](int64_t j) -> double {
      if (window > 0 && j <= position + i - window)
        return -HUGE_VAL;
      int64_t panel = kv * keys.getDim(1) + j % room / lanes;
      double dot = 0;
      for (int64_t d = 0; d < width; ++d) {
        int64_t group = panel * keys.getDim(2) + d / interleave;
        int64_t at = (group * lanes + j % lanes) * interleave + d % interleave;
        dot += q.getDouble(row * width + d) * keys.getDouble(at);
      }
      double s = rule(dot) + slope * double(j - position - i);
      return mask ? s + mask.getDouble(masked * mask.getDim(3) + j) : s;
    };
    auto value = [&](int64_t j, int64_t e) {
      int64_t place = kv * room + j % room;
      int64_t group = place / interleave * valueWidth + e;
      return values.getDouble(group * interleave + place % interleave);
    };
    int64_t seen = getEnd() ? end : std::max<int64_t>(position + i + 1, 0);
    attendRow(seen, score, value,
              {.zeroEmpty = getZeroEmptyRows(),
               .sink = numberOf(sinks, h),
               .weights = weights},
              sum);
    for (int64_t e = 0; e < valueWidth; ++e) {
      out.setDouble(row * valueWidth + e, sum[e]);
      computed[row * valueWidth + e] = true;
    }
  }
  eval.setDestination(*this, getOut(), std::move(out), computed);
  return success();
}
