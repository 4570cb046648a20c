//===- ReductionOps.cpp - types of reductions and matmul ------------------===//
#include "dialects/Sinter/IR/InferHelpers.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace sinter;

LogicalResult ReduceOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &results) {
  Dims in = dimsOf(adaptor.getX()), out;
  int64_t previous = -1;
  for (int64_t axis : adaptor.getAxes()) {
    if (axis <= previous || axis >= int64_t(in.size()))
      return inferError(loc,
                        "C1: axes must be distinct, ascending and in 0 .. ",
                        int64_t(in.size()) - 1);
    previous = axis;
  }
  for (int64_t i = 0; i < int64_t(in.size()); ++i) {
    if (!llvm::is_contained(adaptor.getAxes(), i))
      out.push_back(in[i]);
    else if (adaptor.getKeepdims())
      out.push_back(1);
  }
  results.push_back(getTensorType(out, elementOf(adaptor.getX())));
  return success();
}

template <typename Adaptor>
static LogicalResult inferAlongAxis(std::optional<Location> loc,
                                    Adaptor adaptor,
                                    SmallVectorImpl<Type> &results) {
  int64_t axis = adaptor.getAxis(), rank = rankOf(adaptor.getX());
  if (axis < 0 || axis >= rank)
    return inferError(loc, "C1: axis ", axis, " is not in 0 .. ", rank - 1);
  results.push_back(adaptor.getX().getType());
  return success();
}

LogicalResult SoftmaxOp::inferReturnTypes(MLIRContext *,
                                          std::optional<Location> loc,
                                          Adaptor adaptor,
                                          SmallVectorImpl<Type> &results) {
  return inferAlongAxis(loc, adaptor, results);
}

LogicalResult CumSumOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &results) {
  return inferAlongAxis(loc, adaptor, results);
}

LogicalResult MatMulOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &results) {
  Dims a = dimsOf(adaptor.getA()), b = dimsOf(adaptor.getB());
  if (a.size() < 2 || b.size() < 2 ||
      elementOf(adaptor.getA()) != elementOf(adaptor.getB()))
    return inferError(loc, "C1: needs rank 2 or more and one element type: ",
                      adaptor.getA().getType(), " and ",
                      adaptor.getB().getType());
  if (!mayBeEqual(a.back(), b[b.size() - 2]))
    return inferError(loc, "C2: inner sizes differ: ", adaptor.getA().getType(),
                      " and ", adaptor.getB().getType());
  auto batch =
      broadcastDims(ArrayRef(a).drop_back(2), ArrayRef(b).drop_back(2));
  if (!batch)
    return inferError(
        loc, "C3: leading sizes do not broadcast: ", adaptor.getA().getType(),
        " and ", adaptor.getB().getType());
  batch->push_back(a[a.size() - 2]);
  batch->push_back(b.back());
  results.push_back(getTensorType(*batch, elementOf(adaptor.getA())));
  return success();
}
