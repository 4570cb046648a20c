//===- MakeEntries.cpp - C entry points that take a sinter_call -----------===//
#include "dialects/Sinter/IR/Sinter.h"
#include "mlir/Conversion/LLVMCommon/MemRefBuilder.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "passes/CPU/CPU.h"
#include "passes/CPU/LowerTracePoints.h"
#include "passes/Tile/Tile.h"
#include "sinter/artifact.h"
#include "llvm/ADT/StringMap.h"
#include <cstddef>

namespace sinter {
#define GEN_PASS_DEF_MAKEENTRIES
#include "passes/CPU/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

namespace {
// Emits one C entry around the entry function of level 4.
class EntryBuilder {
public:
  EntryBuilder(func::FuncOp inner, StringRef name)
      : inner(inner), name(name), b(inner.getContext()), loc(inner.getLoc()),
        pointer(LLVM::LLVMPointerType::get(inner.getContext())),
        converter(inner.getContext()) {}

  LogicalResult build();

private:
  Value field(Type type, Value record, int64_t offset) {
    Value at = LLVM::GEPOp::create(b, loc, pointer, b.getI8Type(), record,
                                   ArrayRef<LLVM::GEPArg>{int32_t(offset)});
    return LLVM::LoadOp::create(b, loc, type, at);
  }
  Value i64(int64_t v) {
    return arith::ConstantOp::create(b, loc, b.getI64IntegerAttr(v));
  }
  Value toIndex(Value v) {
    return arith::IndexCastOp::create(b, loc, b.getIndexType(), v);
  }
  Value element(Value array, int64_t i, Type type) {
    return field(type, array, i * 8);
  }
  FailureOr<Value> symbol(StringRef name, int64_t position);
  Value size(const DimExpr &expr);
  Value memref(Value data, MemRefType type, ArrayRef<Value> sizes);
  FailureOr<Value> argument(unsigned i);

  func::FuncOp inner;
  StringRef name;
  OpBuilder b;
  Location loc;
  Type pointer;
  LLVMTypeConverter converter;
  Value call, member, members;
  llvm::StringMap<Value> symbols; // index values
  int64_t inputs = 0, outputs = 0;
  bool step = false;
};
} // namespace

FailureOr<Value> EntryBuilder::symbol(StringRef symbolName, int64_t position) {
  if (!step)
    return element(field(pointer, call, offsetof(sinter_call, dims)), position,
                   b.getI64Type());
  Value segment = field(pointer, call, offsetof(sinter_call, segments));
  static constexpr std::pair<StringLiteral, int64_t> fields[] = {
      {"rows", offsetof(sinter_segment, count)},
      {"past", offsetof(sinter_segment, position)},
      {"total", offsetof(sinter_segment, total)},
      {"wanted", offsetof(sinter_segment, logits_rows)}};
  for (auto &[known, offset] : fields)
    if (symbolName == known)
      return field(b.getI64Type(), segment, offset);
  return inner.emitError("a step has no symbol '") << symbolName << "'";
}

Value EntryBuilder::size(const DimExpr &expr) {
  Value total = arith::ConstantIndexOp::create(b, loc, 0);
  for (auto &[monomial, coefficient] : expr.getTerms()) {
    Value term = arith::ConstantIndexOp::create(b, loc, coefficient);
    for (auto &text : monomial) {
      DimAtom atom = DimAtom::get(text);
      Value factor;
      if (atom.arguments.empty()) {
        factor = symbols.lookup(atom.name);
        if (!factor) // checked before: all symbols are arguments
          factor = arith::ConstantIndexOp::create(b, loc, 0);
      } else {
        Value x = size(atom.arguments[0]), y = size(atom.arguments[1]);
        if (atom.name == "bcast") {
          Value one = arith::ConstantIndexOp::create(b, loc, 1);
          Value is =
              arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, x, one);
          factor = arith::SelectOp::create(b, loc, is, y, x);
        } else if (atom.name == "max") {
          factor = arith::MaxSIOp::create(b, loc, x, y);
        } else if (atom.name == "min") {
          factor = arith::MinSIOp::create(b, loc, x, y);
        } else {
          factor = arith::FloorDivSIOp::create(b, loc, x, y);
        }
      }
      term = arith::MulIOp::create(b, loc, term, factor);
    }
    total = arith::AddIOp::create(b, loc, total, term);
  }
  return total;
}

// A row-major memref over `data`, through MLIR's descriptor.
Value EntryBuilder::memref(Value data, MemRefType type, ArrayRef<Value> sizes) {
  auto descriptor =
      MemRefDescriptor::poison(b, loc, converter.convertType(type));
  descriptor.setAllocatedPtr(b, loc, data);
  descriptor.setAlignedPtr(b, loc, data);
  descriptor.setConstantOffset(b, loc, 0);
  auto toInt = [&](Value v) -> Value {
    return arith::IndexCastOp::create(b, loc, b.getI64Type(), v);
  };
  Value stride = i64(1);
  for (int64_t i = type.getRank() - 1; i >= 0; --i) {
    Value extent = toInt(sizes[i]);
    descriptor.setSize(b, loc, i, extent);
    descriptor.setStride(b, loc, i, stride);
    stride = arith::MulIOp::create(b, loc, stride, extent);
  }
  return UnrealizedConversionCastOp::create(b, loc, type,
                                            ValueRange(Value(descriptor)))
      .getResult(0);
}

FailureOr<Value> EntryBuilder::argument(unsigned i) {
  auto role = inner.getArgAttrOfType<StringAttr>(i, roleAttrName);
  Type type = inner.getArgumentTypes()[i];
  if (!role)
    return inner.emitError("argument ") << i << " has no " << roleAttrName;
  StringRef kind = role.getValue();
  if (kind == "member")
    return toIndex(member);
  if (kind == "members")
    return toIndex(members);
  if (kind == "symbol")
    return symbols.lookup(
        inner.getArgAttrOfType<StringAttr>(i, symbolAttrName).getValue());
  auto memrefType = dyn_cast<MemRefType>(type);
  if (!memrefType)
    return inner.emitError("argument ")
           << i << " of role " << kind << " is no memref";
  Value whole = arith::ConstantIndexOp::create(b, loc, INT64_MAX);
  Value segment;
  if (kind == "params")
    return memref(field(pointer, call, offsetof(sinter_call, weights)),
                  memrefType, whole);
  if (kind == "arena")
    return memref(field(pointer, call, offsetof(sinter_call, arena)),
                  memrefType, whole);
  if (kind == "cache") {
    segment = field(pointer, call, offsetof(sinter_call, segments));
    return memref(field(pointer, segment, offsetof(sinter_segment, cache)),
                  memrefType, whole);
  }
  if (kind == "fault")
    return memref(field(pointer, call, offsetof(sinter_call, fault)),
                  memrefType,
                  arith::ConstantIndexOp::create(b, loc, 1).getResult());
  if (kind != "input" && kind != "output")
    return inner.emitError("argument ")
           << i << " has the unknown role " << kind;
  auto source = inner.getArgAttrOfType<TypeAttr>(i, typeAttrName);
  if (!source)
    return inner.emitError("argument ") << i << " has no " << typeAttrName;
  SmallVector<Value> sizes;
  for (auto &dim : getDims(cast<RankedTensorType>(source.getValue())))
    sizes.push_back(size(dim));
  Value data;
  if (step)
    data = kind == "input"
               ? field(pointer, call, offsetof(sinter_call, tokens))
               : field(pointer, call, offsetof(sinter_call, logits));
  else if (kind == "input")
    data = element(field(pointer, call, offsetof(sinter_call, inputs)),
                   inputs++, pointer);
  else
    data = element(field(pointer, call, offsetof(sinter_call, outputs)),
                   outputs++, pointer);
  return memref(data, memrefType, sizes);
}

LogicalResult EntryBuilder::build() {
  step = inner->getAttrOfType<StringAttr>(entryAttrName).getValue() == "step";
  // The inner function learns the call, for its barriers and claims.
  if (failed(inner.insertArgument(inner.getNumArguments(), pointer, {}, loc)))
    return failure();
  Value innerCall = inner.getArguments().back();
  BlockArgument innerMember = getRoleArgument(inner, "member");
  BlockArgument innerMembers = getRoleArgument(inner, "members");
  auto barrierType = LLVM::LLVMFunctionType::get(
      LLVM::LLVMVoidType::get(b.getContext()), {pointer, b.getI32Type()});
  SmallVector<BarrierOp> barriers;
  inner.walk([&](BarrierOp barrier) { barriers.push_back(barrier); });
  for (BarrierOp barrier : barriers) {
    b.setInsertionPoint(barrier);
    Value one = arith::ConstantIndexOp::create(b, loc, 1);
    Value several = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sgt,
                                          innerMembers, one);
    auto branch = scf::IfOp::create(b, loc, several, false);
    b.setInsertionPointToStart(&branch.getThenRegion().front());
    Value wait = field(pointer, innerCall, offsetof(sinter_call, barrier));
    Value self =
        arith::IndexCastOp::create(b, loc, b.getI32Type(), innerMember);
    LLVM::CallOp::create(b, loc, barrierType,
                         ValueRange{wait, innerCall, self});
    barrier.erase();
  }

  inner.walk([&](ClaimOp claim) {
    b.setInsertionPoint(claim);
    Value stride = arith::ConstantIndexOp::create(b, loc, SINTER_CLAIM_STRIDE);
    Value place = arith::MulIOp::create(b, loc, claim.getOf(), stride);
    place = arith::IndexCastOp::create(b, loc, b.getI64Type(), place);
    Value counters = field(pointer, innerCall, offsetof(sinter_call, claims));
    Value counter = LLVM::GEPOp::create(b, loc, pointer, b.getI64Type(),
                                        counters, ValueRange(place));
    Value number = LLVM::AtomicRMWOp::create(
        b, claim.getLoc(), LLVM::AtomicBinOp::add, counter, i64(1),
        LLVM::AtomicOrdering::monotonic);
    claim.replaceAllUsesWith(toIndex(number));
    claim.erase();
  });

  lowerTracePoints(inner, innerCall, innerMember);

  b.setInsertionPointAfter(inner);
  auto type = b.getFunctionType({pointer, b.getI32Type(), b.getI32Type()},
                                {b.getI32Type()});
  auto entry = func::FuncOp::create(
      b, loc, (name + (step ? "_step" : "_forward")).str(), type);
  Block *body = entry.addEntryBlock();
  b.setInsertionPointToStart(body);
  call = body->getArgument(0);
  member = body->getArgument(1);
  members = body->getArgument(2);
  SmallVector<Attribute> order;
  for (unsigned i = 0; i + 1 < inner.getNumArguments(); ++i)
    if (auto s = inner.getArgAttrOfType<StringAttr>(i, symbolAttrName)) {
      auto value = symbol(s.getValue(), order.size());
      if (failed(value))
        return failure();
      symbols[s.getValue()] = toIndex(*value);
      order.push_back(s);
    }
  inner->getParentOfType<ModuleOp>()->setAttr("sinter.symbols",
                                              b.getArrayAttr(order));
  SmallVector<Value> operands;
  for (unsigned i = 0; i + 1 < inner.getNumArguments(); ++i) {
    auto value = argument(i);
    if (failed(value))
      return failure();
    operands.push_back(*value);
  }
  operands.push_back(call);
  func::CallOp::create(b, loc, inner, operands);
  // Another member may be storing it.
  Value fault = LLVM::LoadOp::create(
      b, loc, b.getI64Type(),
      field(pointer, call, offsetof(sinter_call, fault)),
      /*alignment=*/8, /*isVolatile=*/false,
      /*isNonTemporal=*/false, /*isInvariant=*/false,
      /*isInvariantGroup=*/false, LLVM::AtomicOrdering::monotonic);
  Value failed =
      arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne, fault, i64(0));
  Value status = arith::ExtUIOp::create(b, loc, b.getI32Type(), failed);
  func::ReturnOp::create(b, loc, status);
  // Roles have served; LLVM IR has no place for them.
  inner.removeArgAttrsAttr();
  inner->removeAttr(entryAttrName);
  inner.setPrivate();
  return success();
}

namespace {
struct MakeEntries : sinter::impl::MakeEntriesBase<MakeEntries> {
  using MakeEntriesBase::MakeEntriesBase;

  void runOnOperation() override {
    SmallVector<func::FuncOp> entries;
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (function->hasAttr(entryAttrName))
        entries.push_back(function);
    for (func::FuncOp entry : entries)
      if (failed(EntryBuilder(entry, name).build()))
        return signalPassFailure();
  }
};
} // namespace
