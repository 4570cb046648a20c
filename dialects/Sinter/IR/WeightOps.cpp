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
  int64_t rank = type.getRank();
  if ((rank != 2 && rank != 3) || !type.hasStaticShape() || lanes <= 0)
    return inferError(loc, "C1: needs static matrices and positive lanes, not ",
                      type);
  // The parser infers before it fills in defaults.
  IntegerAttr given = adaptor.getProperties().interleave;
  int64_t interleave = given ? given.getInt() : 1;
  if (interleave <= 0 || llvm::MulOverflow(lanes, interleave, lanes))
    return inferError(loc, "C2: interleave must be positive, not ", interleave);
  SmallVector<int64_t> shape(type.getShape().drop_back(2));
  shape.append(
      {llvm::divideCeilSigned(type.getDimSize(rank - 1), adaptor.getLanes()),
       llvm::divideCeilSigned(type.getDimSize(rank - 2), interleave), lanes});
  results.push_back(RankedTensorType::get(shape, type.getElementType()));
  return success();
}

/// x [M, K], panels w [P, ceil(K / I), L * I] (static), y [M, N]; C1, and
/// `interleaveRule` of the interleave. Each of y's columns is made of `parts`
/// of w's; where these are several, they fill the panels.
static LogicalResult verifyPanels(Operation *op, ArrayRef<DimExpr> x,
                                  ArrayRef<DimExpr> w, ArrayRef<DimExpr> y,
                                  int64_t interleave, StringRef interleaveRule,
                                  int64_t parts = 1) {
  auto isStatic = [](const DimExpr &d) { return d.getConstant().has_value(); };
  auto n = y.empty() ? std::nullopt : y.back().getConstant();
  bool isRight = x.size() == 2 && w.size() == 3 && y.size() == 2 &&
                 llvm::all_of(w, isStatic) && n && *w[2].getConstant() > 0 &&
                 mayBeEqual(x[0], y[0]);
  if (isRight) {
    int64_t width = *w[2].getConstant();
    auto k = x[1].getConstant();
    if (interleave <= 0 || width % interleave || (interleave > 1 && !k))
      return op->emitOpError()
             << interleaveRule << ": interleave " << interleave
             << " does not fit " << op->getOperand(0).getType() << " and "
             << op->getOperand(1).getType();
    int64_t lanes = width / interleave, columns = lanes / parts;
    isRight = lanes % parts == 0 && (parts == 1 || *n % columns == 0) &&
              (interleave == 1
                   ? mayBeEqual(x[1], w[1])
                   : w[1].isConstant(llvm::divideCeilSigned(*k, interleave))) &&
              llvm::divideCeilSigned(*n, columns) == *w[0].getConstant();
  }
  if (!isRight)
    return op->emitOpError("C1: sizes do not fit: ")
           << op->getOperand(0).getType() << ", " << op->getOperand(1).getType()
           << ", " << op->getResult(0).getType();
  return success();
}

bool sinter::isDepthBlock(int64_t block, int64_t interleave, int64_t depth,
                          Type weights, Type results) {
  if (block == 0)
    return true;
  return block > 0 && block % interleave == 0 &&
         !ShapedType::isDynamic(depth) && depth % block == 0 &&
         weights.getIntOrFloatBitWidth() <
             std::max(results.getIntOrFloatBitWidth(), 32u);
}

LogicalResult PackedMatMulOp::verify() {
  Dims y = dimsOf(getY());
  if (failed(verifyPanels(*this, dimsOf(getX()), dimsOf(getW()), y,
                          getInterleave(), "C3", getGate() ? 2 : 1)))
    return failure();
  if (getBias() && (rankOf(getBias()) != 1 || dimsOf(getBias())[0] != y[1]))
    return emitOpError("C2: bias must have ") << y[1].str() << " elements";
  auto depth = dimsOf(getX())[1].getConstant();
  if (!isDepthBlock(getDepthBlock(), getInterleave(),
                    depth.value_or(ShapedType::kDynamic), elementOf(getW()),
                    elementOf(getY())))
    return emitOpError("C4: depth_block ")
           << getDepthBlock() << " does not fit " << getX().getType() << " and "
           << getW().getType();
  if (getGate() && (getBias() || getActivation()))
    return emitOpError("C5: a gate and ")
           << (getBias() ? "a bias" : "an activation");
  return success();
}

LogicalResult PackedExpertMatMulOp::verify() {
  Dims w = dimsOf(getW()), experts = dimsOf(getExperts());
  if (w.size() != 4 || !tensorOf(getW()).hasStaticShape() ||
      experts.size() != 1 || rankOf(getX()) != 2 ||
      !mayBeEqual(experts[0], dimsOf(getX())[0]))
    return emitOpError("C1: sizes do not fit: ")
           << getX().getType() << ", " << getW().getType() << ", "
           << getExperts().getType();
  return verifyPanels(*this, dimsOf(getX()), ArrayRef(w).drop_front(),
                      dimsOf(getY()), getInterleave(), "C2");
}

LogicalResult PackedGatherOp::verify() {
  Dims w = dimsOf(getW()), expected = dimsOf(getIds()), y = dimsOf(getY());
  auto depth = y.empty() ? std::nullopt : y.back().getConstant();
  bool fits = w.size() == 3 && y.size() == expected.size() + 1 && depth;
  if (fits) {
    int64_t interleave = getInterleave();
    auto width = w[2].getConstant();
    if (interleave <= 0 || (width && *width % interleave))
      return emitOpError("C2: interleave ")
             << interleave << " does not divide the last size of "
             << getW().getType();
    fits = mayBeEqual(w[1], llvm::divideCeilSigned(*depth, interleave));
    for (auto [a, b] : llvm::zip(expected, y))
      fits &= mayBeEqual(a, b);
  }
  if (!fits)
    return emitOpError("C1: shapes do not fit: ")
           << getW().getType() << ", " << getIds().getType() << ", "
           << getType();
  return success();
}
