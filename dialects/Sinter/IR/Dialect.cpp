//===- Dialect.cpp - registration, attributes and types -------------------===//
#include "dialects/Sinter/IR/Folds.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace sinter;

#include "dialects/Sinter/IR/SinterDialect.cpp.inc"
#include "dialects/Sinter/IR/SinterEnums.cpp.inc"
#include "dialects/Sinter/IR/SinterInterfaces.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/Sinter/IR/SinterAttrs.cpp.inc"
#define GET_TYPEDEF_CLASSES
#include "dialects/Sinter/IR/SinterTypes.cpp.inc"

bool TargetAttr::hasFeature(StringRef name) const {
  for (StringRef feature : llvm::split(getFeatures(), ','))
    if (feature.consume_front("+") && feature == name)
      return true;
  return false;
}

static bool hasWideBFloat16(TargetAttr target) {
  return target.getLanes() == 16 && target.hasFeature("avx512bf16");
}

// Golden Cove and its successors start a vdpbf16ps every other cycle and two
// f32 fma in each: 86 against 176 GFLOP/s on an Emerald Rapids. (LLVM's model
// of these CPUs says so too; its model of Zen 4 does not know that dots are
// fast.)
static bool hasSlowDot(StringRef cpu) {
  return StringSwitch<bool>(cpu)
      .Cases({"sapphirerapids", "emeraldrapids", "graniterapids",
              "graniterapids-d", "diamondrapids"},
             true)
      .Default(false);
}

bool TargetAttr::hasBFloat16Tiles() const {
  return hasWideBFloat16(*this) && hasFeature("amx-tile") &&
         hasFeature("amx-bf16");
}

bool TargetAttr::hasBFloat16Dot() const {
  return hasWideBFloat16(*this) &&
         (hasBFloat16Tiles() || !hasSlowDot(getCpu()));
}

SmallVector<ModuleOp, 2> sinter::getUses(ModuleOp model) {
  SmallVector<ModuleOp, 2> uses(model.getOps<ModuleOp>());
  if (uses.empty())
    uses.push_back(model);
  return uses;
}

void SinterDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/Sinter/IR/SinterAttrs.cpp.inc"
      >();
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialects/Sinter/IR/SinterTypes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/Sinter/IR/SinterOps.cpp.inc"
      >();
}

void SinterDialect::getCanonicalizationPatterns(
    RewritePatternSet &patterns) const {
  populateElementwiseFolds(patterns);
  populateShapeFolds(patterns);
  populateSliceFolds(patterns);
}

Operation *SinterDialect::materializeConstant(OpBuilder &builder,
                                              Attribute value, Type type,
                                              Location loc) {
  auto elements = dyn_cast<ElementsAttr>(value);
  if (elements && elements.getType() == type)
    return ConstantOp::create(builder, loc, type, elements);
  return arith::ConstantOp::materialize(builder, value, type, loc);
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

DimsAttr DimsAttr::get(MLIRContext *ctx, ArrayRef<DimExpr> dims) {
  SmallVector<StringAttr> texts;
  for (auto &d : dims)
    texts.push_back(StringAttr::get(ctx, d.str()));
  return get(ctx, texts);
}

DimExpr DimsAttr::getDim(unsigned i) const {
  return DimExpr::parse(getExprs()[i].getValue()).value_or(DimExpr::unknown());
}

LogicalResult
ArenaBufferAttr::verify(function_ref<InFlightDiagnostic()> emitError, StringRef,
                        StringRef, int64_t offset, int64_t bytes, int64_t first,
                        int64_t last) {
  if (offset < 0 || bytes < 0 || first < 0 || last < first)
    return emitError() << "a buffer of " << bytes << " bytes at " << offset
                       << " in use from " << first << " to " << last;
  return success();
}

LogicalResult WorkAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                               StringRef, StringRef, StringRef bytes,
                               StringRef flops, bool, int64_t dots) {
  if (dots < 0 || dots > 2)
    return emitError() << "dots is 0, 1 or 2";
  for (StringRef text : {bytes, flops})
    if (!DimExpr::parse(text))
      return emitError() << "malformed expression '" << text << "'";
  return success();
}

LogicalResult DimsAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                               ArrayRef<StringAttr> exprs) {
  for (StringAttr text : exprs) {
    auto e = DimExpr::parse(text.getValue());
    if (!e)
      return emitError() << "malformed dimension '" << text.getValue() << "'";
    if (e->str() != text.getValue())
      return emitError() << "dimension '" << text.getValue()
                         << "' is not in canonical form, write '" << e->str()
                         << "'";
  }
  return success();
}

LogicalResult
DimsAttr::verifyEncoding(ArrayRef<int64_t> shape, Type,
                         function_ref<InFlightDiagnostic()> emitError) const {
  if (shape.size() != getExprs().size())
    return emitError() << "encoding has " << getExprs().size()
                       << " dimensions, the tensor has " << shape.size();
  for (auto [i, size] : llvm::enumerate(shape)) {
    auto c = getDim(i).getConstant();
    if (ShapedType::isDynamic(size) ? c.has_value() && *c >= 0 : c != size)
      return emitError() << "dimension " << i << " and its expression '"
                         << getExprs()[i].getValue() << "' disagree";
  }
  return success();
}

LogicalResult CacheType::verify(function_ref<InFlightDiagnostic()> emitError,
                                int64_t layers, int64_t heads, int64_t capacity,
                                int64_t keyDim, int64_t valueDim, Type element,
                                ArrayRef<int64_t> rings) {
  if (layers <= 0 || heads <= 0 || capacity <= 0 || keyDim <= 0 ||
      valueDim <= 0)
    return emitError() << "sizes of a cache must be positive";
  if (!isa<Float32Type, Float16Type, BFloat16Type, Float64Type>(element))
    return emitError() << "a cache holds floats, not " << element;
  if (int64_t(rings.size()) > layers)
    return emitError() << rings.size() << " rings for " << layers << " layers";
  for (int64_t ring : rings)
    if (ring < 0 || ring >= capacity)
      return emitError() << "a ring must have 0 .. capacity - 1 positions, not "
                         << ring;
  return success();
}

bool CacheType::hasRing(int64_t ring) const {
  return getRings().empty() ? ring == 0 : llvm::is_contained(getRings(), ring);
}
