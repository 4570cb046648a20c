//===- LowerTracePoints.cpp - trace points of one entry -------------------===//
//
// A point is a branch that is not taken in ordinary runs. Taken, it calls one
// small function that stores the cycle counter and what begins to the next slot
// of the member's own track, so that members share no cache line.
//
//===----------------------------------------------------------------------===//
#include "passes/CPU/LowerTracePoints.h"
#include "dialects/Sinter/IR/Sinter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "sinter/artifact.h"
#include "llvm/ADT/SetVector.h"
#include <cstddef>

using namespace mlir;
using namespace sinter;

static constexpr llvm::StringLiteral recorderName = "sinter_trace";

namespace {
// LLVM dialect ops at one place.
struct Emitter {
  OpBuilder b;
  Location loc;
  Type pointer = LLVM::LLVMPointerType::get(b.getContext());
  Type i64 = b.getI64Type();

  Value constant(int64_t value) {
    return LLVM::ConstantOp::create(b, loc, i64, value);
  }
  Value at(Value record, int64_t offset) {
    return LLVM::GEPOp::create(b, loc, pointer, b.getI8Type(), record,
                               ArrayRef<LLVM::GEPArg>{int32_t(offset)});
  }
  Value load(Type type, Value record, int64_t offset) {
    return LLVM::LoadOp::create(b, loc, type, at(record, offset));
  }
  void store(Value value, Value record, int64_t offset) {
    LLVM::StoreOp::create(b, loc, value, at(record, offset));
  }
};
} // namespace

// void sinter_trace(sinter_trace_track *track, int64_t what)
static LLVM::LLVMFuncOp addRecorder(ModuleOp module) {
  Emitter e{OpBuilder::atBlockEnd(module.getBody()), module.getLoc()};
  auto type = LLVM::LLVMFunctionType::get(
      LLVM::LLVMVoidType::get(module.getContext()), {e.pointer, e.i64});
  auto recorder = LLVM::LLVMFuncOp::create(e.b, e.loc, recorderName, type,
                                           LLVM::Linkage::Internal);
  recorder.setNoInline(true);
  Block *entry = recorder.addEntryBlock(e.b);
  Block *store = e.b.createBlock(&recorder.getBody());
  Block *end = e.b.createBlock(&recorder.getBody());
  Value track = entry->getArgument(0), what = entry->getArgument(1);

  e.b.setInsertionPointToEnd(entry);
  Value count = e.load(e.i64, track, offsetof(sinter_trace_track, count));
  Value capacity = e.load(e.i64, track, offsetof(sinter_trace_track, capacity));
  Value fits = LLVM::ICmpOp::create(e.b, e.loc, LLVM::ICmpPredicate::slt, count,
                                    capacity);
  LLVM::CondBrOp::create(e.b, e.loc, fits, store, end);

  e.b.setInsertionPointToEnd(store);
  Value events = e.load(e.pointer, track, offsetof(sinter_trace_track, events));
  Value offset = LLVM::MulOp::create(e.b, e.loc, count,
                                     e.constant(sizeof(sinter_trace_event)));
  Value event = LLVM::GEPOp::create(e.b, e.loc, e.pointer, e.b.getI8Type(),
                                    events, ArrayRef<LLVM::GEPArg>{offset});
  Value ticks = LLVM::CallIntrinsicOp::create(
                    e.b, e.loc, e.i64,
                    e.b.getStringAttr("llvm.readcyclecounter"), ValueRange())
                    .getResults();
  e.store(ticks, event, offsetof(sinter_trace_event, ticks));
  e.store(what, event, offsetof(sinter_trace_event, point));
  LLVM::BrOp::create(e.b, e.loc, end);

  e.b.setInsertionPointToEnd(end);
  Value next = LLVM::AddOp::create(e.b, e.loc, count, e.constant(1));
  e.store(next, track, offsetof(sinter_trace_track, count));
  LLVM::ReturnOp::create(e.b, e.loc, ValueRange());
  return recorder;
}

void sinter::lowerTracePoints(func::FuncOp entry, Value call, Value member) {
  SmallVector<TracePointOp> points;
  entry.walk([&](TracePointOp point) { points.push_back(point); });
  if (points.empty())
    return;
  auto module = entry->getParentOfType<ModuleOp>();
  auto recorder = module.lookupSymbol<LLVM::LLVMFuncOp>(recorderName);
  if (!recorder)
    recorder = addRecorder(module);

  Emitter e{OpBuilder::atBlockBegin(&entry.getBody().front()), entry.getLoc()};
  Value tracks = e.load(e.pointer, call, offsetof(sinter_call, trace));
  Value traces =
      LLVM::ICmpOp::create(e.b, e.loc, LLVM::ICmpPredicate::ne, tracks,
                           LLVM::ZeroOp::create(e.b, e.loc, e.pointer));
  Value index = arith::IndexCastOp::create(e.b, e.loc, e.i64, member);
  Value offset = LLVM::MulOp::create(e.b, e.loc, index,
                                     e.constant(sizeof(sinter_trace_track)));
  Value track = LLVM::GEPOp::create(e.b, e.loc, e.pointer, e.b.getI8Type(),
                                    tracks, ArrayRef<LLVM::GEPArg>{offset});

  llvm::SetVector<Attribute> works;
  if (auto before = module->getAttrOfType<ArrayAttr>(traceWorksAttrName))
    works.insert(before.begin(), before.end());
  for (TracePointOp point : points) {
    e.b.setInsertionPoint(point);
    e.loc = point.getLoc();
    auto branch = scf::IfOp::create(e.b, e.loc, traces, false);
    e.b.setInsertionPointToStart(branch.thenBlock());
    // Little endian: the point below, the layer above.
    uint64_t number = UINT32_MAX;
    if (WorkAttr work = point.getWorkAttr()) {
      works.insert(work);
      number = llvm::find(works, work) - works.begin();
    }
    Value what;
    if (Value layer = point.getLayer()) {
      layer = arith::IndexCastOp::create(e.b, e.loc, e.i64, layer);
      what = LLVM::ShlOp::create(e.b, e.loc, layer, e.constant(32));
      what = LLVM::OrOp::create(e.b, e.loc, what, e.constant(int64_t(number)));
    } else {
      what = e.constant(int64_t(uint64_t(UINT32_MAX) << 32 | number));
    }
    LLVM::CallOp::create(e.b, e.loc, recorder, ValueRange{track, what});
    point.erase();
  }
  module->setAttr(traceWorksAttrName,
                  ArrayAttr::get(module.getContext(), works.takeVector()));
}
