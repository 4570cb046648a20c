//===- QuantOps.cpp - types of numbers in few bits ------------------------===//
#include "dialects/Sinter/IR/InferHelpers.h"

using namespace mlir;
using namespace sinter;

LogicalResult UnpackBitsOp::inferReturnTypes(MLIRContext *,
                                             std::optional<Location> loc,
                                             Adaptor adaptor,
                                             SmallVectorImpl<Type> &results) {
  Dims dims = dimsOf(adaptor.getX());
  int64_t bits = adaptor.getBits();
  if (dims.empty() || (bits != 1 && bits != 2 && bits != 4))
    return inferError(loc, "C1: ", bits, " bits of a tensor of rank ",
                      dims.size());
  dims.back() = dims.back() * DimExpr(8 / bits);
  results.push_back(getTensorType(dims, elementOf(adaptor.getX())));
  return success();
}

LogicalResult DequantizeOp::inferReturnTypes(MLIRContext *,
                                             std::optional<Location> loc,
                                             Adaptor adaptor,
                                             SmallVectorImpl<Type> &results) {
  Dims dims = dimsOf(adaptor.getX());
  int64_t axis = adaptor.getAxis(), block = adaptor.getBlock();
  if (axis < 0 || axis >= int64_t(dims.size()) || block <= 0)
    return inferError(loc, "C1: axis ", axis, " and block ", block,
                      " do not fit rank ", dims.size());
  Type element = elementOf(adaptor.getScale());
  results.push_back(getTensorType(dims, element));
  dims[axis] =
      DimExpr::floorDiv(dims[axis] + DimExpr(block - 1), DimExpr(block));
  for (Value part : {adaptor.getScale(), adaptor.getZero()}) {
    if (!part)
      continue;
    Dims got = dimsOf(part);
    bool fits = got.size() == dims.size();
    for (size_t i = 0; fits && i < dims.size(); ++i)
      fits = mayBeEqual(got[i], dims[i]);
    Type type = elementOf(part);
    if (!fits || (type != element && type != elementOf(adaptor.getX())))
      return inferError(loc, "C2: ", part.getType(), " does not fit ",
                        adaptor.getX().getType(), " in blocks of ", block,
                        " along ", axis);
  }
  return success();
}
