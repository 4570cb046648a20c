//===- Work.cpp - what an op before TileToTeam costs ----------------------===//
//
// Bytes are those of weights, cache, inputs and outputs, each element once:
// scratch is taken to stay in the processor's caches. FLOPs are additions,
// multiplications, divisions and math functions, one each.
//
//===----------------------------------------------------------------------===//
#include "passes/Tile/Work.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/Tile/CacheLayout.h"
#include "passes/Tile/Extents.h"
#include "passes/Tile/Tile.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace sinter;

namespace {
struct Cost {
  StringRef kind;
  DimExpr bytes, flops;
  int64_t dots = 0; // see WorkAttr
};
} // namespace

static DimExpr elementBytes(Value value) {
  Type element = cast<ShapedType>(value.getType()).getElementType();
  return DimExpr(llvm::divideCeil(
      element.isIndex() ? 64 : element.getIntOrFloatBitWidth(), 8));
}

// The values of a view of memory that is no scratch.
static bool isExternal(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (isa<bufferization::ToTensorOp, arith::ConstantOp>(op))
      return true;
    if (!isa<tensor::CastOp, tensor::CollapseShapeOp, tensor::ExpandShapeOp,
             tensor::ExtractSliceOp>(op))
      return false;
    value = op->getOperand(0);
  }
  return false;
}

// Does this result go to an output of the model?
static bool isOutput(Value value) {
  return llvm::any_of(value.getUsers(), [](Operation *user) {
    if (isa<tensor::CastOp, tensor::CollapseShapeOp, tensor::ExpandShapeOp>(
            user))
      return isOutput(user->getResult(0));
    return isa<bufferization::MaterializeInDestinationOp>(user);
  });
}

static DimExpr bytesIfExternal(Value value) {
  return value && isExternal(value)
             ? getElementCount(value) * elementBytes(value)
             : DimExpr(0);
}

static DimExpr outputBytes(Operation *op) {
  DimExpr bytes(0);
  for (Value result : op->getResults())
    if (isOutput(result))
      bytes = bytes + getElementCount(result) * elementBytes(result);
  return bytes;
}

//===----------------------------------------------------------------------===//
// Inner tiles
//===----------------------------------------------------------------------===//

// Rows stay bf16 only where vdpbf16ps multiplies them.
static int64_t dotsOf(Value rows) {
  return getElementTypeOrSelf(rows).isBF16() ? 1 : 0;
}

static Cost costOf(InnerMatMulOp op) {
  DimExpr rows = getExtent(op.getX(), 0), depth = getExtent(op.getX(), 1),
          columns = getExtent(op.getOut(), 1);
  if (op.getGate()) // two sums for each
    columns = DimExpr(2) * columns;
  return {"matmul",
          bytesIfExternal(op.getW()) + bytesIfExternal(op.getBias()) +
              bytesIfExternal(op.getX()),
          DimExpr(2) * rows * depth * columns,
          op.getDepthBlock() ? 2 : dotsOf(op.getX())};
}

// Each row reads a matrix, but no more than there are.
static Cost costOf(InnerExpertMatMulOp op) {
  DimExpr rows = getExtent(op.getX(), 0), depth = getExtent(op.getX(), 1),
          columns = getExtent(op.getOut(), 1);
  int64_t experts = cast<ShapedType>(op.getW().getType()).getDimSize(0);
  DimExpr all = bytesIfExternal(op.getW());
  DimExpr read = DimExpr::floorDiv(all * DimExpr::min(rows, DimExpr(experts)),
                                   DimExpr(experts));
  return {"matmul", read + bytesIfExternal(op.getX()),
          DimExpr(2) * rows * depth * columns, dotsOf(op.getX())};
}

static Cost costOf(InnerNormOp op) {
  // Square and add, scale twice; centered: subtract and add as well.
  return {"norm",
          bytesIfExternal(op.getX()) + bytesIfExternal(op.getScale()) +
              bytesIfExternal(op.getBias()),
          DimExpr(op.getCentered() ? 7 : 4) * getElementCount(op.getX())};
}

static Cost costOf(InnerSoftmaxOp op) {
  return {"softmax", bytesIfExternal(op.getX()),
          DimExpr(5) * getElementCount(op.getX())};
}

static Cost costOf(InnerAttentionOp op) {
  int64_t rowDim = op.getRowDim();
  DimExpr rows = getExtent(op.getQ(), rowDim),
          heads = getExtent(op.getQ(), rowDim + 1),
          position = getNumber(op.getPosition());
  if (op.hasBatch())
    heads = heads * getExtent(op.getQ(), 0);
  auto keys = cast<ShapedType>(op.getKeys().getType()),
       values = cast<ShapedType>(op.getValues().getType());
  // Row i sees position + i + 1 keys.
  DimExpr seen = position + rows;
  DimExpr pairs =
      position * rows + DimExpr::floorDiv(rows * rows + rows, DimExpr(2));
  if (op.getEnd()) {
    seen = getNumber(op.getEnd());
    pairs = rows * seen;
  }
  if (op.getWindow()) {
    DimExpr window(op.getWindow());
    seen = DimExpr::min(seen, window + rows);
    pairs = DimExpr::min(pairs, rows * window);
  }
  auto target = op->getParentOfType<ModuleOp>()->getAttrOfType<TargetAttr>(
      targetAttrName);
  int64_t interleave = op.getInterleave();
  DimExpr depth(keys.getDimSize(2) * interleave +
                values.getDimSize(2) / interleave);
  return {"attention",
          getExtent(op.getValues(), 0) * depth * elementBytes(op.getValues()) *
              seen,
          DimExpr(2) * heads * depth * pairs,
          fillsTiles(op, target) ? 2 : dotsOf(op.getQ())};
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

// Floating-point operations of one pass through the ops in a region.
static int64_t countFlops(Operation *op) {
  int64_t flops = 0;
  op->walk([&](Operation *inner) {
    if (inner == op || inner->getNumResults() != 1 ||
        !isa<FloatType>(inner->getResult(0).getType()))
      return;
    if (isa<math::FmaOp>(inner))
      flops += 2;
    else if (isa<math::MathDialect>(inner->getDialect()) ||
             isa<arith::AddFOp, arith::SubFOp, arith::MulFOp, arith::DivFOp,
                 arith::MaximumFOp, arith::MinimumFOp, arith::NegFOp>(inner))
      ++flops;
  });
  return flops;
}

static bool contains(Operation *op, llvm::function_ref<bool(Operation *)> is) {
  return op
      ->walk([&](Operation *inner) {
        return is(inner) ? WalkResult::interrupt() : WalkResult::advance();
      })
      .wasInterrupted();
}

static StringRef kindOf(linalg::LinalgOp op, int64_t flops) {
  bool reduces = op.getNumReductionLoops() > 0;
  if (reduces && op.getNumDpsInputs() > 1 && contains(op, [](Operation *o) {
        return isa<math::FmaOp, arith::MulFOp>(o);
      }))
    return "contraction";
  if (reduces)
    return "reduction";
  if (contains(op, [](Operation *o) { return isa<tensor::ExtractOp>(o); }))
    return "gather";
  return flops ? "elementwise" : "copy";
}

static Cost costOf(linalg::LinalgOp op) {
  // The size of each loop, from an operand that it walks.
  SmallVector<DimExpr> loops(op.getNumLoops(), DimExpr::unknown());
  for (OpOperand &operand : op->getOpOperands())
    for (auto [i, expr] :
         llvm::enumerate(op.getMatchingIndexingMap(&operand).getResults()))
      if (auto loop = dyn_cast<AffineDimExpr>(expr))
        if (loops[loop.getPosition()].isUnknown())
          loops[loop.getPosition()] = getExtent(operand.get(), i);
  DimExpr bytes = outputBytes(op);
  for (OpOperand *operand : op.getDpsInputOperands()) {
    if (!isa<RankedTensorType>(operand->get().getType()) ||
        !isExternal(operand->get()))
      continue;
    DimExpr elements(1);
    for (AffineExpr expr : op.getMatchingIndexingMap(operand).getResults())
      if (auto loop = dyn_cast<AffineDimExpr>(expr))
        elements = elements * loops[loop.getPosition()];
    bytes = bytes + elements * elementBytes(operand->get());
  }
  DimExpr iterations = product(loops);
  op->walk([&](tensor::ExtractOp extract) {
    if (isExternal(extract.getTensor()))
      bytes = bytes + iterations * elementBytes(extract.getTensor());
  });
  int64_t flops = countFlops(op);
  return {kindOf(op, flops), bytes,
          flops ? DimExpr(flops) * iterations : DimExpr(0)};
}

// What a loop over heads or rows stores into the cache.
static Cost costOfStores(Operation *op) {
  DimExpr bytes(0);
  bool stores =
      contains(op, [](Operation *o) { return isa<memref::StoreOp>(o); });
  SetVector<Value> from; // some rows one by one, others together
  op->walk(
      [&](tensor::ExtractOp extract) { from.insert(extract.getTensor()); });
  for (Value rows : from)
    bytes = bytes + getElementCount(rows) * elementBytes(rows);
  return {stores ? "cache_append" : "loop", bytes, DimExpr(0)};
}

//===----------------------------------------------------------------------===//
// Interface
//===----------------------------------------------------------------------===//

StringRef sinter::getNodeName(Location loc) {
  auto name = loc->findInstanceOf<NameLoc>();
  return name ? name.getName().getValue() : StringRef();
}

WorkAttr sinter::getWork(Operation *op) {
  Cost cost =
      llvm::TypeSwitch<Operation *, Cost>(op)
          .Case<InnerMatMulOp, InnerExpertMatMulOp, InnerNormOp, InnerSoftmaxOp,
                InnerAttentionOp, linalg::LinalgOp>(
              [](auto o) { return costOf(o); })
          .Default([](Operation *o) {
            if (isa<LoopLikeOpInterface>(o) && !o->hasAttr(serialAttrName))
              return costOfStores(o);
            return Cost{isa<scf::ForOp>(o) ? "scan" : "copy",
                        DimExpr::unknown(), DimExpr::unknown()};
          });
  auto text = [](const DimExpr &expr) {
    return expr.isUnknown() ? std::string("-1") : expr.str();
  };
  return WorkAttr::get(op->getContext(), getNodeName(op->getLoc()), cost.kind,
                       text(cost.bytes), text(cost.flops), false, cost.dots);
}
