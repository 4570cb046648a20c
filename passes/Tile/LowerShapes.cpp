//===- LowerShapes.cpp - reshape, broadcast, transpose, concat, slice -----===//
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "passes/Tile/Lowering.h"

using namespace mlir;
using namespace sinter;

//===----------------------------------------------------------------------===//
// Reshape
//===----------------------------------------------------------------------===//

// Dimensions of both shapes in groups of equal product, so that a view needs no
// more contiguity than it must. False: no way but one group of all.
static bool groupDims(ArrayRef<DimExpr> from, ArrayRef<DimExpr> to,
                      SmallVectorImpl<ReassociationIndices> &source,
                      SmallVectorImpl<ReassociationIndices> &target) {
  size_t i = 0, j = 0;
  while (i < from.size() && j < to.size()) {
    ReassociationIndices a{int64_t(i)}, c{int64_t(j)};
    DimExpr left = from[i++], right = to[j++];
    while (left != right) {
      if (j < to.size() && left.exactDiv(right)) {
        c.push_back(j);
        right = right * to[j++];
      } else if (i < from.size() && right.exactDiv(left)) {
        a.push_back(i);
        left = left * from[i++];
      } else {
        return false;
      }
    }
    source.push_back(a);
    target.push_back(c);
  }
  // What is left can only be ones.
  for (; i < from.size(); ++i) {
    if (!from[i].isConstant(1) || source.empty())
      return false;
    source.back().push_back(i);
  }
  for (; j < to.size(); ++j) {
    if (!to[j].isConstant(1) || target.empty())
      return false;
    target.back().push_back(j);
  }
  return true;
}

static RankedTensorType collapsedType(RankedTensorType type,
                                      ArrayRef<ReassociationIndices> groups) {
  SmallVector<int64_t> shape;
  for (const auto &group : groups) {
    int64_t size = 1;
    for (int64_t i : group)
      size = type.isDynamicDim(i) || ShapedType::isDynamic(size)
                 ? ShapedType::kDynamic
                 : size * type.getDimSize(i);
    shape.push_back(size);
  }
  return RankedTensorType::get(shape, type.getElementType());
}

Value Lowering::reshape(Location loc, Value x, ArrayRef<DimExpr> from,
                        ArrayRef<DimExpr> to) {
  RankedTensorType target = type(to, elementOf(x));
  // Sizes that only look different (or are wrong at run time).
  requireEqual(product(from), product(to), loc);
  SmallVector<ReassociationIndices> collapse, expand;
  if (!from.empty() && !to.empty() && !groupDims(from, to, collapse, expand)) {
    collapse.assign(1, llvm::to_vector<2>(llvm::seq<int64_t>(0, from.size())));
    expand.assign(1, llvm::to_vector<2>(llvm::seq<int64_t>(0, to.size())));
  }
  auto middle = collapsedType(tensorOf(x), collapse);
  if (collapse.size() != from.size())
    x = tensor::CollapseShapeOp::create(b, loc, middle, x, collapse);
  auto wanted = collapsedType(target, expand);
  if (wanted != x.getType())
    x = tensor::CastOp::create(b, loc, wanted, x);
  if (expand.size() != to.size())
    x = tensor::ExpandShapeOp::create(b, loc, target, x, expand, sizes(to));
  return x;
}

LogicalResult sinter::lowerReshape(Lowering &l, ReshapeOp op) {
  Dims from = dimsOf(op.getX()), to = dimsOf(op.getY());
  for (const DimExpr &d : to)
    if (!llvm::is_contained(from, d))
      l.requireSize(d, op.getLoc());
  l.set(op.getY(), l.reshape(op.getLoc(), l.get(op.getX()), from, to));
  return success();
}

//===----------------------------------------------------------------------===//
// Broadcast, transpose
//===----------------------------------------------------------------------===//

static Value first(ScalarEmitter &, ValueRange args) { return args[0]; }

Value Lowering::broadcast(Location loc, Value x, ArrayRef<DimExpr> from,
                          ArrayRef<DimExpr> to) {
  return parallel(loc, to, elementOf(x), {aligned(x, from, to, loc)}, first);
}

LogicalResult sinter::lowerBroadcastTo(Lowering &l, BroadcastToOp op) {
  l.set(op.getY(), l.broadcast(op.getLoc(), l.get(op.getX()), dimsOf(op.getX()),
                               dimsOf(op.getY())));
  return success();
}

Value Lowering::transpose(Location loc, Value x, ArrayRef<DimExpr> from,
                          ArrayRef<int64_t> perm) {
  Dims to;
  SmallVector<int64_t> loops(perm.size());
  for (auto [i, p] : llvm::enumerate(perm)) {
    to.push_back(from[p]);
    loops[p] = i;
  }
  return parallel(loc, to, elementOf(x), {walked(x, loops)}, first);
}

Value Lowering::getTransposed(Location loc, Value old, ArrayRef<int64_t> perm) {
  if (auto made = old.getDefiningOp<TransposeOp>();
      made && invertPermutationVector(made.getPerm()) == perm)
    return get(made.getX());
  if (auto it = otherOrders.find(old);
      it != otherOrders.end() && ArrayRef(it->second.perm) == perm)
    return it->second.value;
  return transpose(loc, get(old), dimsOf(old), perm);
}

void Lowering::setTransposed(Value old, Value value, ArrayRef<int64_t> perm) {
  otherOrders[old] = {value, SmallVector<int64_t>(perm)};
  Dims all = dimsOf(old);
  auto dims = applyPermutation(ArrayRef<DimExpr>(all), perm);
  // Dead where every use takes the other order.
  set(old, transpose(old.getLoc(), value, dims, invertPermutationVector(perm)));
}

LogicalResult sinter::lowerTranspose(Lowering &l, TransposeOp op) {
  l.set(op.getY(), l.getTransposed(op.getLoc(), op.getX(), op.getPerm()));
  return success();
}

//===----------------------------------------------------------------------===//
// Concat, slice
//===----------------------------------------------------------------------===//

LogicalResult sinter::lowerConcat(Lowering &l, ConcatOp op) {
  Location loc = op.getLoc();
  Dims dims = dimsOf(op.getY());
  int64_t axis = op.getAxis();
  Value y = l.empty(dims, elementOf(op.getY()));
  Sizes offsets(dims.size(), l.b.getIndexAttr(0)),
      strides(dims.size(), l.b.getIndexAttr(1));
  DimExpr offset = 0;
  for (Value x : op.getXs()) {
    Dims part = dimsOf(x);
    for (size_t i = 0; i < dims.size(); ++i)
      if (int64_t(i) != axis)
        l.requireEqual(part[i], dims[i], loc);
    auto at = l.number(offset);
    if (failed(at))
      return op.emitOpError("the size along the axis is not known");
    offsets[axis] = *at;
    y = tensor::InsertSliceOp::create(l.b, loc, l.get(x), y, offsets,
                                      l.sizes(part), strides);
    offset = offset + part[axis];
  }
  l.set(op.getY(), y);
  return success();
}

// Fails the call when a dimension of the slice leaves x, unless that is known.
static LogicalResult requireInside(Lowering &l, SliceOp op, int64_t i) {
  DimExpr size = dimsOf(op.getX())[i], count = dimsOf(op.getY())[i];
  DimExpr first = op.getOffsets()->getDim(i);
  DimExpr last = first + (count - 1) * DimExpr((*op.getStrides())[i]);
  bool up = (*op.getStrides())[i] > 0;
  DimExpr low = up ? first : last, high = up ? last : first;
  if (count.isConstant(0) ||
      (low.isNonNegative() && (size - 1 - high).isNonNegative()))
    return success();
  auto lowest = l.number(low), highest = l.number(high);
  if (failed(lowest) || failed(highest))
    return op.emitOpError("the offset of dimension ")
           << i << ", '" << first.str()
           << "', is not known from the inputs' "
              "shapes";
  using P = arith::CmpIPredicate;
  OpBuilder &b = l.entry;
  Location loc = op.getLoc();
  Value zero = l.index(0);
  Value count0 =
      arith::CmpIOp::create(b, loc, P::sle, l.toIndex(*l.number(count)), zero);
  Value above = arith::CmpIOp::create(b, loc, P::sge, l.toIndex(*lowest), zero);
  Value below = arith::CmpIOp::create(b, loc, P::slt, l.toIndex(*highest),
                                      l.toIndex(*l.number(size)));
  Value inside = arith::AndIOp::create(b, loc, above, below);
  l.require(arith::OrIOp::create(b, loc, count0, inside), loc,
            "the slice takes elements outside dimension " + Twine(i));
  return success();
}

LogicalResult sinter::lowerSlice(Lowering &l, SliceOp op) {
  Location loc = op.getLoc();
  Dims dims = dimsOf(op.getY());
  Sizes offsets, strides;
  bool backwards = false;
  for (int64_t i = 0; i < int64_t(dims.size()); ++i) {
    if (failed(requireInside(l, op, i)))
      return failure();
    auto offset = l.number(op.getOffsets()->getDim(i));
    if (failed(offset))
      return op.emitOpError("the offset of dimension ")
             << i << " is not known from the inputs' shapes";
    offsets.push_back(*offset);
    int64_t stride = (*op.getStrides())[i];
    strides.push_back(l.b.getIndexAttr(stride));
    backwards |= stride < 0;
  }
  Value x = l.get(op.getX());
  RankedTensorType type = l.type(dims, elementOf(x));
  if (!backwards) {
    // An empty slice may start anywhere; a view must not.
    if (llvm::any_of(dims, [](const DimExpr &d) { return d.isConstant(0); })) {
      l.set(op.getY(), l.empty(dims, elementOf(x)));
      return success();
    }
    l.set(op.getY(), tensor::ExtractSliceOp::create(l.b, loc, type, x, offsets,
                                                    l.sizes(dims), strides));
    return success();
  }
  SmallVector<Value> starts;
  for (OpFoldResult offset : offsets)
    starts.push_back(l.toIndex(offset));
  Value y = l.parallel(
      loc, dims, elementOf(x), {}, [&](ScalarEmitter &e, ValueRange) -> Value {
        SmallVector<Value> at;
        for (int64_t i = 0; i < int64_t(dims.size()); ++i) {
          Value step = e.make<arith::ConstantIndexOp>((*op.getStrides())[i]);
          Value position = e.make<linalg::IndexOp>(i);
          at.push_back(e.add(starts[i], e.mul(position, step)));
        }
        return e.make<tensor::ExtractOp>(x, at);
      });
  l.set(op.getY(), y);
  return success();
}
