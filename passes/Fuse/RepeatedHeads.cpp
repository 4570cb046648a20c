//===- RepeatedHeads.cpp - kv heads before an exporter repeated them ------===//
//
// repeat_kv in the forms that exporters give it: expand a new dimension of
// size 1 and flatten, the same by joining copies, a gather with indices
// 0 0 1 1 .., and expand of a single head.
//
//===----------------------------------------------------------------------===//
#include "passes/Fuse/RepeatedHeads.h"
#include "dialects/Sinter/IR/ShapeValues.h"
#include "passes/Fuse/Match.h"

using namespace mlir;
using namespace sinter;

/// What `value` repeats along `axis`, where its size is 1; else null.
static Value getRepeated(Value value, int64_t axis) {
  if (auto repeat = value.getDefiningOp<BroadcastToOp>()) {
    Value x = repeat.getX();
    Dims dims = dimsOf(value), in = dimsOf(x);
    if (repeat.getShape() || in.size() != dims.size() ||
        !in[axis].isConstant(1))
      return {};
    dims[axis] = 1;
    return dims == in ? x : Value();
  }
  auto join = value.getDefiningOp<ConcatOp>();
  if (join && int64_t(join.getAxis()) == axis &&
      dimsOf(join.getXs()[0])[axis].isConstant(1) &&
      llvm::all_equal(join.getXs()))
    return join.getXs()[0];
  return {};
}

Value sinter::getUnrepeatedHeads(OpBuilder &builder, Location loc,
                                 Value value) {
  Dims dims = dimsOf(value);
  auto heads = dims[1].getConstant();
  if (dims.size() != 4 || !heads)
    return {};
  if (auto view = value.getDefiningOp<ReshapeOp>()) {
    // [batch, kv heads, groups, T, D] -> [batch, heads, T, D]; a batch of 1 may
    // be missing.
    Dims in = dimsOf(view.getX());
    int64_t groups = in.size() == 4 && dims[0].isConstant(1) ? 1 : 2;
    if (groups == 1)
      in.insert(in.begin(), DimExpr(1));
    if (view.getShape() || in.size() != 5 || in[0] != dims[0] ||
        in[3] != dims[2] || in[4] != dims[3] || in[1] * in[2] != dims[1])
      return {};
    Value one = getRepeated(view.getX(), groups);
    return one ? reshapeTo(builder, loc, one, {in[0], in[1], in[3], in[4]})
               : Value();
  }
  if (auto gather = value.getDefiningOp<GatherOp>()) {
    auto indices = ShapeValues().getConstants(gather.getIndices());
    auto stored = gather.getAxis() == 1 ? dimsOf(gather.getX())[1].getConstant()
                                        : std::nullopt;
    if (!indices || !stored || *stored <= 0 || *heads % *stored)
      return {};
    for (int64_t i = 0; i < *heads; ++i)
      if ((*indices)[i] != i / (*heads / *stored))
        return {};
    return gather.getX();
  }
  return getRepeated(value, 1);
}
