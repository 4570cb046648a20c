//===- WeightOps.cpp - constants, params, tables and packed matmuls -------===//
#include "dialects/Sinter/IR/InferHelpers.h"
#include "mlir/IR/Builders.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace sinter;

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }

LogicalResult ConstantOp::verify() {
  auto type = cast<RankedTensorType>(getType());
  auto value = dyn_cast<RankedTensorType>(getValue().getShapedType());
  if (!value || value != type)
    return emitOpError("C1: the value's type ")
           << getValue().getShapedType() << " is not the result's, " << type;
  return success();
}

/// Bytes of a tensor in a file; nullopt for dynamic shapes and on overflow.
static std::optional<int64_t> bytesInFile(RankedTensorType type) {
  int64_t bytes = std::max<int64_t>(type.getElementTypeBitWidth() / 8, 1);
  for (int64_t size : type.getShape())
    if (ShapedType::isDynamic(size) || llvm::MulOverflow(bytes, size, bytes))
      return std::nullopt;
  return bytes;
}

LogicalResult ParamOp::verify() {
  auto bytes = bytesInFile(cast<RankedTensorType>(getType()));
  int64_t end;
  if (!bytes || *bytes != int64_t(getBytes()) || int64_t(getOffset()) < 0 ||
      llvm::AddOverflow(int64_t(getOffset()), int64_t(getBytes()), end))
    return emitOpError("C1: [") << getOffset() << ", " << getBytes()
                                << "] is not the size of " << getType();
  StringRef file = getFile();
  SmallVector<StringRef> parts;
  file.split(parts, '/');
  if (file.empty() || file.starts_with("/") || llvm::is_contained(parts, ".."))
    return emitOpError("C2: file '")
           << file << "' must be relative and stay inside the model's folder";
  return success();
}

LogicalResult TabulateOp::verify() {
  Block &block = getBody().front();
  auto type = cast<RankedTensorType>(getType());
  auto yield = dyn_cast<YieldOp>(block.getTerminator());
  auto positions =
      block.getNumArguments() == 1
          ? dyn_cast<RankedTensorType>(block.getArgument(0).getType())
          : nullptr;
  if (!positions || positions.getRank() != 1 || !type.hasStaticShape() ||
      type.getRank() == 0 || positions.getDimSize(0) != type.getDimSize(0) ||
      !positions.getElementType().isInteger(64) || !yield ||
      yield.getValues().size() != 1 || yield.getValues()[0].getType() != type)
    return emitOpError("C1: the body takes tensor<n x i64> and yields ")
           << type;
  return success();
}

LogicalResult TableOp::verify() {
  auto type = dyn_cast<RankedTensorType>(getType());
  if (!type || !type.hasStaticShape())
    return emitOpError("C1: the type must be a static tensor");
  for (Region &entry : getEntries()) {
    auto yield = entry.front().empty()
                     ? YieldOp()
                     : dyn_cast<YieldOp>(entry.front().back());
    if (!yield || yield.getValues().size() != 1 ||
        yield.getValues()[0].getType() != type)
      return emitOpError("C1: every entry must yield one ") << type;
  }
  return success();
}

LogicalResult LoadOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto table = symbols.lookupNearestSymbolFrom<TableOp>(*this, getTableAttr());
  if (!table || table.getEntryType() != getType())
    return emitOpError("C1: ")
           << getTableAttr() << " is no table of " << getType();
  if (!getIndex() && table.getCount() != 1)
    return emitOpError("C2: ") << getTableAttr() << " has " << table.getCount()
                               << " entries: say which";
  return success();
}

LogicalResult PackOp::inferReturnTypes(MLIRContext *,
                                       std::optional<Location> loc,
                                       Adaptor adaptor,
                                       SmallVectorImpl<Type> &results) {
  auto type = tensorOf(adaptor.getX());
  int64_t lanes = adaptor.getLanes();
  if (type.getRank() != 2 || !type.hasStaticShape() || lanes <= 0)
    return inferError(loc, "C1: needs a static matrix and positive lanes, not ",
                      type);
  results.push_back(
      RankedTensorType::get({llvm::divideCeilSigned(type.getDimSize(1), lanes),
                             type.getDimSize(0), lanes},
                            type.getElementType()));
  return success();
}

LogicalResult PackedMatMulOp::verify() {
  Dims x = dimsOf(getX()), w = dimsOf(getW()), y = dimsOf(getY());
  auto n = y.empty() ? std::nullopt : y.back().getConstant();
  if (x.size() != 2 || w.size() != 3 || y.size() != 2 ||
      !tensorOf(getW()).hasStaticShape() || !n || !mayBeEqual(x[0], y[0]) ||
      !mayBeEqual(x[1], w[1]) ||
      llvm::divideCeilSigned(*n, *w[2].getConstant()) != *w[0].getConstant())
    return emitOpError("C1: sizes do not fit: ")
           << getX().getType() << ", " << getW().getType() << ", " << getType();
  if (getBias() &&
      (rankOf(getBias()) != 1 || !dimsOf(getBias())[0].isConstant(*n)))
    return emitOpError("C2: bias must have ") << *n << " elements";
  return success();
}

LogicalResult PackedGatherOp::verify() {
  Dims w = dimsOf(getW()), expected = dimsOf(getIds()), y = dimsOf(getY());
  bool fits = w.size() == 3 && y.size() == expected.size() + 1;
  if (fits) {
    expected.push_back(w[1]);
    for (auto [a, b] : llvm::zip_equal(expected, y))
      fits &= mayBeEqual(a, b);
  }
  if (!fits)
    return emitOpError("C1: shapes do not fit: ")
           << getW().getType() << ", " << getIds().getType() << ", "
           << getType();
  return success();
}
