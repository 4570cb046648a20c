//===- LowerToLinalg.cpp - entry functions, op by op ----------------------===//
#include "dialects/Sinter/IR/WeightLayout.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "passes/Tile/CacheLayout.h"
#include "passes/Tile/Lowering.h"
#include "passes/Tile/Tile.h"
#include "llvm/ADT/TypeSwitch.h"

namespace sinter {
#define GEN_PASS_DEF_LOWERTOLINALG
#include "passes/Tile/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

namespace {

// Makes the level 4 function of one entry function.
class EntryLowering {
public:
  EntryLowering(func::FuncOp old, SmallVectorImpl<std::string> &sites)
      : old(old), sites(sites) {}
  LogicalResult run();

private:
  void createFunction();
  void bindArguments(Lowering &l);
  LogicalResult lowerBlock(Lowering &l, Block &block);
  LogicalResult lower(Lowering &l, Operation *op);
  LogicalResult lowerFor(Lowering &l, scf::ForOp op);
  LogicalResult lowerReturn(Lowering &l, func::ReturnOp op);
  LogicalResult copyScalarOp(Lowering &l, Operation *op);

  void addArgument(Type type, StringRef role, ArrayRef<NamedAttribute> more,
                   Location loc);

  func::FuncOp old, created;
  SmallVectorImpl<std::string> &sites;
  SmallVector<Type> types;
  SmallVector<Attribute> attributes;
  SmallVector<Location> locations;
};

struct LowerToLinalgPass : sinter::impl::LowerToLinalgBase<LowerToLinalgPass> {
  void runOnOperation() override;
};

} // namespace

//===----------------------------------------------------------------------===//
// Signature
//===----------------------------------------------------------------------===//

BlockArgument sinter::getRoleArgument(func::FuncOp function, StringRef role) {
  for (BlockArgument argument : function.getArguments()) {
    auto attribute = function.getArgAttrOfType<StringAttr>(
        argument.getArgNumber(), roleAttrName);
    if (attribute && attribute.getValue() == role)
      return argument;
  }
  return BlockArgument();
}

void EntryLowering::addArgument(Type type, StringRef role,
                                ArrayRef<NamedAttribute> more, Location loc) {
  Builder b(old.getContext());
  NamedAttrList list(more);
  list.set(roleAttrName, b.getStringAttr(role));
  types.push_back(type);
  attributes.push_back(list.getDictionary(old.getContext()));
  locations.push_back(loc);
}

// Old arguments in their order, symbols that no index argument names, params,
// fault, outputs, member, members.
void EntryLowering::createFunction() {
  Builder b(old.getContext());
  auto index = b.getIndexType();
  auto bytes = MemRefType::get({ShapedType::kDynamic}, b.getI8Type());
  auto named = [&](DictionaryAttr from, Type type) {
    NamedAttrList list;
    for (StringRef name : {nameAttrName, symbolAttrName})
      if (Attribute value = from ? from.get(name) : Attribute())
        list.set(name, value);
    if (!isa<IndexType>(type))
      list.set(typeAttrName, TypeAttr::get(type));
    return list;
  };
  auto buffer = [](RankedTensorType type) {
    type = Lowering::storage(type);
    return MemRefType::get(type.getShape(), type.getElementType());
  };
  SmallVector<std::string> symbols;
  for (BlockArgument argument : old.getArguments()) {
    unsigned i = argument.getArgNumber();
    DictionaryAttr attrs = old.getArgAttrDict(i);
    Location loc = argument.getLoc();
    Type type = argument.getType();
    auto list = named(attrs, type);
    if (auto tensor = dyn_cast<RankedTensorType>(type)) {
      addArgument(buffer(tensor), "input", list.getAttrs(), loc);
      for (const DimExpr &dim : getDims(tensor))
        for (const std::string &symbol : dim.getSymbols())
          if (!llvm::is_contained(symbols, symbol))
            symbols.push_back(symbol);
    } else if (isa<CacheType>(type)) {
      addArgument(bytes, "cache", list.getAttrs(), loc);
    } else {
      addArgument(type, "symbol", list.getAttrs(), loc);
      if (auto name = old.getArgAttrOfType<StringAttr>(i, symbolAttrName))
        symbols.push_back(name.str());
    }
  }
  Location loc = old.getLoc();
  for (const std::string &symbol : symbols) {
    bool bound = false;
    for (unsigned i = 0; i < old.getNumArguments(); ++i) {
      auto name = old.getArgAttrOfType<StringAttr>(i, symbolAttrName);
      bound |= name && name.getValue() == symbol;
    }
    if (!bound)
      addArgument(index, "symbol",
                  {b.getNamedAttr(symbolAttrName, b.getStringAttr(symbol))},
                  loc);
  }
  addArgument(bytes, "params", {}, loc);
  addArgument(MemRefType::get({1}, b.getI64Type()), "fault", {}, loc);
  for (auto [i, type] : llvm::enumerate(old.getResultTypes()))
    if (auto tensor = dyn_cast<RankedTensorType>(type))
      addArgument(buffer(tensor), "output",
                  named(old.getResultAttrDict(i), type).getAttrs(), loc);
  addArgument(index, "member", {}, loc);
  addArgument(index, "members", {}, loc);

  OpBuilder builder(old);
  created = func::FuncOp::create(builder, loc, old.getName(),
                                 b.getFunctionType(types, {}));
  for (NamedAttribute attribute : old->getDiscardableAttrs())
    created->setAttr(attribute.getName(), attribute.getValue());
  created.setArgAttrsAttr(b.getArrayAttr(attributes));
  created.getBody().emplaceBlock().addArguments(types, locations);
}

void EntryLowering::bindArguments(Lowering &l) {
  for (BlockArgument argument : created.getArguments()) {
    unsigned i = argument.getArgNumber();
    StringRef role =
        created.getArgAttrOfType<StringAttr>(i, roleAttrName).getValue();
    if (role == "params")
      l.params = argument;
    else if (role == "fault")
      l.fault = argument;
    else if (role == "cache")
      l.cache = argument;
    if (auto name = created.getArgAttrOfType<StringAttr>(i, symbolAttrName))
      l.bindSymbol(name.getValue(), argument);
    if (i >= old.getNumArguments())
      continue;
    Value value = argument;
    if (auto type = dyn_cast<RankedTensorType>(old.getArgument(i).getType()))
      value = bufferization::ToTensorOp::create(
          l.b, argument.getLoc(), Lowering::storage(type), argument,
          /*restrict=*/true, /*writable=*/false);
    l.set(old.getArgument(i), value);
  }
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

LogicalResult EntryLowering::run() {
  if (!old.getBody().hasOneBlock())
    return old.emitOpError("must have one block");
  for (BlockArgument argument : old.getArguments())
    if (!isa<RankedTensorType, CacheType, IndexType>(argument.getType()))
      return old.emitOpError("argument ")
             << argument.getArgNumber()
             << " has a type that no entry takes: " << argument.getType();
  createFunction();
  Lowering l(created, sites);
  bindArguments(l);
  for (BlockArgument argument : old.getArguments())
    if (failed(l.checkSizes(old, argument.getType())))
      return failure();
  if (failed(lowerBlock(l, old.getBody().front())))
    return failure();
  old.erase();
  return success();
}

LogicalResult EntryLowering::lowerBlock(Lowering &l, Block &block) {
  for (Operation &op : block)
    if (failed(lower(l, &op)))
      return failure();
  return success();
}

LogicalResult EntryLowering::lower(Lowering &l, Operation *op) {
  for (Type type : op->getResultTypes()) {
    if (failed(l.checkSizes(op, type)))
      return failure();
    if (auto cache = dyn_cast<CacheType>(type))
      if (!CacheLayout(cache, op).total)
        return op->emitOpError("a cache of more than 2^62 bytes");
  }
  if (auto resolve = dyn_cast<ResolveShapeOpInterface>(op))
    if (!resolve.isResolved())
      return op->emitOpError("its shape depends on values that are not known "
                             "from the inputs' shapes");
  if (isa<ElementwiseOpInterface>(op))
    return lowerElementwise(l, op);
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case([&](ReshapeOp o) { return lowerReshape(l, o); })
      .Case([&](BroadcastToOp o) { return lowerBroadcastTo(l, o); })
      .Case([&](TransposeOp o) { return lowerTranspose(l, o); })
      .Case([&](ConcatOp o) { return lowerConcat(l, o); })
      .Case([&](SliceOp o) { return lowerSlice(l, o); })
      .Case([&](GatherOp o) { return lowerGather(l, o); })
      .Case([&](GatherNDOp o) { return lowerGatherND(l, o); })
      .Case([&](ScatterNDOp o) { return lowerScatterND(l, o); })
      .Case([&](ShapeOfOp o) { return lowerShapeOf(l, o); })
      .Case([&](SymbolicOp o) { return lowerSymbolic(l, o); })
      .Case([&](RangeOp o) { return lowerRange(l, o); })
      .Case([&](TriluOp o) { return lowerTrilu(l, o); })
      .Case([&](UnpackBitsOp o) { return lowerUnpackBits(l, o); })
      .Case([&](DequantizeOp o) { return lowerDequantize(l, o); })
      .Case([&](ReduceOp o) { return lowerReduce(l, o); })
      .Case([&](SoftmaxOp o) { return lowerSoftmax(l, o); })
      .Case([&](CumSumOp o) { return lowerCumSum(l, o); })
      .Case([&](MatMulOp o) { return lowerMatMul(l, o); })
      .Case([&](LayerNormOp o) { return lowerLayerNorm(l, o); })
      .Case([&](RMSNormOp o) { return lowerRMSNorm(l, o); })
      .Case([&](RotaryOp o) { return lowerRotary(l, o); })
      .Case([&](AttentionOp o) { return lowerAttention(l, o); })
      .Case([&](ConstantOp o) { return lowerConstant(l, o); })
      .Case([&](LoadOp o) { return lowerLoad(l, o); })
      .Case([&](PackedMatMulOp o) { return lowerPackedMatMul(l, o); })
      .Case(
          [&](PackedExpertMatMulOp o) { return lowerPackedExpertMatMul(l, o); })
      .Case([&](PackedGatherOp o) { return lowerPackedGather(l, o); })
      .Case([&](CacheAppendOp o) { return lowerCacheAppend(l, o); })
      .Case([&](CachedAttentionOp o) { return lowerCachedAttention(l, o); })
      .Case([&](scf::ForOp o) { return lowerFor(l, o); })
      .Case([&](func::ReturnOp o) { return lowerReturn(l, o); })
      .Default([&](Operation *o) { return copyScalarOp(l, o); });
}

// Index arithmetic and scalar constants stay as they are.
LogicalResult EntryLowering::copyScalarOp(Lowering &l, Operation *op) {
  auto isScalar = [](Type type) { return type.isIntOrIndexOrFloat(); };
  if (!isa<arith::ArithDialect>(op->getDialect()) ||
      !llvm::all_of(op->getOperandTypes(), isScalar) ||
      !llvm::all_of(op->getResultTypes(), isScalar))
    return op->emitOpError("cannot be lowered from level 'plan'");
  Operation *copy = l.b.clone(*op, l.map);
  for (auto [from, to] : llvm::zip_equal(op->getResults(), copy->getResults()))
    l.set(from, to);
  return success();
}

// The cache is the same memory in every iteration: no loop value.
LogicalResult EntryLowering::lowerFor(Lowering &l, scf::ForOp op) {
  Location loc = op.getLoc();
  SmallVector<Value> inits;
  for (Value init : op.getInitArgs())
    if (!isa<CacheType>(init.getType()))
      inits.push_back(l.get(init));
  auto loop =
      scf::ForOp::create(l.b, loc, l.get(op.getLowerBound()),
                         l.get(op.getUpperBound()), l.get(op.getStep()), inits);
  l.set(op.getInductionVar(), loop.getInductionVar());
  unsigned next = 0;
  for (auto [argument, result] :
       llvm::zip_equal(op.getRegionIterArgs(), op.getResults())) {
    bool isCache = isa<CacheType>(argument.getType());
    l.set(argument, isCache ? l.cache : loop.getRegionIterArg(next));
    l.set(result, isCache ? l.cache : loop.getResult(next));
    next += !isCache;
  }
  OpBuilder::InsertionGuard guard(l.b);
  // A loop without values gets its terminator by itself.
  if (!inits.empty())
    l.b.setInsertionPointToEnd(loop.getBody());
  else
    l.b.setInsertionPoint(loop.getBody()->getTerminator());
  for (Operation &inner : op.getBody()->without_terminator())
    if (failed(lower(l, &inner)))
      return failure();
  if (inits.empty())
    return success();
  SmallVector<Value> yields;
  for (Value value : op.getBody()->getTerminator()->getOperands())
    if (!isa<CacheType>(value.getType()))
      yields.push_back(l.get(value));
  scf::YieldOp::create(l.b, loc, yields);
  return success();
}

LogicalResult EntryLowering::lowerReturn(Lowering &l, func::ReturnOp op) {
  SmallVector<Value> outputs;
  for (BlockArgument argument : created.getArguments())
    if (created
            .getArgAttrOfType<StringAttr>(argument.getArgNumber(), roleAttrName)
            .getValue() == "output")
      outputs.push_back(argument);
  unsigned next = 0;
  for (auto [operand, type] :
       llvm::zip_equal(op.getOperands(), old.getResultTypes())) {
    auto declared = dyn_cast<RankedTensorType>(type);
    if (!declared)
      continue;
    Value value = l.get(operand), output = outputs[next++];
    // The value's type may say more or less than the signature.
    auto wanted = Lowering::storage(declared);
    if (value.getType() != wanted)
      value = tensor::CastOp::create(l.b, op.getLoc(), wanted, value);
    bufferization::MaterializeInDestinationOp::create(
        l.b, op.getLoc(), Type(), value, output, /*restrict=*/true,
        /*writable=*/true);
  }
  func::ReturnOp::create(l.b, op.getLoc());
  return success();
}

void LowerToLinalgPass::runOnOperation() {
  ModuleOp module = getOperation();
  // A use's tables lie among those of the model, which has given them places.
  bool isLaidOut = llvm::all_of(module.getOps<TableOp>(), [](TableOp table) {
    return table.getOffset().has_value();
  });
  if (!isLaidOut && failed(assignTableOffsets(module)))
    return signalPassFailure();
  SmallVector<std::string> sites;
  for (auto function :
       llvm::make_early_inc_range(module.getOps<func::FuncOp>())) {
    if (!function->hasAttr(entryAttrName))
      continue;
    if (failed(EntryLowering(function, sites).run()))
      return signalPassFailure();
  }
  Builder b(&getContext());
  SmallVector<StringRef> texts(sites.begin(), sites.end());
  module->setAttr("sinter.fault_sites", b.getStrArrayAttr(texts));
}
