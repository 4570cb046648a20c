//===- SinkUnitDims.cpp - move unit dimensions towards their users --------===//
//
// op(reshape(x)) -> reshape(op(x)) where the reshape only adds dimensions of
// size 1 and the op treats them as one of many: elementwise ops, the batch
// dimensions of matmul, the outer ones of norms and reductions, indices of
// gather, dimensions that slice and concat leave alone. With a batch of 1 the
// hidden states of a decoder thus become matrices.
//
//===----------------------------------------------------------------------===//
#include "dialects/Sinter/IR/Folds.h"
#include "mlir/Dialect/Utils/StructuredOpsUtils.h"
#include "passes/Simplify/Simplify.h"
#include "llvm/ADT/SmallBitVector.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace sinter;
using llvm::SmallBitVector;

/// True for a resolved reshape whose operand lacks only unit dimensions.
static bool addsUnits(Value value) {
  auto reshape = value.getDefiningOp<ReshapeOp>();
  if (!reshape || reshape.getShape() ||
      rankOf(reshape.getX()) >= rankOf(reshape.getY()))
    return false;
  auto nonUnits = [](Value v) {
    Dims dims = dimsOf(v);
    llvm::erase_if(dims, [](const DimExpr &d) { return d.isConstant(1); });
    return dims;
  };
  return nonUnits(reshape.getX()) == nonUnits(reshape.getY());
}

static SmallBitVector getUnits(Value value) {
  SmallBitVector units(rankOf(value));
  for (auto [i, d] : llvm::enumerate(dimsOf(value)))
    units[i] = d.isConstant(1);
  return units;
}

/// Clears in `drop` (dimensions of a result) what is no unit in `operand`,
/// whose dimensions are aligned with the result's at the last one.
static void keepNonUnits(SmallBitVector &drop, Value operand) {
  SmallBitVector units = getUnits(operand);
  for (unsigned i = 0; i < units.size() && i < drop.size(); ++i)
    if (!units[units.size() - 1 - i])
      drop[drop.size() - 1 - i] = false;
}

/// Dims without those of `drop`, aligned at the last one.
static Dims withoutDims(ArrayRef<DimExpr> dims, const SmallBitVector &drop) {
  Dims kept;
  for (size_t i = 0; i < dims.size(); ++i) {
    size_t fromEnd = dims.size() - i;
    if (fromEnd > drop.size() || !drop[drop.size() - fromEnd])
      kept.push_back(dims[i]);
  }
  return kept;
}

static Value dropFrom(PatternRewriter &rewriter, Value value,
                      const SmallBitVector &drop) {
  Dims kept = withoutDims(dimsOf(value), drop);
  if (int64_t(kept.size()) == rankOf(value))
    return value;
  return ReshapeOp::create(rewriter, value.getLoc(),
                           getTensorType(kept, elementOf(value)), value,
                           Value(), false);
}

/// Entries of an array that has one for each dimension.
static SmallVector<int64_t> withoutEntries(ArrayRef<int64_t> entries,
                                           const SmallBitVector &drop) {
  SmallVector<int64_t> kept;
  for (auto [i, e] : llvm::enumerate(entries))
    if (!drop[i])
      kept.push_back(e);
  return kept;
}

/// Where dimension `axis` lands.
static int64_t shifted(int64_t axis, const SmallBitVector &drop) {
  int64_t before = 0;
  for (int64_t i = 0; i < axis; ++i)
    before += drop[i];
  return axis - before;
}

namespace {
/// What an op does with the dimensions that go.
struct Sink {
  SmallBitVector operands; // dropped, aligned at the end of each operand
  SmallBitVector result;   // dropped dimensions of the result
  llvm::unique_function<void(Operation *)> adjust = [](Operation *) {};
  /// Operands that are no part of this (gather's table), else all are.
  std::optional<unsigned> only = std::nullopt;
};
} // namespace

template <typename Op>
static std::optional<Sink> sinkAlongAxis(Op op, SmallBitVector drop) {
  int64_t axis = op.getAxis();
  drop[axis] = false;
  return Sink{drop, drop, [axis, drop](Operation *inner) {
                cast<Op>(inner).setAxis(shifted(axis, drop));
              }};
}

/// For norms: dimensions before the axis, which moves.
template <typename Op> static std::optional<Sink> sinkNorm(Op op) {
  SmallBitVector drop = getUnits(op.getX());
  int64_t axis = op.getAxis();
  drop.reset(axis, drop.size());
  for (Value operand : op->getOperands())
    keepNonUnits(drop, operand);
  return Sink{drop, drop, [axis, drop](Operation *inner) {
                cast<Op>(inner).setAxis(shifted(axis, drop));
              }};
}

static std::optional<Sink> getSink(Operation *op) {
  if (isa<ElementwiseOpInterface>(op)) {
    SmallBitVector drop(rankOf(op->getResult(0)), true);
    for (Value operand : op->getOperands())
      keepNonUnits(drop, operand);
    return Sink{drop, drop};
  }
  return llvm::TypeSwitch<Operation *, std::optional<Sink>>(op)
      .Case<MatMulOp>([](MatMulOp m) {
        SmallBitVector drop(rankOf(m.getY()), true);
        drop.reset(drop.size() - 2, drop.size());
        keepNonUnits(drop, m.getA());
        keepNonUnits(drop, m.getB());
        return Sink{drop, drop};
      })
      .Case<LayerNormOp, RMSNormOp>([](auto n) { return sinkNorm(n); })
      .Case<SoftmaxOp, CumSumOp>(
          [](auto s) { return sinkAlongAxis(s, getUnits(s.getX())); })
      .Case<ConcatOp>([](ConcatOp c) -> std::optional<Sink> {
        // A past joined with new keys keeps the input's own shape: passes that
        // look for caches find it so, perhaps behind a cast.
        for (Value x : c.getXs()) {
          if (auto cast = x.getDefiningOp<CastOp>())
            x = cast.getX();
          if (isa<BlockArgument>(x))
            return std::nullopt;
        }
        SmallBitVector drop = getUnits(c.getY());
        for (Value x : c.getXs())
          keepNonUnits(drop, x);
        return sinkAlongAxis(c, drop);
      })
      .Case<ReduceOp>([](ReduceOp r) {
        SmallBitVector drop = getUnits(r.getX()), result;
        SmallVector<int64_t> axes;
        for (int64_t axis : r.getAxes()) {
          drop[axis] = false;
          axes.push_back(axis);
        }
        for (int64_t i = 0; i < int64_t(drop.size()); ++i)
          if (r.getKeepdims() || !llvm::is_contained(axes, i))
            result.push_back(drop[i]);
        for (int64_t &axis : axes)
          axis = shifted(axis, drop);
        return Sink{drop, result, [axes](Operation *inner) {
                      cast<ReduceOp>(inner).setAxes(axes);
                    }};
      })
      .Case<SliceOp>([](SliceOp s) -> std::optional<Sink> {
        if (!s.getOffsets())
          return std::nullopt;
        SmallBitVector drop = getUnits(s.getX()) & getUnits(s.getY());
        Dims offsets;
        for (unsigned i = 0; i < drop.size(); ++i) {
          drop[i] = drop[i] && s.getOffsets()->getDim(i).isConstant(0);
          if (!drop[i])
            offsets.push_back(s.getOffsets()->getDim(i));
        }
        auto strides = withoutEntries(*s.getStrides(), drop);
        return Sink{drop, drop, [offsets, strides](Operation *inner) {
                      auto slice = cast<SliceOp>(inner);
                      slice.setOffsetsAttr(
                          DimsAttr::get(slice.getContext(), offsets));
                      slice.setStrides(strides);
                    }};
      })
      .Case<BroadcastToOp>([](BroadcastToOp b) -> std::optional<Sink> {
        if (b.getShape())
          return std::nullopt;
        SmallBitVector drop = getUnits(b.getY());
        return Sink{drop, drop};
      })
      .Case<GatherOp>([](GatherOp g) {
        SmallBitVector drop = getUnits(g.getIndices());
        SmallBitVector result(rankOf(g.getY()));
        for (unsigned i = 0; i < drop.size(); ++i)
          result[g.getAxis() + i] = drop[i];
        Sink sink{drop, result};
        sink.only = 1;
        return sink;
      })
      .Default([](Operation *) { return std::nullopt; });
}

namespace {
struct SinkUnits : RewritePattern {
  SinkUnits(MLIRContext *ctx) : RewritePattern(MatchAnyOpTypeTag(), 1, ctx) {}
  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    if (op->getNumResults() != 1 ||
        !llvm::any_of(op->getOperands(), [](Value v) {
          return isa<RankedTensorType>(v.getType()) && addsUnits(v);
        }))
      return failure();
    auto sink = getSink(op);
    if (!sink || sink->operands.none())
      return failure();
    auto takesPart = [&](OpOperand &operand) {
      return !sink->only || *sink->only == operand.getOperandNumber();
    };
    // It must shorten at least one of the reshapes.
    if (llvm::none_of(op->getOpOperands(), [&](OpOperand &operand) {
          Value v = operand.get();
          return takesPart(operand) && addsUnits(v) &&
                 int64_t(withoutDims(dimsOf(v), sink->operands).size()) <
                     rankOf(v);
        }))
      return failure();
    SmallVector<Value> operands;
    for (OpOperand &operand : op->getOpOperands())
      operands.push_back(takesPart(operand)
                             ? dropFrom(rewriter, operand.get(), sink->operands)
                             : operand.get());
    Value y = op->getResult(0);
    Operation *inner =
        clone(rewriter, op,
              getTensorType(withoutDims(dimsOf(y), sink->result), elementOf(y)),
              operands);
    sink->adjust(inner);
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, y.getType(), inner->getResult(0),
                                           Value(), false);
    return success();
  }
};
} // namespace

void sinter::populateSinkUnitDims(RewritePatternSet &patterns) {
  patterns.add<SinkUnits>(patterns.getContext());
}
