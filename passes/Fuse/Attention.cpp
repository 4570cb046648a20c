//===- Attention.cpp - softmax(scale q k^T + mask) v ----------------------===//
//
// A candidate is a softmax of values that come from a matmul of two computed
// values and that go into another matmul. Backward from the softmax: masks,
// then soft cap and scale, then the product of q and k; forward: what makes
// rows without any key 0, then the product with v. An attention sink is one
// more score behind the others, whose weight is dropped. Shapes are brought to
// rank 4: q [batch, kv heads, groups, S, D] and [batch * heads, S, D] occur,
// too.
//
// One file of more than 500 lines: all of it fills or reads one match.
//
//===----------------------------------------------------------------------===//
#include "dialects/Sinter/IR/Recipe.h"
#include "dialects/Sinter/IR/ReportEntries.h"
#include "passes/Fuse/Fuse.h"
#include "passes/Fuse/Match.h"
#include "passes/Fuse/RepeatedHeads.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

namespace sinter {
#define GEN_PASS_DEF_FUSEATTENTION
#include "passes/Fuse/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

namespace {

/// Below this a filler removes a key: scores added to it vanish in rounding.
constexpr double lowEnough = -1e30;

struct Mask {
  Value value;
  int64_t rank;                 // of the scores that it was for
  bool inverted = false;        // true removes
  std::optional<double> filler; // of a bool mask that is not -inf
  double factor = 1;            // what masked scores are multiplied by
};

class Matcher {
public:
  Matcher(SoftmaxOp softmax, Recipes &recipes)
      : softmax(softmax), recipes(recipes) {}

  bool isCandidate();
  bool match();
  void rewrite();
  const std::string &getReason() const { return reason; }

private:
  bool fail(const llvm::Twine &why) {
    reason = why.str();
    return false;
  }
  bool leadsToScores(Value value, unsigned depth = 0);
  bool matchSinks(Value &scores);
  bool findSinks();
  bool matchScores();
  bool matchMask(Operation *op, Value &scores);
  bool matchProbabilities();
  bool matchShapes();
  Value toRank4(OpBuilder &b, Value value);
  Value maskToRank4(OpBuilder &b, const Mask &mask);
  Value joinMasks(OpBuilder &b);

  SoftmaxOp softmax;
  Recipes &recipes;
  MatMulOp qk, pv;
  Value q, keysTransposed, v;
  Value sinkColumn; // scores of a key more, [.., heads, S, 1], or null
  Value sinks;      // what it repeats, a number for each head
  SmallVector<Mask> masks;
  double scale = 1, softcap = 0;
  bool zeroEmptyRows = false;
  int64_t rank = 0;     // of q in the graph
  DimExpr batch, heads; // of rank 4
  std::string reason;
};

} // namespace

//===----------------------------------------------------------------------===//
// Matching
//===----------------------------------------------------------------------===//

/// True when a product of two computed values is behind elementwise ops.
bool Matcher::leadsToScores(Value value, unsigned depth) {
  Operation *op = value.getDefiningOp();
  if (!op || depth > 12)
    return false;
  if (auto matmul = dyn_cast<MatMulOp>(op))
    return !recipes.contains(matmul.getA()) && !recipes.contains(matmul.getB());
  if (!isa<ElementwiseOpInterface, ReshapeOp, ConcatOp>(op))
    return false;
  return llvm::any_of(op->getOperands(), [&](Value operand) {
    return leadsToScores(operand, depth + 1);
  });
}

/// True when a matmul takes `value` as rows of weights, past elementwise ops.
static bool leadsToMatMul(Value value, unsigned depth = 0) {
  for (Operation *user : value.getUsers()) {
    auto matmul = dyn_cast<MatMulOp>(user);
    if (matmul && matmul.getA() == value)
      return true;
    if (depth < 6 &&
        isa<IsNaNOp, SelectOp, CastOp, MulOp, ReshapeOp, SliceOp>(user) &&
        leadsToMatMul(user->getResult(0), depth + 1))
      return true;
  }
  return false;
}

bool Matcher::isCandidate() {
  return leadsToScores(softmax.getX()) && leadsToMatMul(softmax.getY());
}

bool Matcher::match() {
  if (softmax.getLog() ||
      int64_t(softmax.getAxis()) != rankOf(softmax.getX()) - 1)
    return fail("softmax is not over the last dimension");
  return matchScores() && matchProbabilities() && matchShapes();
}

/// Reads an add or select as a mask on `scores`, which becomes its input. What
/// was met before it multiplies by `scale`.
bool Matcher::matchMask(Operation *op, Value &scores) {
  if (auto add = dyn_cast<AddOp>(op)) {
    bool first = leadsToScores(add.getA());
    if (first == leadsToScores(add.getB()))
      return fail("both sides of an add before softmax are products");
    scores = first ? add.getA() : add.getB();
    masks.push_back({.value = first ? add.getB() : add.getA(),
                     .rank = rankOf(scores),
                     .filler = {},
                     .factor = scale});
    return true;
  }
  auto select = cast<SelectOp>(op);
  auto a = getScalar(select.getA()), b = getScalar(select.getB());
  if (bool(a) == bool(b))
    return fail("a select before softmax has no constant side");
  double filler = (a ? *a : *b) * scale;
  if (filler > lowEnough)
    return fail("masked scores become " + llvm::formatv("{0}", filler).str() +
                ", which another score can reach");
  scores = a ? select.getB() : select.getA();
  Mask mask{.value = select.getCond(),
            .rank = rankOf(scores),
            .inverted = bool(a),
            .filler = {}};
  if (filler >= std::numeric_limits<float>::lowest())
    mask.filler = filler;
  masks.push_back(mask);
  return true;
}

/// x of x - max(x), which softmax subtracts by itself.
static Value stripMaximum(Value value) {
  auto sub = value.getDefiningOp<SubOp>();
  if (!sub)
    return value;
  Value top = sub.getB();
  if (auto view = top.getDefiningOp<ReshapeOp>())
    top = view.getX();
  auto reduce = top.getDefiningOp<ReduceOp>();
  Value x = sub.getA();
  return reduce && reduce.getKind() == Reduction::max && reduce.getX() == x &&
                 reduce.getAxes() == ArrayRef<int64_t>{rankOf(x) - 1}
             ? x
             : value;
}

/// Takes the scores of sinks off, where they stand behind all others.
bool Matcher::matchSinks(Value &scores) {
  scores = stripMaximum(stripCasts(scores));
  auto concat = stripCasts(scores).getDefiningOp<ConcatOp>();
  if (!concat)
    return true;
  int64_t last = rankOf(concat.getY()) - 1;
  if (int64_t(concat.getAxis()) != last || concat.getXs().size() != 2 ||
      !dimsOf(concat.getXs()[1])[last].isConstant(1))
    return fail("scores are joined with more than one sink for each head");
  sinkColumn = concat.getXs()[1];
  scores = concat.getXs()[0];
  return true;
}

/// The vector that the column of sinks repeats over batch and queries.
bool Matcher::findSinks() {
  if (!sinkColumn)
    return true;
  Value x = sinkColumn;
  Dims dims = dimsOf(x);
  auto isOneEachHead = [&] {
    return dims.size() >= 3 && product(ArrayRef(dims)) == heads &&
           dims[dims.size() - 2].isConstant(1) &&
           (dims.size() == 3 || dims[0].isConstant(1));
  };
  while (!isOneEachHead()) {
    if (auto cast = x.getDefiningOp<CastOp>())
      x = cast.getX();
    else if (auto repeat = x.getDefiningOp<BroadcastToOp>())
      x = repeat.getX();
    else
      return fail("a sink is not one number for each head");
    // Aligned at the last dimension, as what it is repeated to.
    dims = dimsOf(x);
  }
  sinks = x;
  return true;
}

bool Matcher::matchScores() {
  Value scores = softmax.getX();
  if (!matchSinks(scores))
    return false;
  while (true) { // from softmax on: what comes last is met first
    Scaled inner = peelScale(scores);
    if (inner.value != scores) {
      scale *= inner.factor;
      scores = inner.value;
    }
    Operation *op = scores.getDefiningOp();
    if (auto matmul = dyn_cast_or_null<MatMulOp>(op)) {
      qk = matmul;
      break;
    }
    auto view = dyn_cast_or_null<ReshapeOp>(op);
    if (isa_and_nonnull<AddOp, SelectOp>(op)) {
      Dims before = dimsOf(scores);
      if (softcap != 0)
        return fail("scores are masked before their soft cap");
      if (scale <= 0)
        return fail("masked scores are multiplied by a negative number");
      if (!matchMask(op, scores))
        return false;
      // The number of keys is v's length, whatever a mask calls it.
      Dims after = dimsOf(scores);
      if (after.size() != before.size() ||
          ArrayRef(after).drop_back() != ArrayRef(before).drop_back())
        return fail("a mask changes the shape of the scores");
    } else if (isa_and_nonnull<TanhOp>(op) && softcap == 0 && scale > 0) {
      softcap = scale; // c tanh(s / c); the rest of `scale` is found inside
      scores = op->getOperand(0);
    } else if (view && !view.getShape() && rankOf(scores) == 4 &&
               rankOf(view.getX()) == 3 && heads.isConstant(0)) {
      Dims dims = dimsOf(scores), in = dimsOf(view.getX());
      if (dims[2] != in[1] || dims[3] != in[2] || dims[0] * dims[1] != in[0])
        return fail("scores are reshaped");
      batch = dims[0];
      heads = dims[1];
      scores = view.getX();
    } else if (Value inner = stripCasts(scores); inner != scores) {
      scores = inner;
    } else {
      return fail(op ? "'" + op->getName().getStringRef() +
                           "' stands between the product of q and k and "
                           "softmax"
                     : llvm::Twine("scores are no product"));
    }
  }
  Scaled left = peelScale(qk.getA()), right = peelScale(qk.getB());
  q = left.value;
  keysTransposed = right.value;
  scale *= left.factor * right.factor;
  return true;
}

bool Matcher::matchProbabilities() {
  Value p = softmax.getY();
  if (p.hasNUses(2)) {
    for (Operation *user : p.getUsers()) {
      auto isNaN = dyn_cast<IsNaNOp>(user);
      auto select = isNaN ? dyn_cast_or_null<SelectOp>(onlyUser(isNaN.getY()))
                          : SelectOp();
      if (!select || select.getCond() != isNaN.getY() || select.getB() != p ||
          !isScalar(select.getA(), 0) || select.getType() != p.getType())
        continue;
      zeroEmptyRows = true;
      p = select.getY();
      break;
    }
  }
  Value from;
  Operation *user = onlyUser(p, &from);
  if (sinkColumn) { // all weights but the sink's
    auto slice = dyn_cast_or_null<SliceOp>(user);
    int64_t last = rankOf(p) - 1;
    if (!slice || !slice.getOffsets())
      return fail("the weights of sinks are not dropped");
    Dims whole = dimsOf(p), kept = dimsOf(slice.getY());
    whole[last] = whole[last] - DimExpr(1);
    for (int64_t i = 0; i <= last; ++i)
      if (!slice.getOffsets()->getDim(i).isConstant(0) ||
          (*slice.getStrides())[i] != 1 || whole[i] != kept[i])
        return fail("the weights of sinks are not dropped");
    user = onlyUser(slice.getY(), &from);
  }
  if (auto view = dyn_cast_or_null<ReshapeOp>(user);
      view && !heads.isConstant(0) && rankOf(view.getY()) == 3)
    user = onlyUser(view.getY(), &from);
  pv = dyn_cast_or_null<MatMulOp>(user);
  if (!pv || pv.getA() != from)
    return fail("the weights of attention are used elsewhere, too");
  v = pv.getB();
  return true;
}

/// Finds batch and heads, and checks that the op accepts the shapes.
bool Matcher::matchShapes() {
  rank = rankOf(q);
  Dims dims = dimsOf(q);
  if (rankOf(keysTransposed) != rank || rankOf(v) != rank || rank < 3 ||
      rank > 5 || rankOf(pv.getY()) != rank)
    return fail("q, k and v have ranks " + llvm::Twine(rank) + ", " +
                llvm::Twine(rankOf(keysTransposed)) + " and " +
                llvm::Twine(rankOf(v)));
  if (rank == 4) {
    batch = dims[0];
    heads = dims[1];
  } else if (rank == 5) {
    if (!dimsOf(keysTransposed)[2].isConstant(1) || !dimsOf(v)[2].isConstant(1))
      return fail("k and v differ inside a group of heads");
    batch = dims[0];
    heads = dims[1] * dims[2];
  } else if (heads.isConstant(0)) {
    // Heads and batch in one dimension: the view that made it tells.
    auto view = q.getDefiningOp<ReshapeOp>();
    Dims in = view ? dimsOf(view.getX()) : Dims();
    bool known = in.size() == 4 && in[0] * in[1] == dims[0] &&
                 in[2] == dims[1] && in[1].getConstant();
    batch = known ? in[0] : dims[0];
    heads = known ? in[1] : DimExpr(1);
    if (!known && dims[0].getConstant()) // a batch of 1 was dropped
      std::swap(batch, heads);
  }
  if (rank == 3 && batch * heads != dims[0])
    return fail("heads are no dimension of their own");
  if (!heads.getConstant())
    return fail("the number of heads is not static");
  return findSinks();
}

//===----------------------------------------------------------------------===//
// Rewriting
//===----------------------------------------------------------------------===//

/// q, k or v as [batch, heads or kv heads, length, D].
Value Matcher::toRank4(OpBuilder &b, Value value) {
  Dims dims = dimsOf(value);
  Location loc = value.getLoc();
  if (rank == 4)
    return value;
  if (rank == 5)
    return reshapeTo(b, loc, value,
                     {dims[0], dims[1] * dims[2], dims[3], dims[4]});
  return reshapeTo(b, loc, value, {batch, heads, dims[1], dims[2]});
}

/// A mask on the graph's scores as one on rank 4; null when that is no view.
Value Matcher::maskToRank4(OpBuilder &b, const Mask &m) {
  Value mask = m.value;
  Dims dims = dimsOf(mask);
  int64_t size = dims.size();
  Location loc = mask.getLoc();
  if (rank == 5 && size >= 3) {
    // .. x kv heads x groups x S x T
    DimExpr groups = dims[size - 3];
    DimExpr kv = size >= 4 ? dims[size - 4] : DimExpr(1);
    Dims q5 = dimsOf(q);
    bool one = groups.isConstant(1) && kv.isConstant(1);
    if (!one && (groups != q5[2] || kv != q5[1]))
      return {};
    return reshapeTo(b, loc, mask,
                     {size == 5 ? dims[0] : DimExpr(1), kv * groups,
                      dims[size - 2], dims[size - 1]});
  }
  if (m.rank == 3 && size == 3 && !dims[0].isConstant(1))
    return dims[0] == batch * heads
               ? reshapeTo(b, loc, mask, {batch, heads, dims[1], dims[2]})
               : Value();
  return mask;
}

/// All masks as one; null when there is none.
Value Matcher::joinMasks(OpBuilder &b) {
  Location loc = softmax.getLoc();
  Type element = elementOf(q);
  auto number = [&](double value) -> Value {
    auto type = RankedTensorType::get({}, element);
    return ConstantOp::create(
        b, loc, type,
        DenseElementsAttr::get(type, b.getFloatAttr(element, value)));
  };
  double inf = std::numeric_limits<double>::infinity();
  Value kept, added;
  auto add = [&](Value m) {
    added = added ? AddOp::create(b, loc, added, m).getY() : m;
  };
  for (Mask &mask : llvm::reverse(masks)) {
    Value m = mask.value;
    if (!elementOf(m).isInteger(1)) {
      // select(cond, 0, -inf) is cond.
      auto select = m.getDefiningOp<SelectOp>();
      if (select && isScalar(select.getA(), 0) &&
          isScalar(select.getB(), -inf) &&
          dimsOf(select.getCond()) == dimsOf(m)) {
        m = select.getCond();
      } else {
        if (elementOf(m) != element)
          m = CastOp::create(b, loc, m, element);
        if (mask.factor != 1)
          m = MulOp::create(b, loc, m, number(mask.factor));
        add(m);
        continue;
      }
    } else if (mask.filler) {
      Value zero = number(0), low = number(*mask.filler);
      add(SelectOp::create(b, loc, m, mask.inverted ? low : zero,
                           mask.inverted ? zero : low));
      continue;
    }
    if (mask.inverted)
      m = NotOp::create(b, loc, m);
    kept = kept ? AndOp::create(b, loc, kept, m).getY() : m;
  }
  if (kept && added)
    return SelectOp::create(b, loc, kept, added, number(-inf));
  return kept ? kept : added;
}

/// x with its last two dimensions swapped, without a new op where it is such a
/// transpose itself.
static Value swapLastTwo(OpBuilder &b, Location loc, Value x) {
  Dims dims = dimsOf(x);
  int64_t rank = dims.size();
  auto swap = [](int64_t rank) {
    auto perm = llvm::to_vector(llvm::seq<int64_t>(0, rank));
    std::swap(perm[rank - 1], perm[rank - 2]);
    return perm;
  };
  if (auto transpose = x.getDefiningOp<TransposeOp>();
      transpose && transpose.getPerm() == ArrayRef(swap(rank)))
    return transpose.getX();
  // [n, T, D] -> [n, D, T] -> [batch, heads, D, T]
  if (auto view = x.getDefiningOp<ReshapeOp>(); view && !view.getShape()) {
    auto inner = view.getX().getDefiningOp<TransposeOp>();
    int64_t size = inner ? rankOf(inner.getY()) : 0;
    if (size >= 2 && inner.getPerm() == ArrayRef(swap(size))) {
      Dims in = dimsOf(inner.getY());
      if (in[size - 2] == dims[rank - 2] && in[size - 1] == dims[rank - 1]) {
        std::swap(dims[rank - 2], dims[rank - 1]);
        return reshapeTo(b, loc, inner.getX(), dims);
      }
    }
  }
  return TransposeOp::create(b, loc, x, swap(rank));
}

/// Takes numbers off `value` that multiply it before it is viewed or
/// transposed.
static Value peelThroughViews(OpBuilder &b, Value value, double &scale,
                              unsigned depth = 0) {
  Scaled outer = peelScale(value);
  scale *= outer.factor;
  Operation *op = outer.value.getDefiningOp();
  auto view = dyn_cast_or_null<ReshapeOp>(op);
  if (depth > 8 || !isa_and_nonnull<ReshapeOp, TransposeOp>(op) ||
      (view && view.getShape()))
    return outer.value;
  Value x = op->getOperand(0), inner = peelThroughViews(b, x, scale, depth + 1);
  if (inner == x)
    return outer.value;
  if (view)
    return reshapeTo(b, op->getLoc(), inner, dimsOf(view.getY()));
  return TransposeOp::create(b, op->getLoc(), inner,
                             cast<TransposeOp>(op).getPerm());
}

/// Replaces k and v by what they repeat, both alike.
static void unrepeat(OpBuilder &b, Location loc, Value &k, Value &v) {
  Value k1 = getUnrepeatedHeads(b, loc, k), v1 = getUnrepeatedHeads(b, loc, v);
  if (!k1 || !v1 || dimsOf(k1)[1] != dimsOf(v1)[1])
    return;
  k = k1;
  v = v1;
}

void Matcher::rewrite() {
  OpBuilder b(pv);
  Location loc = pv.getLoc();
  Value keys = swapLastTwo(b, loc, keysTransposed);
  Value q4 = toRank4(b, peelThroughViews(b, q, scale));
  Value k4 = toRank4(b, peelThroughViews(b, keys, scale));
  Value v4 = toRank4(b, v);
  unrepeat(b, loc, k4, v4);
  for (Mask &mask : masks) {
    mask.value = maskToRank4(b, mask);
    if (!mask.value) {
      fail("a mask differs inside a group of heads");
      return;
    }
  }
  Value mask = joinMasks(b);
  if (sinks) {
    sinks = reshapeTo(b, loc, sinks, {heads});
    if (elementOf(sinks) != elementOf(q4))
      sinks = CastOp::create(b, loc, sinks, elementOf(q4));
  }
  SmallVector<Value> operands{q4, k4, v4};
  if (mask)
    operands.push_back(mask);
  SmallVector<Type> types;
  if (sinks)
    operands.push_back(sinks);
  AttentionOp::Properties properties;
  properties.setOperandSegmentSizes({1, 1, 1, mask ? 1 : 0, sinks ? 1 : 0});
  AttentionOp::Adaptor adaptor(operands, DictionaryAttr(), properties);
  if (failed(AttentionOp::inferReturnTypes(b.getContext(), std::nullopt,
                                           adaptor, types))) {
    fail("shapes of q, k, v or the mask do not fit");
    return;
  }
  Value y = AttentionOp::create(
      b, loc, q4, k4, v4, mask, sinks, llvm::APFloat(scale), false,
      llvm::APFloat(softcap), int64_t(0), zeroEmptyRows);
  y = reshapeTo(b, loc, y, dimsOf(pv.getY()));
  replaceWith(b, pv.getY(), y);
}

namespace {
struct FuseAttention : sinter::impl::FuseAttentionBase<FuseAttention> {
  void runOnOperation() override {
    ReportEntries report(getOperation(), {"attention"});
    SmallVector<Operation *> ops;
    getOperation()->walk([&](Operation *op) {
      if (isa<AttentionOp, SoftmaxOp>(op))
        ops.push_back(op);
    });
    Recipes recipes;
    for (Operation *op : ops) {
      if (auto attention = dyn_cast<AttentionOp>(op)) {
        OpBuilder b(op);
        Value k = attention.getK(), v = attention.getV();
        unrepeat(b, op->getLoc(), k, v);
        attention.getKMutable().assign(k);
        attention.getVMutable().assign(v);
        report.fused("attention", op->getLoc(), "as imported");
        continue;
      }
      Matcher matcher(cast<SoftmaxOp>(op), recipes);
      if (op->use_empty() || !matcher.isCandidate())
        continue;
      if (matcher.match())
        matcher.rewrite();
      if (matcher.getReason().empty())
        report.fused("attention", op->getLoc());
      else
        report.missed("attention", op->getLoc(), matcher.getReason());
    }
    eraseDeadOps(getOperation());
  }
};
} // namespace
