//===- ShapeOps.cpp - types, verifiers and folds of shape ops -------------===//
#include "dialects/Sinter/IR/InferHelpers.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/PatternMatch.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace sinter;

//===----------------------------------------------------------------------===//
// Reshape, broadcast_to
//===----------------------------------------------------------------------===//

static LogicalResult sameElement(Operation *op, Value x, Value y) {
  if (elementOf(x) == elementOf(y))
    return success();
  return op->emitOpError("C2: element types differ: ")
         << x.getType() << " and " << y.getType();
}

LogicalResult ReshapeOp::verify() {
  if (failed(sameElement(*this, getX(), getY())))
    return failure();
  if (getShape()) {
    if (rankOf(getShape()) != 1)
      return emitOpError("C1: shape must have rank 1");
    return success();
  }
  if (!mayBeEqual(product(dimsOf(getX())), product(dimsOf(getY()))))
    return emitOpError("C1: element counts differ: ")
           << getX().getType() << " and " << getType();
  return success();
}

OpFoldResult ReshapeOp::fold(FoldAdaptor adaptor) {
  if (getShape())
    return {};
  if (getX().getType() == getType())
    return getX();
  if (auto value = dyn_cast_if_present<DenseElementsAttr>(adaptor.getX()))
    if (getType().hasStaticShape())
      return value.reshape(getType());
  return {};
}

namespace {
// reshape(reshape(x)) -> reshape(x)
struct ReshapeOfReshape : OpRewritePattern<ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ReshapeOp op,
                                PatternRewriter &rewriter) const override {
    auto inner = op.getX().getDefiningOp<ReshapeOp>();
    if (op.getShape() || !inner || inner.getShape())
      return failure();
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), inner.getX(),
                                           Value(), false);
    return success();
  }
};
} // namespace

void ReshapeOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                            MLIRContext *ctx) {
  patterns.add<ReshapeOfReshape>(ctx);
}

bool ReshapeOp::isResolved() { return !getShape(); }

LogicalResult BroadcastToOp::verify() {
  if (failed(sameElement(*this, getX(), getY())))
    return failure();
  if (getShape())
    return success();
  auto joined = broadcastDims(dimsOf(getX()), dimsOf(getY()));
  if (rankOf(getX()) > rankOf(getY()) || !joined)
    return emitOpError("C1: ")
           << getX().getType() << " does not broadcast to " << getType();
  for (auto [a, b] : llvm::zip_equal(*joined, dimsOf(getY())))
    if (!mayBeEqual(a, b))
      return emitOpError("C1: ")
             << getX().getType() << " does not broadcast to " << getType();
  return success();
}

LogicalResult CompressOp::verify() {
  Dims in = dimsOf(getX()), mask = dimsOf(getMask()), out = dimsOf(getY());
  int64_t axis = getAxis();
  if (axis < 0 || axis >= int64_t(in.size()) || mask.size() != 1 ||
      !mayBeEqual(mask[0], in[axis]))
    return emitOpError("C1: axis ")
           << axis << " of " << getX().getType() << " with a mask of "
           << getMask().getType();
  bool fits = elementOf(getX()) == elementOf(getY()) &&
              in.size() == out.size() && !out[axis].getConstant();
  for (auto [i, size] : llvm::enumerate(in))
    fits = fits && (int64_t(i) == axis || mayBeEqual(size, out[i]));
  if (!fits)
    return emitOpError("C2: ") << getX().getType() << " along axis " << axis
                               << " does not give " << getType();
  return success();
}

OpFoldResult BroadcastToOp::fold(FoldAdaptor) {
  if (!getShape() && getX().getType() == getType())
    return getX();
  return {};
}

bool BroadcastToOp::isResolved() { return !getShape(); }

//===----------------------------------------------------------------------===//
// Transpose
//===----------------------------------------------------------------------===//

LogicalResult TransposeOp::inferReturnTypes(MLIRContext *,
                                            std::optional<Location> loc,
                                            Adaptor adaptor,
                                            SmallVectorImpl<Type> &results) {
  Dims in = dimsOf(adaptor.getX()), out;
  SmallVector<bool> seen(in.size(), false);
  for (int64_t p : adaptor.getPerm()) {
    if (p < 0 || p >= int64_t(in.size()) || seen[p])
      return inferError(loc, "C1: perm is no permutation of 0 .. ",
                        int64_t(in.size()) - 1);
    seen[p] = true;
    out.push_back(in[p]);
  }
  if (out.size() != in.size())
    return inferError(loc, "C1: perm has ", out.size(), " entries, x has rank ",
                      in.size());
  results.push_back(getTensorType(out, elementOf(adaptor.getX())));
  return success();
}

OpFoldResult TransposeOp::fold(FoldAdaptor) {
  if (llvm::equal(getPerm(), llvm::seq<int64_t>(0, getPerm().size())))
    return getX();
  return {};
}

namespace {
// transpose(transpose(x)) -> transpose(x)
struct TransposeOfTranspose : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(TransposeOp op,
                                PatternRewriter &rewriter) const override {
    auto inner = op.getX().getDefiningOp<TransposeOp>();
    if (!inner)
      return failure();
    SmallVector<int64_t> perm;
    for (int64_t p : op.getPerm())
      perm.push_back(inner.getPerm()[p]);
    rewriter.replaceOpWithNewOp<TransposeOp>(op, inner.getX(), perm);
    return success();
  }
};
} // namespace

void TransposeOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                              MLIRContext *ctx) {
  patterns.add<TransposeOfTranspose>(ctx);
}

//===----------------------------------------------------------------------===//
// Concat, slice
//===----------------------------------------------------------------------===//

LogicalResult ConcatOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &results) {
  if (adaptor.getXs().empty())
    return inferError(loc, "C1: nothing to join");
  Value first = adaptor.getXs().front();
  Dims dims = dimsOf(first);
  int64_t axis = adaptor.getAxis();
  if (axis < 0 || axis >= int64_t(dims.size()))
    return inferError(loc, "C2: axis ", axis, " is not in 0 .. ",
                      int64_t(dims.size()) - 1);
  for (Value x : adaptor.getXs().drop_front()) {
    Dims other = dimsOf(x);
    if (other.size() != dims.size() || elementOf(x) != elementOf(first))
      return inferError(loc,
                        "C1: rank or element type differs: ", first.getType(),
                        " and ", x.getType());
    for (size_t i = 0; i < dims.size(); ++i) {
      if (int64_t(i) == axis) {
        dims[i] = dims[i] + other[i];
        continue;
      }
      if (!mayBeEqual(dims[i], other[i]))
        return inferError(loc, "C3: sizes differ in dimension ", i, ": ",
                          first.getType(), " and ", x.getType());
      // Keep what says most: a number, else the first symbol.
      if (dims[i].isUnknown() || other[i].getConstant())
        dims[i] = other[i];
    }
  }
  results.push_back(getTensorType(dims, elementOf(first)));
  return success();
}

OpFoldResult ConcatOp::fold(FoldAdaptor) {
  if (getXs().size() == 1)
    return getXs().front();
  return {};
}

LogicalResult SliceOp::verify() {
  bool hasOperands = getStarts() || getEnds() || getAxes() || getSteps();
  if (bool(getOffsets()) == hasOperands ||
      bool(getOffsets()) != bool(getStrides()))
    return emitOpError("C1: either offsets and strides or operands");
  if (hasOperands && !(getStarts() && getEnds()))
    return emitOpError("C1: starts and ends come together");
  if (elementOf(getX()) != elementOf(getY()) ||
      rankOf(getX()) != rankOf(getY()))
    return emitOpError("C2: rank and element type of the result must be x's");
  if (hasOperands)
    return success();
  int64_t rank = rankOf(getX());
  if (int64_t(getOffsets()->getExprs().size()) != rank ||
      int64_t(getStrides()->size()) != rank)
    return emitOpError("C2: offsets and strides need one entry a dimension");
  Dims in = dimsOf(getX()), out = dimsOf(getY());
  for (int64_t i = 0; i < rank; ++i) {
    int64_t stride = (*getStrides())[i];
    if (stride == 0)
      return emitOpError("C2: stride of dimension ") << i << " is 0";
    auto offset = getOffsets()->getDim(i).getConstant();
    auto size = in[i].getConstant(), count = out[i].getConstant();
    if (!offset || !size || !count || *count == 0)
      continue;
    int64_t last;
    if (llvm::MulOverflow(*count - 1, stride, last) ||
        llvm::AddOverflow(*offset, last, last) || *offset < 0 ||
        *offset >= *size || last < 0 || last >= *size)
      return emitOpError("C3: dimension ")
             << i << " takes elements outside 0 .. " << *size - 1;
  }
  return success();
}

OpFoldResult SliceOp::fold(FoldAdaptor) {
  if (!getOffsets() || getX().getType() != getType())
    return {};
  for (int64_t i = 0; i < rankOf(getX()); ++i)
    if (!getOffsets()->getDim(i).isConstant(0) || (*getStrides())[i] != 1)
      return {};
  return getX();
}

bool SliceOp::isResolved() { return bool(getOffsets()); }

//===----------------------------------------------------------------------===//
// Gather, gather_nd, shape_of, range, trilu
//===----------------------------------------------------------------------===//

LogicalResult GatherOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &results) {
  Dims in = dimsOf(adaptor.getX());
  int64_t axis = adaptor.getAxis();
  if (axis < 0 || axis >= int64_t(in.size()))
    return inferError(loc, "C1: axis ", axis, " is not in 0 .. ",
                      int64_t(in.size()) - 1);
  Dims out(in.begin(), in.begin() + axis);
  llvm::append_range(out, dimsOf(adaptor.getIndices()));
  out.append(in.begin() + axis + 1, in.end());
  results.push_back(getTensorType(out, elementOf(adaptor.getX())));
  return success();
}

LogicalResult GatherNDOp::inferReturnTypes(MLIRContext *,
                                           std::optional<Location> loc,
                                           Adaptor adaptor,
                                           SmallVectorImpl<Type> &results) {
  Dims in = dimsOf(adaptor.getX()), at = dimsOf(adaptor.getIndices());
  // While parsing, a default is not in the properties yet.
  IntegerAttr batchDims = adaptor.getProperties().batch_dims;
  int64_t batch = batchDims ? batchDims.getInt() : 0;
  if (batch < 0 || batch >= int64_t(std::min(in.size(), at.size())))
    return inferError(loc, "C2: batch_dims ", batch, " is out of range");
  for (int64_t i = 0; i < batch; ++i)
    if (!mayBeEqual(in[i], at[i]))
      return inferError(loc, "C2: batch sizes differ in dimension ", i);
  auto depth = at.back().getConstant();
  if (!depth || *depth < 1 || *depth > int64_t(in.size()) - batch)
    return inferError(loc, "C1: the last size of indices must be static and in "
                           "1 .. rank - batch_dims");
  Dims out(at.begin(), at.end() - 1);
  out.append(in.begin() + batch + *depth, in.end());
  results.push_back(getTensorType(out, elementOf(adaptor.getX())));
  return success();
}

LogicalResult ScatterNDOp::inferReturnTypes(MLIRContext *,
                                            std::optional<Location> loc,
                                            Adaptor adaptor,
                                            SmallVectorImpl<Type> &results) {
  Dims in = dimsOf(adaptor.getX()), at = dimsOf(adaptor.getIndices());
  Dims updates = dimsOf(adaptor.getUpdates());
  auto depth = at.empty() ? std::nullopt : at.back().getConstant();
  if (!depth || *depth < 1 || *depth > int64_t(in.size()))
    return inferError(loc, "C1: the last size of indices must be static and in "
                           "1 .. rank");
  Type element = elementOf(adaptor.getX());
  Dims want(at.begin(), at.end() - 1);
  want.append(in.begin() + *depth, in.end());
  bool fits = updates.size() == want.size() &&
              elementOf(adaptor.getUpdates()) == element;
  for (size_t i = 0; fits && i < want.size(); ++i)
    fits = mayBeEqual(updates[i], want[i]);
  if (!fits)
    return inferError(
        loc, "C2: updates do not fit: ", adaptor.getUpdates().getType());
  if (element.isInteger(1) && adaptor.getKind() != Scatter::write)
    return inferError(loc, "C3: bool elements cannot be folded");
  results.push_back(adaptor.getX().getType());
  return success();
}

LogicalResult ShapeOfOp::inferReturnTypes(MLIRContext *ctx,
                                          std::optional<Location> loc,
                                          Adaptor adaptor,
                                          SmallVectorImpl<Type> &results) {
  int64_t start = adaptor.getStart(), end = adaptor.getEnd();
  if (start < 0 || start > end || end > rankOf(adaptor.getX()))
    return inferError(loc, "C1: ", start, " to ", end,
                      " is outside the rank of ", adaptor.getX().getType());
  results.push_back(
      RankedTensorType::get({end - start}, IntegerType::get(ctx, 64)));
  return success();
}

LogicalResult SymbolicOp::verify() {
  auto type = tensorOf(getY());
  if (type.getRank() > 1 || !type.hasStaticShape() ||
      type.getNumElements() != int64_t(getExprs().getExprs().size()))
    return emitOpError("C1: ")
           << getExprs().getExprs().size() << " expressions for " << type;
  return success();
}

LogicalResult RangeOp::verify() {
  for (Value operand : getOperands())
    if (rankOf(operand) != 0 || elementOf(operand) != elementOf(getY()))
      return emitOpError("C1: operands must have rank 0 and the result's "
                         "element type");
  if (rankOf(getY()) != 1)
    return emitOpError("C1: the result has rank 1");
  return success();
}

bool RangeOp::isResolved() { return !dimsOf(getY())[0].isUnknown(); }

LogicalResult TriluOp::inferReturnTypes(MLIRContext *,
                                        std::optional<Location> loc,
                                        Adaptor adaptor,
                                        SmallVectorImpl<Type> &results) {
  if (rankOf(adaptor.getX()) < 2)
    return inferError(loc, "C1: rank must be at least 2");
  results.push_back(adaptor.getX().getType());
  return success();
}
