//===- SplitMerged.cpp - keep batch and heads apart -----------------------===//
//
// reshape(matmul(reshape(a), reshape(b))) -> matmul(a, b), where the inner
// reshapes merge leading dimensions and the outer one splits them again, also
// through elementwise ops, softmax and transposes on the way: exporters that
// use bmm or baddbmm merge batch and heads, and ONNX's conversion of a softmax
// of opset 12 merges all that is before its axis. Attention is looked for in
// the shape that it has without that.
//
//===----------------------------------------------------------------------===//
#include "dialects/Sinter/IR/Folds.h"
#include "mlir/Dialect/Utils/StructuredOpsUtils.h"
#include "passes/Simplify/Simplify.h"

using namespace mlir;
using namespace sinter;

namespace {
/// What is computed on a merged leading dimension, seen with it split.
class Splitter {
public:
  Splitter(PatternRewriter &rewriter, ArrayRef<DimExpr> leading)
      : rewriter(rewriter), leading(leading), merged(product(leading)) {}

  bool canSplit(Value value);
  Value split(Value value);
  bool isWorth() const { return found > 0; }

private:
  Dims splitDims(Value value) {
    Dims dims(leading);
    llvm::append_range(dims, llvm::drop_begin(dimsOf(value)));
    return dims;
  }
  /// The reshape's operand, where the reshape merges the leading dimensions and
  /// at most adds or drops ones.
  Value getSource(Value value) {
    auto reshape = value.getDefiningOp<ReshapeOp>();
    bool merges =
        reshape && !reshape.getShape() &&
        withoutOnes(dimsOf(reshape.getX())) == withoutOnes(splitDims(value));
    return merges ? reshape.getX() : Value();
  }
  static Dims withoutOnes(Dims dims) {
    llvm::erase_if(dims, [](const DimExpr &d) { return d.isConstant(1); });
    return dims;
  }
  /// It broadcasts in either shape.
  static bool isOneElement(Value operand) {
    return llvm::all_of(dimsOf(operand),
                        [](const DimExpr &d) { return d.isConstant(1); });
  }

  PatternRewriter &rewriter;
  ArrayRef<DimExpr> leading;
  DimExpr merged;
  unsigned found = 0; // products and softmax
  unsigned visited = 0;
};

/// Between two reshapes; attention has a handful.
constexpr unsigned mostOps = 64;
} // namespace

bool Splitter::canSplit(Value value) {
  if (rankOf(value) < 2 || dimsOf(value)[0] != merged)
    return false;
  if (getSource(value))
    return true;
  Operation *op = value.getDefiningOp();
  if (!op || !value.hasOneUse() || ++visited > mostOps)
    return false;
  if (isa<MatMulOp>(op)) {
    ++found;
    return rankOf(value) == 3 && llvm::all_of(op->getOperands(), [&](Value v) {
             return rankOf(v) == 3 && canSplit(v);
           });
  }
  if (auto softmax = dyn_cast<SoftmaxOp>(op)) {
    ++found;
    return softmax.getAxis() > 0 && canSplit(softmax.getX());
  }
  if (auto transpose = dyn_cast<TransposeOp>(op))
    return transpose.getPerm()[0] == 0 && canSplit(transpose.getX());
  return isa<ElementwiseOpInterface>(op) &&
         llvm::all_of(op->getOperands(), [&](Value v) {
           return isOneElement(v) ||
                  (rankOf(v) == rankOf(value) && canSplit(v));
         });
}

Value Splitter::split(Value value) {
  auto type = getTensorType(splitDims(value), elementOf(value));
  if (Value source = getSource(value))
    return source.getType() == type
               ? source
               : ReshapeOp::create(rewriter, value.getLoc(), type, source,
                                   Value(), false);
  Operation *op = value.getDefiningOp();
  int64_t more = leading.size() - 1;
  if (auto transpose = dyn_cast<TransposeOp>(op)) {
    auto perm = llvm::to_vector(llvm::seq<int64_t>(leading.size()));
    for (int64_t p : transpose.getPerm().drop_front())
      perm.push_back(p + more);
    return TransposeOp::create(rewriter, op->getLoc(), split(transpose.getX()),
                               perm);
  }
  SmallVector<Value> operands;
  for (Value operand : op->getOperands())
    operands.push_back(isOneElement(operand) ? operand : split(operand));
  Operation *inner = clone(rewriter, op, type, operands);
  if (auto softmax = dyn_cast<SoftmaxOp>(inner))
    softmax.setAxis(softmax.getAxis() + more);
  return inner->getResult(0);
}

namespace {
struct SplitMergedProduct : OpRewritePattern<ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ReshapeOp op,
                                PatternRewriter &rewriter) const override {
    Dims from = dimsOf(op.getX()), to = dimsOf(op.getY());
    if (op.getShape() || from.size() < 2 || to.size() <= from.size())
      return failure();
    auto leading = ArrayRef(to).drop_back(from.size() - 1);
    // One dimension with ones beside it is sunk by others.
    auto isOne = [](const DimExpr &d) { return d.isConstant(1); };
    if (llvm::count_if(leading, isOne) + 2 > int64_t(leading.size()) ||
        ArrayRef(to).drop_front(leading.size()) !=
            ArrayRef(from).drop_front() ||
        op.getX().getDefiningOp<ReshapeOp>())
      return failure();
    Splitter splitter(rewriter, leading);
    if (!splitter.canSplit(op.getX()) || !splitter.isWorth())
      return failure();
    rewriter.replaceOp(op, splitter.split(op.getX()));
    return success();
  }
};
} // namespace

void sinter::populateSplitMerged(RewritePatternSet &patterns) {
  patterns.add<SplitMergedProduct>(patterns.getContext());
}
