//===- Extents.cpp - sizes of level 4 values as expressions ---------------===//
#include "passes/Tile/Extents.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "passes/Tile/Tile.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace sinter;

static DimExpr getNumber(OpFoldResult number) {
  if (auto constant = getConstantIntValue(number))
    return DimExpr(*constant);
  return sinter::getNumber(cast<Value>(number));
}

// Of an argument of the entry: a symbol.
static DimExpr getSymbol(BlockArgument argument) {
  auto function = dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp());
  if (function)
    if (auto name = function.getArgAttrOfType<StringAttr>(
            argument.getArgNumber(), symbolAttrName))
      return DimExpr::symbol(name.getValue());
  return DimExpr::unknown();
}

DimExpr sinter::getNumber(Value index) {
  if (auto constant = getConstantIntValue(index))
    return DimExpr(*constant);
  if (auto argument = dyn_cast<BlockArgument>(index))
    return getSymbol(argument);
  auto number = [](Value v) { return sinter::getNumber(v); };
  return llvm::TypeSwitch<Operation *, DimExpr>(index.getDefiningOp())
      .Case([&](arith::AddIOp o) {
        return number(o.getLhs()) + number(o.getRhs());
      })
      .Case([&](arith::SubIOp o) {
        return number(o.getLhs()) - number(o.getRhs());
      })
      .Case([&](arith::MulIOp o) {
        return number(o.getLhs()) * number(o.getRhs());
      })
      .Case<arith::MinSIOp, arith::MinUIOp>([&](auto o) {
        return DimExpr::min(number(o.getLhs()), number(o.getRhs()));
      })
      .Case<arith::MaxSIOp, arith::MaxUIOp>([&](auto o) {
        return DimExpr::max(number(o.getLhs()), number(o.getRhs()));
      })
      .Case<arith::FloorDivSIOp, arith::DivUIOp>([&](auto o) {
        return DimExpr::floorDiv(number(o.getLhs()), number(o.getRhs()));
      })
      .Case([&](tensor::DimOp o) {
        auto dim = o.getConstantIndex();
        return dim ? getExtent(o.getSource(), *dim) : DimExpr::unknown();
      })
      .Default([](Operation *) { return DimExpr::unknown(); });
}

// The memory that an entry's argument is, whose level 3 type it keeps.
static DimExpr getExtent(bufferization::ToTensorOp op, int64_t dim) {
  auto argument = dyn_cast<BlockArgument>(op.getBuffer());
  auto function =
      argument ? dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp())
               : func::FuncOp();
  auto type = function ? function.getArgAttrOfType<TypeAttr>(
                             argument.getArgNumber(), typeAttrName)
                       : TypeAttr();
  auto tensor =
      type ? dyn_cast<RankedTensorType>(type.getValue()) : RankedTensorType();
  return tensor ? getDims(tensor)[dim] : DimExpr::unknown();
}

DimExpr sinter::getExtent(Value tensor, int64_t dim) {
  auto type = cast<ShapedType>(tensor.getType());
  if (!type.isDynamicDim(dim))
    return DimExpr(type.getDimSize(dim));
  if (!isa<RankedTensorType>(type))
    return DimExpr::unknown();
  if (auto argument = dyn_cast<BlockArgument>(tensor)) {
    auto loop = dyn_cast<scf::ForOp>(argument.getOwner()->getParentOp());
    OpOperand *init = loop ? loop.getTiedLoopInit(argument) : nullptr;
    return init ? getExtent(init->get(), dim) : DimExpr::unknown();
  }
  auto result = cast<OpResult>(tensor);
  return llvm::TypeSwitch<Operation *, DimExpr>(result.getOwner())
      .Case([&](tensor::EmptyOp o) {
        return ::getNumber(o.getMixedSizes()[dim]);
      })
      .Case<tensor::CastOp>(
          [&](auto o) { return getExtent(o.getSource(), dim); })
      .Case([&](tensor::ExpandShapeOp o) {
        return ::getNumber(o.getMixedOutputShape()[dim]);
      })
      .Case([&](tensor::CollapseShapeOp o) {
        DimExpr size(1);
        auto groups = o.getReassociationIndices();
        for (int64_t from : groups[dim])
          size = size * getExtent(o.getSrc(), from);
        return size;
      })
      .Case([&](tensor::ExtractSliceOp o) {
        auto dropped = o.getDroppedDims();
        for (auto [i, size] : llvm::enumerate(o.getMixedSizes()))
          if (!dropped.test(i) && dim-- == 0)
            return ::getNumber(size);
        return DimExpr::unknown();
      })
      .Case<tensor::InsertSliceOp>(
          [&](auto o) { return getExtent(o.getDest(), dim); })
      .Case([&](scf::ForOp o) {
        return getExtent(o.getInits()[result.getResultNumber()], dim);
      })
      .Case([&](bufferization::ToTensorOp o) { return ::getExtent(o, dim); })
      .Case([&](DestinationStyleOpInterface o) {
        return getExtent(o.getTiedOpOperand(result)->get(), dim);
      })
      .Default([](Operation *) { return DimExpr::unknown(); });
}

DimExpr sinter::getElementCount(Value tensor) {
  DimExpr count(1);
  for (int64_t i = 0, e = cast<ShapedType>(tensor.getType()).getRank(); i < e;
       ++i)
    count = count * getExtent(tensor, i);
  return count;
}
