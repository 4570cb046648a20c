//===- PlanArena.cpp - allocations become places in one arena -------------===//
//
// Buffers are placed largest first, each at the lowest offset where no buffer
// that lives at the same time lies. Sizes that depend on symbols: a step bounds
// every symbol, so the bound is the size; forward gives each group of buffers
// that do not meet in time a slot of their largest size, added up at run time.
//
//===----------------------------------------------------------------------===//
#include "dialects/Sinter/IR/WeightLayout.h"
#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "passes/Bufferize/Bufferize.h"
#include "passes/Bufferize/Liveness.h"
#include "passes/Bufferize/SizeBounds.h"
#include "passes/Tile/Tile.h"
#include "llvm/Support/MathExtras.h"

namespace sinter {
#define GEN_PASS_DEF_PLANARENA
#include "passes/Bufferize/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

namespace {
struct Buffer {
  memref::AllocOp alloc;
  LiveRange range;
  int64_t bytes = 0; // when static or bounded
  Value runtimeBytes;
  int64_t offset = 0;
  unsigned slot = 0;
};

class ArenaPlanner {
public:
  ArenaPlanner(func::FuncOp function)
      : function(function), liveness(function) {}
  LogicalResult run();

private:
  bool isStep() {
    return function->getAttrOfType<StringAttr>(entryAttrName).getValue() ==
           "step";
  }
  LogicalResult collect();
  std::optional<int64_t> bound(Value index);
  std::optional<int64_t> boundBytes(memref::AllocOp alloc);
  int64_t placeStatic();
  void describePlan();
  void hoistSizes();
  void placeAtRunTime();
  Value bytesAtRunTime(OpBuilder &b, memref::AllocOp alloc);
  void replace(Buffer &buffer, Value arena, Value offset);
  void makeBytesFunction(Value total);

  func::FuncOp function;
  BufferLiveness liveness;
  SmallVector<Buffer> buffers;
};
} // namespace

// The number as arithmetic on the entry's symbols; null where it has functions.
static Value emitNumber(OpBuilder &b, Location loc, func::FuncOp function,
                        const DimExpr &expr) {
  auto find = [&](StringRef symbol) -> Value {
    for (BlockArgument argument : function.getArguments())
      if (auto name = function.getArgAttrOfType<StringAttr>(
              argument.getArgNumber(), symbolAttrName);
          name && name.getValue() == symbol)
        return argument;
    return {};
  };
  Value sum = arith::ConstantIndexOp::create(b, loc, 0);
  for (auto &[monomial, coefficient] : expr.getTerms()) {
    Value product = arith::ConstantIndexOp::create(b, loc, coefficient);
    for (const std::string &atom : monomial) {
      Value factor = find(atom);
      if (!factor)
        return {};
      product = arith::MulIOp::create(b, loc, product, factor);
    }
    sum = arith::AddIOp::create(b, loc, sum, product);
  }
  return sum;
}

/// A size of a buffer or of a view of one, from the sizes that it was given.
static Value emitSize(OpBuilder &b, Location loc, Value memory, int64_t dim) {
  auto type = cast<MemRefType>(memory.getType());
  if (!type.isDynamicDim(dim))
    return arith::ConstantIndexOp::create(b, loc, type.getDimSize(dim));
  Operation *op = memory.getDefiningOp();
  if (auto alloc = dyn_cast_or_null<memref::AllocOp>(op))
    return alloc.getDynamicSizes()[type.getDynamicDimIndex(dim)];
  if (auto cast = dyn_cast_or_null<memref::CastOp>(op))
    return emitSize(b, loc, cast.getSource(), dim);
  // A view of more dimensions was given its sizes.
  if (auto expand = dyn_cast_or_null<memref::ExpandShapeOp>(op))
    return getValueOrCreateConstantIndexOp(b, loc,
                                           expand.getMixedOutputShape()[dim]);
  auto collapse = dyn_cast_or_null<memref::CollapseShapeOp>(op);
  if (!collapse)
    return {};
  auto groups = collapse.getReassociationIndices();
  Value product;
  for (int64_t i : groups[dim]) {
    Value size = emitSize(b, loc, collapse.getSrc(), i);
    if (!size)
      return {};
    product = product ? arith::MulIOp::create(b, loc, product, size).getResult()
                      : size;
  }
  return product;
}

/// A copy asks what it copies for its sizes: of an argument, symbols say them.
static void resolveSizes(func::FuncOp function) {
  OpBuilder b = OpBuilder::atBlockBegin(&function.getBody().front());
  function.walk([&](memref::DimOp op) {
    auto argument = dyn_cast<BlockArgument>(op.getSource());
    auto dim = op.getConstantIndex();
    OpBuilder here(op);
    Value given =
        dim ? emitSize(here, op.getLoc(), op.getSource(), *dim) : Value();
    if (given) {
      op.replaceAllUsesWith(given);
      return;
    }
    auto type = argument && argument.getOwner()->getParentOp() == function
                    ? function.getArgAttrOfType<TypeAttr>(
                          argument.getArgNumber(), typeAttrName)
                    : TypeAttr();
    auto tensor =
        type ? dyn_cast<RankedTensorType>(type.getValue()) : RankedTensorType();
    if (!tensor || !dim)
      return;
    DimExpr size = getDims(tensor)[*dim];
    if (size.isUnknown())
      return;
    if (Value number = emitNumber(b, op.getLoc(), function, size))
      op.replaceAllUsesWith(number);
  });
}

LogicalResult ArenaPlanner::collect() {
  LogicalResult result = success();
  function.walk([&](memref::AllocOp alloc) {
    // What each member needs for itself would need a place a member.
    if (alloc->getParentOfType<scf::ForallOp>()) {
      alloc.emitOpError("internal error: an allocation inside a member's part");
      result = failure();
      return;
    }
    for (Value size : alloc.getDynamicSizes())
      if (Operation *op = size.getDefiningOp())
        if (op->getBlock() != &function.getBody().front()) {
          alloc.emitOpError("its size is not known at the function's entry");
          result = failure();
        }
    Buffer buffer;
    buffer.alloc = alloc;
    buffer.range = liveness.get(alloc);
    buffers.push_back(buffer);
  });
  return result;
}

// The largest value of a size of a step, whose symbols all have a bound.
std::optional<int64_t> ArenaPlanner::bound(Value index) {
  if (!isStep())
    return std::nullopt;
  auto range = getSizeRange(
      index, [&](BlockArgument argument) -> std::optional<SizeRange> {
        auto name = function.getArgAttrOfType<StringAttr>(
            argument.getArgNumber(), symbolAttrName);
        if (!name)
          return std::nullopt;
        bool isRows = name.getValue() == "rows" || name.getValue() == "wanted";
        auto most =
            function->getParentOfType<ModuleOp>()->getAttrOfType<IntegerAttr>(
                isRows ? prefillChunkAttrName : maxLengthAttrName);
        if (!most)
          return std::nullopt;
        return SizeRange{0, most.getInt()};
      });
  if (!range)
    return std::nullopt;
  return std::max<int64_t>(range->high, 0);
}

std::optional<int64_t> ArenaPlanner::boundBytes(memref::AllocOp alloc) {
  int64_t bytes = getElementBytes(alloc.getType().getElementType());
  unsigned next = 0;
  for (int64_t size : alloc.getType().getShape()) {
    if (ShapedType::isDynamic(size)) {
      auto most = bound(alloc.getDynamicSizes()[next++]);
      if (!most)
        return std::nullopt;
      size = *most;
    }
    if (llvm::MulOverflow(bytes, size, bytes))
      return std::nullopt;
  }
  return llvm::alignTo(bytes, weightAlignment);
}

// First fit, largest first; returns the arena's size.
int64_t ArenaPlanner::placeStatic() {
  SmallVector<Buffer *> order;
  for (Buffer &buffer : buffers)
    order.push_back(&buffer);
  llvm::sort(order, [](Buffer *a, Buffer *b) {
    return std::pair(-a->bytes, a->range.first) <
           std::pair(-b->bytes, b->range.first);
  });
  int64_t total = 0;
  SmallVector<Buffer *> placed;
  for (Buffer *buffer : order) {
    SmallVector<std::pair<int64_t, int64_t>> taken;
    for (Buffer *other : placed)
      if (other->range.overlaps(buffer->range))
        taken.push_back({other->offset, other->offset + other->bytes});
    llvm::sort(taken);
    int64_t at = 0;
    for (auto [begin, end] : taken) {
      if (begin - at >= buffer->bytes)
        break;
      at = std::max(at, end);
    }
    buffer->offset = at;
    placed.push_back(buffer);
    total = std::max(total, at + buffer->bytes);
  }
  return total;
}

// What a profile draws of the arena.
void ArenaPlanner::describePlan() {
  SmallVector<std::pair<unsigned, StringAttr>> works; // first op, node
  Builder b(function.getContext());
  function.walk([&](TracePointOp point) {
    if (WorkAttr work = point.getWorkAttr())
      works.push_back(
          {liveness.getNumber(point), b.getStringAttr(work.getName())});
  });
  if (works.empty())
    return;
  auto pieceOf = [&](unsigned op) {
    auto after = llvm::upper_bound(
        works, op, [](unsigned at, auto &work) { return at < work.first; });
    return std::max<int64_t>(after - works.begin() - 1, 0);
  };
  SmallVector<Attribute> plan;
  for (Buffer &buffer : buffers) {
    if (buffer.range.first > buffer.range.last)
      continue; // never used
    int64_t first = pieceOf(buffer.range.first);
    int64_t last = pieceOf(buffer.range.last);
    plan.push_back(ArenaBufferAttr::get(
        function.getContext(), works[first].second, works[last].second,
        buffer.offset, buffer.bytes, first, last));
  }
  function->getParentOfType<ModuleOp>()->setAttr(arenaPlanAttrName,
                                                 b.getArrayAttr(plan));
}

Value ArenaPlanner::bytesAtRunTime(OpBuilder &b, memref::AllocOp alloc) {
  Location loc = alloc.getLoc();
  int64_t factor = getElementBytes(alloc.getType().getElementType());
  for (int64_t size : alloc.getType().getShape())
    if (!ShapedType::isDynamic(size))
      factor *= size;
  auto index = [&](int64_t v) -> Value {
    return arith::ConstantIndexOp::create(b, loc, v);
  };
  Value bytes = index(factor);
  for (Value size : alloc.getDynamicSizes())
    bytes = arith::MulIOp::create(b, loc, bytes, size);
  bytes = arith::AddIOp::create(b, loc, bytes, index(weightAlignment - 1));
  return arith::MulIOp::create(
      b, loc, arith::DivUIOp::create(b, loc, bytes, index(weightAlignment)),
      index(weightAlignment));
}

void ArenaPlanner::replace(Buffer &buffer, Value arena, Value offset) {
  OpBuilder b(buffer.alloc);
  Value view =
      memref::ViewOp::create(b, buffer.alloc.getLoc(), buffer.alloc.getType(),
                             arena, offset, buffer.alloc.getDynamicSizes());
  for (Operation *user : llvm::to_vector(buffer.alloc->getUsers()))
    if (isa<memref::DeallocOp>(user))
      user->erase();
  buffer.alloc.replaceAllUsesWith(view);
  buffer.alloc.erase();
}

// index @forward_arena_bytes(symbols): what computes `total`, alone.
void ArenaPlanner::makeBytesFunction(Value total) {
  OpBuilder b(function);
  SmallVector<BlockArgument> symbols;
  for (BlockArgument argument : function.getArguments())
    if (function.getArgAttr(argument.getArgNumber(), symbolAttrName))
      symbols.push_back(argument);
  SmallVector<Type> types(symbols.size(), b.getIndexType());
  auto created = func::FuncOp::create(
      b, function.getLoc(), (function.getName() + "_arena_bytes").str(),
      b.getFunctionType(types, b.getIndexType()));
  Block *body = created.addEntryBlock();
  b.setInsertionPointToStart(body);
  IRMapping map;
  for (auto [from, to] : llvm::zip_equal(symbols, body->getArguments()))
    map.map(from, to);
  llvm::SetVector<Operation *> slice;
  if (Operation *op = total.getDefiningOp()) {
    BackwardSliceOptions options;
    options.inclusive = true;
    (void)getBackwardSlice(op, &slice, options);
  }
  for (Operation &op : function.getBody().front())
    if (slice.contains(&op))
      b.clone(op, map);
  func::ReturnOp::create(b, function.getLoc(), map.lookupOrDefault(total));
}

/// What sizes are computed of goes to the entry's start, where every buffer can
/// be placed.
void ArenaPlanner::hoistSizes() {
  Block &entry = function.getBody().front();
  llvm::SetVector<Operation *> slice;
  BackwardSliceOptions options;
  options.inclusive = true;
  for (Buffer &buffer : buffers)
    for (Value size : buffer.alloc.getDynamicSizes())
      if (Operation *op = size.getDefiningOp())
        (void)getBackwardSlice(op, &slice, options);
  llvm::DenseSet<Operation *> hoisted;
  Operation *last = nullptr;
  for (Operation &op : llvm::make_early_inc_range(entry)) {
    bool isFree = slice.contains(&op) && isPure(&op) &&
                  llvm::all_of(op.getOperands(), [&](Value operand) {
                    Operation *made = operand.getDefiningOp();
                    return !made || hoisted.contains(made);
                  });
    if (!isFree)
      continue;
    if (last)
      op.moveAfter(last);
    else
      op.moveBefore(&entry, entry.begin());
    last = &op;
    hoisted.insert(last);
  }
}

void ArenaPlanner::placeAtRunTime() {
  // Slots by first fit over time: buffers in order of their start.
  SmallVector<Buffer *> order;
  for (Buffer &buffer : buffers)
    order.push_back(&buffer);
  llvm::sort(order, [](Buffer *a, Buffer *b) {
    return std::pair(a->range.first, a->range.last) <
           std::pair(b->range.first, b->range.last);
  });
  SmallVector<SmallVector<Buffer *>> slots;
  for (Buffer *buffer : order) {
    unsigned slot = 0;
    while (slot < slots.size() &&
           llvm::any_of(
               slots[slot],
               [&](Buffer *other) {
                 return other->range.overlaps(buffer->range);
               }))
      ++slot;
    if (slot == slots.size())
      slots.emplace_back();
    slots[slot].push_back(buffer);
    buffer->slot = slot;
  }
  hoistSizes();
  // Sizes are computed after the last size operand of the entry block.
  Operation *after = nullptr;
  for (Buffer &buffer : buffers)
    for (Value size : buffer.alloc.getDynamicSizes())
      if (Operation *op = size.getDefiningOp())
        if (!after || after->isBeforeInBlock(op))
          after = op;
  OpBuilder b(function.getContext());
  Block &entry = function.getBody().front();
  if (after)
    b.setInsertionPointAfter(after);
  else
    b.setInsertionPointToStart(&entry);
  Location loc = function.getLoc();
  SmallVector<Value> offsets;
  Value total = arith::ConstantIndexOp::create(b, loc, 0);
  for (auto &slot : slots) {
    Value bytes;
    for (Buffer *buffer : slot) {
      Value own = bytesAtRunTime(b, buffer->alloc);
      bytes =
          bytes ? arith::MaxUIOp::create(b, loc, bytes, own).getResult() : own;
    }
    offsets.push_back(total);
    total = arith::AddIOp::create(b, loc, total, bytes);
  }
  makeBytesFunction(total);
  Value arena = getRoleArgument(function, "arena");
  for (Buffer &buffer : buffers) {
    // Allocations before the sizes cannot be: all are after.
    if (buffer.alloc->getBlock() == &entry && after &&
        buffer.alloc->isBeforeInBlock(offsets[buffer.slot].getDefiningOp()))
      buffer.alloc->moveAfter(total.getDefiningOp());
    replace(buffer, arena, offsets[buffer.slot]);
  }
}

LogicalResult ArenaPlanner::run() {
  if (failed(collect()))
    return failure();
  OpBuilder b(function.getContext());
  BlockArgument member = getRoleArgument(function, "member");
  unsigned at = member.getArgNumber();
  auto type = MemRefType::get({ShapedType::kDynamic}, b.getI8Type());
  auto role = b.getNamedAttr(roleAttrName, b.getStringAttr("arena"));
  if (failed(function.insertArgument(at, type, b.getDictionaryAttr(role),
                                     function.getLoc())))
    return failure();
  bool isBounded = true;
  for (Buffer &buffer : buffers) {
    auto bytes = boundBytes(buffer.alloc);
    if (!bytes && isStep())
      return buffer.alloc.emitError(
          "internal error: nothing bounds the memory that this node needs in a "
          "step; compile with --no-fuse, and report the model");
    isBounded &= bytes.has_value();
    buffer.bytes = bytes.value_or(0);
  }
  if (!isBounded) {
    placeAtRunTime();
    return success();
  }
  int64_t total = placeStatic();
  auto module = function->getParentOfType<ModuleOp>();
  module->setAttr(arenaBytesAttrName, b.getI64IntegerAttr(total));
  if (isStep())
    describePlan();
  Value arena = getRoleArgument(function, "arena");
  for (Buffer &buffer : buffers) {
    b.setInsertionPoint(buffer.alloc);
    Value offset =
        arith::ConstantIndexOp::create(b, buffer.alloc.getLoc(), buffer.offset);
    replace(buffer, arena, offset);
  }
  return success();
}

namespace {
struct PlanArena : sinter::impl::PlanArenaBase<PlanArena> {
  void runOnOperation() override {
    for (auto function : llvm::to_vector(getOperation().getOps<func::FuncOp>()))
      if (function->hasAttr(entryAttrName)) {
        resolveSizes(function); // before ops are numbered
        if (failed(ArenaPlanner(function).run()))
          return signalPassFailure();
      }
  }
};
} // namespace
