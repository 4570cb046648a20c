//===- UpstreamMemory.cpp - memref, bufferization, and the team's ops -----===//
//
// Levels between plan and vector code are on memory; what leaves it is an
// error.
//
//===----------------------------------------------------------------------===//
#include "dialects/Sinter/Interpreter/Indexing.h"
#include "dialects/Sinter/Interpreter/Upstream.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace sinter;

static FailureOr<int64_t> place(Evaluation &eval, Operation *op,
                                const Memory &memory, ValueRange indices) {
  Shape index;
  for (Value value : indices)
    index.push_back(eval.index(value));
  auto byte = memory.find(index);
  if (!byte)
    return eval.error(op) << "index " << shapeText(index) << " is outside "
                          << shapeText(memory.sizes);
  return *byte;
}

static LogicalResult copy(Evaluation &eval, Operation *op, Tensor from,
                          Memory to) {
  if (from.getShape() != ArrayRef(to.sizes) || !to.toTensor())
    return eval.error(op) << "copies " << from.shapeText() << " to "
                          << shapeText(to.sizes);
  to.assign(from);
  return success();
}

// The first and the last element of every dimension lie in memory.
static LogicalResult checkInside(Evaluation &eval, Operation *op,
                                 const Memory &memory) {
  if (llvm::is_contained(memory.sizes, 0))
    return success();
  Shape first(memory.sizes.size(), 0), last = memory.sizes;
  for (int64_t &size : last)
    --size;
  if (!memory.find(first) || !memory.find(last))
    return eval.error(op) << "view of " << shapeText(memory.sizes)
                          << " leaves its memory";
  return success();
}

static LogicalResult allocate(Evaluation &eval, Operation *op, MemRefType type,
                              ValueRange dynamicSizes) {
  Shape sizes(type.getShape());
  unsigned next = 0;
  for (int64_t &size : sizes)
    if (ShapedType::isDynamic(size))
      size = eval.index(dynamicSizes[next++]);
  if (failed(eval.checkFits(op, type.getElementType(), sizes)))
    return failure();
  eval.set(op->getResult(0), Memory(type.getElementType(), sizes));
  return success();
}

static LogicalResult getGlobal(memref::GetGlobalOp op, Evaluation &eval) {
  auto global = SymbolTable::lookupNearestSymbolFrom<memref::GlobalOp>(
      op, op.getNameAttr());
  auto value =
      global && global.getConstant()
          ? dyn_cast_or_null<ElementsAttr>(global.getInitialValueAttr())
          : ElementsAttr();
  auto tensor = value ? Tensor::ofAttr(value) : std::nullopt;
  if (!tensor)
    return eval.error(op) << "is no constant with a value";
  eval.set(op, Memory::ofTensor(*tensor, op.getType().getElementType()));
  return success();
}

static LogicalResult view(memref::ViewOp op, Evaluation &eval) {
  Memory memory = eval.memory(op.getSource());
  memory.offset += eval.index(op.getByteShift());
  memory.element = op.getType().getElementType();
  memory.kind = *getElementKind(memory.element);
  memory.sizes = Shape(op.getType().getShape());
  unsigned next = 0;
  for (int64_t &size : memory.sizes)
    if (ShapedType::isDynamic(size))
      size = eval.index(op.getSizes()[next++]);
  memory.strides = stridesOf(memory.sizes);
  if (failed(checkInside(eval, op, memory)))
    return failure();
  eval.set(op, memory);
  return success();
}

static LogicalResult subview(memref::SubViewOp op, Evaluation &eval) {
  Memory from = eval.memory(op.getSource()), memory = from;
  Shape offsets = evaluateSizes(eval, op.getMixedOffsets());
  Shape sizes = evaluateSizes(eval, op.getMixedSizes());
  Shape strides = evaluateSizes(eval, op.getMixedStrides());
  auto dropped = op.getDroppedDims();
  memory.sizes.clear();
  memory.strides.clear();
  for (size_t i = 0; i < sizes.size(); ++i) {
    int64_t last = offsets[i] + (sizes[i] - 1) * strides[i];
    if (sizes[i] < 0 || (sizes[i] > 0 && (offsets[i] < 0 || last < 0 ||
                                          offsets[i] >= from.sizes[i] ||
                                          last >= from.sizes[i])))
      return eval.error(op)
             << "slice at " << shapeText(offsets) << " of " << shapeText(sizes)
             << " leaves " << shapeText(from.sizes);
    memory.offset += offsets[i] * from.strides[i] * getElementSize(memory.kind);
    if (dropped.test(i))
      continue;
    memory.sizes.push_back(sizes[i]);
    memory.strides.push_back(strides[i] * from.strides[i]);
  }
  eval.set(op, memory);
  return success();
}

static LogicalResult reinterpret(memref::ReinterpretCastOp op,
                                 Evaluation &eval) {
  Memory memory = eval.memory(op.getSource());
  // The offset counts from the start of the memory.
  memory.offset = evaluateSizes(eval, op.getMixedOffsets())[0] *
                  getElementSize(memory.kind);
  memory.sizes = evaluateSizes(eval, op.getMixedSizes());
  memory.strides = evaluateSizes(eval, op.getMixedStrides());
  if (failed(checkInside(eval, op, memory)))
    return failure();
  eval.set(op, memory);
  return success();
}

// Groups of dimensions of the larger shape against those of the smaller one.
static LogicalResult collapse(memref::CollapseShapeOp op, Evaluation &eval) {
  Memory from = eval.memory(op.getSrc()), memory = from;
  memory.sizes.clear();
  memory.strides.clear();
  for (auto &group : op.getReassociationIndices()) {
    int64_t size = 1, stride = 1;
    bool isFirst = true;
    for (int64_t i : llvm::reverse(group)) {
      if (from.sizes[i] != 1 && isFirst) {
        stride = from.strides[i];
        isFirst = false;
      } else if (from.sizes[i] > 1 && from.strides[i] != stride * size) {
        return eval.error(op) << "collapses dimensions that do not adjoin";
      }
      size *= from.sizes[i];
    }
    memory.sizes.push_back(size);
    memory.strides.push_back(stride);
  }
  eval.set(op, memory);
  return success();
}

static LogicalResult expand(memref::ExpandShapeOp op, Evaluation &eval) {
  Memory from = eval.memory(op.getSrc()), memory = from;
  memory.sizes = evaluateSizes(eval, op.getMixedOutputShape());
  memory.strides.assign(memory.sizes.size(), 0);
  for (auto [source, group] : llvm::enumerate(op.getReassociationIndices())) {
    int64_t stride = from.strides[source];
    for (int64_t i : llvm::reverse(group)) {
      memory.strides[i] = stride;
      stride *= memory.sizes[i];
    }
    if (stride != from.strides[source] * from.sizes[source])
      return eval.error(op) << "expands " << shapeText(from.sizes) << " to "
                            << shapeText(memory.sizes);
  }
  eval.set(op, memory);
  return success();
}

std::optional<LogicalResult> sinter::interpretMemory(Operation *op,
                                                     Evaluation &eval) {
  using Result = std::optional<LogicalResult>;
  return llvm::TypeSwitch<Operation *, Result>(op)
      .Case<memref::AllocOp, memref::AllocaOp>([&](auto alloc) -> Result {
        return allocate(eval, op, alloc.getType(), alloc.getDynamicSizes());
      })
      .Case([&](memref::GetGlobalOp get) -> Result {
        return getGlobal(get, eval);
      })
      .Case<memref::DeallocOp, memref::PrefetchOp>(
          [](auto) -> Result { return success(); })
      .Case([&](BarrierOp) -> Result {
        eval.waitForTeam();
        return success();
      })
      .Case([&](ClaimOp claim) -> Result {
        int64_t of = eval.index(claim.getOf());
        auto number = eval.claim(of);
        if (!number)
          return eval.error(op) << "the team has no member " << of;
        eval.set(claim, Scalar::ofIndex(*number));
        return success();
      })
      .Case([](TracePointOp) -> Result { return success(); })
      .Case([&](memref::ViewOp v) -> Result { return view(v, eval); })
      .Case([&](memref::SubViewOp v) -> Result { return subview(v, eval); })
      .Case([&](memref::ReinterpretCastOp v) -> Result {
        return reinterpret(v, eval);
      })
      .Case([&](memref::CollapseShapeOp v) -> Result {
        return collapse(v, eval);
      })
      .Case([&](memref::ExpandShapeOp v) -> Result { return expand(v, eval); })
      .Case<memref::CastOp, memref::AssumeAlignmentOp>([&](auto) -> Result {
        eval.set(op->getResult(0), eval.datum(op->getOperand(0)));
        return success();
      })
      .Case([&](memref::DimOp dim) -> Result {
        Memory memory = eval.memory(dim.getSource());
        int64_t i = eval.index(dim.getIndex());
        if (i < 0 || i >= memory.getRank())
          return eval.error(op) << "there is no dimension " << i;
        eval.set(dim, Scalar::ofIndex(memory.sizes[i]));
        return success();
      })
      .Case([&](memref::LoadOp load) -> Result {
        Memory memory = eval.memory(load.getMemRef());
        auto byte = place(eval, op, memory, load.getIndices());
        if (failed(byte))
          return failure();
        eval.set(load, memory.load(*byte));
        return success();
      })
      .Case([&](memref::StoreOp store) -> Result {
        Memory memory = eval.memory(store.getMemRef());
        auto byte = place(eval, op, memory, store.getIndices());
        if (failed(byte))
          return failure();
        memory.store(*byte, eval.scalar(store.getValueToStore()));
        return success();
      })
      .Case([&](memref::CopyOp c) -> Result {
        return copy(eval, op, eval.tensor(c.getSource()),
                    eval.memory(c.getTarget()));
      })
      .Case([&](bufferization::ToTensorOp to) -> Result {
        eval.set(to, eval.tensor(to.getBuffer()));
        return success();
      })
      .Case([&](bufferization::MaterializeInDestinationOp m) -> Result {
        if (!isa<MemRefType>(m.getDest().getType())) {
          eval.set(m.getResult(), eval.tensor(m.getSource()));
          return success();
        }
        return copy(eval, op, eval.tensor(m.getSource()),
                    eval.memory(m.getDest()));
      })
      .Case([&](RequireOp require) -> Result {
        if (!eval.scalar(require.getCondition()).integer)
          return eval.error(op)
                 << "is not met (site " << require.getSite() << ")";
        return success();
      })
      .Default([](Operation *) { return Result(); });
}
