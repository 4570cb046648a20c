//===- TileToTeam.cpp - ranges of one dimension for the team --------------===//
//
// Units of a dimension in equal runs: one for each member, or, where an op
// takes long, many shares, which the members divide among themselves while they
// run (Bufferize/ToMembers.cpp): cores are not equally fast, and a busy one
// should not keep the others waiting. Which dimension and which member is a
// matter of speed alone: results do not depend on it, because no reduction is
// split.
//
// An elementwise loop that alone uses a product (a residual, an activation)
// becomes the end of the product's shares: its elements are still near, and no
// barrier stands between.
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/TilingInterface.h"
#include "passes/Tile/RowBlocks.h"
#include "passes/Tile/Tile.h"

namespace sinter {
#define GEN_PASS_DEF_TILETOTEAM
#include "passes/Tile/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

namespace {
// How an op is split.
struct Split {
  int64_t loop = 0;
  int64_t unit = 1;    // indices that stay together
  int64_t share = 0;   // indices of a share; 0: one share a member
  bool always = false; // shares for one member as well
};

class TeamTiling {
public:
  TeamTiling(func::FuncOp function, Value members)
      : rewriter(function.getContext()), members(members) {}
  /// `epilogue`: the use of the op by a loop that becomes the end of its
  /// shares.
  LogicalResult tile(TilingInterface op, OpOperand *epilogue);

private:
  Value shareSize(Location loc, Value size, const Split &split);
  FailureOr<Value> tileEpilogue(OpOperand &use, Value product, ValueRange all,
                                ArrayRef<OpFoldResult> at,
                                ArrayRef<OpFoldResult> of);
  IRRewriter rewriter;
  Value members;
};

struct TileToTeamPass : sinter::impl::TileToTeamBase<TileToTeamPass> {
  void runOnOperation() override;
};
} // namespace

// Element counts below this are not worth a barrier.
static constexpr int64_t smallWork = 1024;
// What a dynamic size is taken for when dimensions are compared.
static constexpr int64_t guessedSize = 32;
static constexpr int64_t cacheLineElements = 16;

// Pairs of a share: whole tiles of 6 or 4 (AVX2) and of 12 or 14 (AVX-512).
static constexpr int64_t attentionShare = 48;
// Of a matmul; a panel of decode takes microseconds.
static constexpr int64_t mostShares = 96;

static ArrayRef<int64_t> getShape(Value value) {
  return cast<ShapedType>(value.getType()).getShape();
}

// Inner ops have one loop.
static Split splitInner(TilingInterface op) {
  if (isa<InnerAttentionOp>(op))
    return Split{0, 1, attentionShare};
  auto overPanels = [](int64_t panels) {
    return ShapedType::isDynamic(panels)
               ? Split{}
               : Split{0, 1, int64_t(llvm::divideCeil(panels, mostShares))};
  };
  if (auto matmul = dyn_cast<InnerMatMulOp>(op.getOperation()))
    return overPanels(getShape(matmul.getW())[0]);
  if (auto matmul = dyn_cast<InnerExpertMatMulOp>(op.getOperation()))
    return overPanels(getShape(matmul.getW())[1]);
  return Split{};
}

// Nullopt: one member does it.
static std::optional<Split> chooseSplit(TilingInterface op) {
  auto linalgOp = dyn_cast<linalg::LinalgOp>(op.getOperation());
  if (!linalgOp)
    return splitInner(op);
  SmallVector<int64_t> sizes = linalgOp.getStaticLoopRanges();
  SmallVector<utils::IteratorType> types = linalgOp.getIteratorTypesArray();
  std::optional<Split> best;
  int64_t bestScore = 1, work = 1;
  bool isDynamic = false;
  for (int64_t i = 0, e = sizes.size(); i < e; ++i) {
    bool dynamic = ShapedType::isDynamic(sizes[i]);
    isDynamic |= dynamic;
    // A leading dynamic size of a high rank is a batch, often 1.
    int64_t size = !dynamic ? sizes[i] : i == 0 && e > 2 ? 4 : guessedSize;
    if (!dynamic && work < smallWork)
      work *= std::max<int64_t>(size, 1);
    if (types[i] != utils::IteratorType::parallel)
      continue;
    bool innermost = i == e - 1;
    // Members must not share cache lines of a row.
    int64_t score = innermost ? size / 4 : size;
    if (score > bestScore) {
      bestScore = score;
      best = Split{i, innermost ? cacheLineElements : 1};
    }
  }
  if (!isDynamic && work < smallWork)
    return std::nullopt;
  return best;
}

Value sinter::ceilDiv(OpBuilder &b, Location loc, Value x, Value y) {
  Value one = arith::ConstantIndexOp::create(b, loc, 1);
  Value sum =
      arith::AddIOp::create(b, loc, x, arith::SubIOp::create(b, loc, y, one));
  return arith::DivUIOp::create(b, loc, sum, y);
}

// How many indices a share has. Few make one share a member, so that what they
// have in common (the cache of one kv head) is read once where possible.
Value TeamTiling::shareSize(Location loc, Value size, const Split &split) {
  Value unit = arith::ConstantIndexOp::create(rewriter, loc, split.unit);
  Value units = split.unit == 1 ? size : ceilDiv(rewriter, loc, size, unit);
  Value even = ceilDiv(rewriter, loc, units, members);
  if (split.unit != 1)
    even = arith::MulIOp::create(rewriter, loc, even, unit);
  if (!split.share)
    return even;
  // One member alone takes all at once, unless something follows in each share.
  Value share = arith::ConstantIndexOp::create(rewriter, loc, split.share);
  Value two = arith::ConstantIndexOp::create(rewriter, loc, 2);
  Value isFew =
      arith::CmpIOp::create(rewriter, loc, arith::CmpIPredicate::ult, even,
                            arith::MulIOp::create(rewriter, loc, share, two));
  Value whole = isFew;
  if (!split.always) {
    Value isAlone = arith::CmpIOp::create(
        rewriter, loc, arith::CmpIPredicate::ult, members, two);
    whole = arith::OrIOp::create(rewriter, loc, isFew, isAlone);
  }
  share = arith::SelectOp::create(rewriter, loc, whole, even, share);
  if (getConstantIntValue(size).value_or(0) > 0)
    return share;
  // Of nothing (an empty batch) there are no shares, of a size all the same.
  Value one = arith::ConstantIndexOp::create(rewriter, loc, 1);
  return arith::MaxUIOp::create(rewriter, loc, share, one);
}

// Does the loop round to a type narrower than the product's?
static bool narrows(linalg::GenericOp loop, Value product) {
  unsigned width = getElementTypeOrSelf(product).getIntOrFloatBitWidth();
  return loop.getBody()
      ->walk([&](arith::TruncFOp op) {
        return op.getType().getIntOrFloatBitWidth() < width
                   ? WalkResult::interrupt()
                   : WalkResult::advance();
      })
      .wasInterrupted();
}

// The elementwise loop that alone uses the product `op`, element by element. It
// must not write what other shares still read. One that narrows stays apart: of
// a share's width, which is not static, LLVM takes as many lanes as the narrow
// type has, and two vectors of an e^x do not fit 16 registers.
static OpOperand *findEpilogue(Operation *op) {
  if (!isa<InnerMatMulOp, InnerExpertMatMulOp>(op) || op->getNumResults() != 1)
    return nullptr;
  Value product = op->getResult(0);
  if (!product.hasOneUse())
    return nullptr;
  OpOperand &use = *product.use_begin();
  auto user = dyn_cast<linalg::GenericOp>(use.getOwner());
  if (!user || user->getBlock() != op->getBlock() ||
      user->hasAttr(serialAttrName) || user.getNumDpsInits() != 1 ||
      user.getNumLoops() != 2 || user.getNumParallelLoops() != 2 ||
      !user.getMatchingIndexingMap(&use).isIdentity() ||
      !user.getMatchingIndexingMap(user.getDpsInitOperand(0)).isIdentity())
    return nullptr;
  if (narrows(user, product))
    return nullptr;
  Value written = getViewSource(user.getDpsInits()[0]);
  if (written != product &&
      llvm::is_contained(llvm::map_range(op->getOperands(), getViewSource),
                         written))
    return nullptr;
  return &use;
}

static TracePointOp getTracePoint(Operation *op) {
  return dyn_cast_if_present<TracePointOp>(op->getPrevNode());
}

// One point for both: the product's; what an epilogue computes is little
// beside.
static void joinTracePoints(Operation *product, Operation *epilogue) {
  TracePointOp first = getTracePoint(product), second = getTracePoint(epilogue);
  if (!first || !second)
    return;
  first->moveBefore(second);
  second.erase();
}

// The part of the loop that uses a product over a share of it. `all` are what
// the loops of the team write: the product and, last, the loop's destination.
FailureOr<Value> TeamTiling::tileEpilogue(OpOperand &use, Value product,
                                          ValueRange all,
                                          ArrayRef<OpFoldResult> at,
                                          ArrayRef<OpFoldResult> of) {
  unsigned number = use.getOperandNumber();
  auto inside = cast<linalg::GenericOp>(rewriter.clone(*use.getOwner()));
  inside.getDpsInitOperand(0)->set(all.back());
  inside->setOperand(number, all.front());
  FailureOr<TilingResult> tiled = cast<TilingInterface>(inside.getOperation())
                                      .getTiledImplementation(rewriter, at, of);
  rewriter.eraseOp(inside);
  if (failed(tiled))
    return failure();
  Operation *part = tiled->tiledOps[0];
  Type type = part->getOperand(number).getType();
  if (product.getType() != type) {
    OpBuilder::InsertionGuard guard(rewriter);
    rewriter.setInsertionPoint(part);
    product = tensor::CastOp::create(rewriter, part->getLoc(), type, product);
  }
  part->setOperand(number, product);
  return tiled->tiledValues[0];
}

LogicalResult TeamTiling::tile(TilingInterface op, OpOperand *epilogue) {
  auto split = chooseSplit(op);
  if (!split)
    return success();
  Location loc = op.getLoc();
  Operation *last = epilogue ? epilogue->getOwner() : op.getOperation();
  if (epilogue) {
    joinTracePoints(op, last);
    split->always = true;
  }
  rewriter.setInsertionPoint(last);
  SmallVector<Range> domain = op.getIterationDomain(rewriter);
  auto value = [&](OpFoldResult number) {
    return getValueOrCreateConstantIndexOp(rewriter, loc, number);
  };
  Value size = value(domain[split->loop].size);
  Value share = shareSize(loc, size, *split);
  Value count = split->share ? ceilDiv(rewriter, loc, size, share) : members;
  std::optional<RowBlocks> blocks;
  if (auto product = dyn_cast<InnerMatMulOp>(op.getOperation());
      product && split->share)
    blocks = RowBlocks::make(rewriter, product);
  Value all = count;
  if (blocks)
    all = arith::MulIOp::create(rewriter, loc, blocks->count, count);

  auto destination = cast<DestinationStyleOpInterface>(op.getOperation());
  SmallVector<Value> inits(destination.getDpsInits());
  unsigned own = inits.size();
  if (epilogue && !cast<linalg::GenericOp>(last).isDpsInit(epilogue))
    inits.push_back(cast<linalg::GenericOp>(last).getDpsInits()[0]);
  auto forall = scf::ForallOp::create(
      rewriter, loc, ArrayRef<OpFoldResult>{all}, inits, std::nullopt);
  if (split->share)
    forall->setAttr(sharedAttrName, rewriter.getUnitAttr());
  rewriter.setInsertionPointToStart(forall.getBody());
  SmallVector<OpFoldResult> offsets, sizes;
  for (Range &range : domain) {
    offsets.push_back(range.offset);
    sizes.push_back(range.size);
  }
  // Part `number` of `length` indices each of a loop.
  auto take = [&](int64_t loop, Value number, Value length, Value size) {
    Value first = arith::MulIOp::create(rewriter, loc, number, length);
    first = arith::MinUIOp::create(rewriter, loc, first, size);
    Value left = arith::SubIOp::create(rewriter, loc, size, first);
    offsets[loop] = first;
    sizes[loop] =
        arith::MinUIOp::create(rewriter, loc, length, left).getResult();
  };
  Value number = forall.getInductionVar(0);
  if (blocks) {
    Value block = arith::DivUIOp::create(rewriter, loc, number, count);
    number = arith::RemUIOp::create(rewriter, loc, number, count);
    constexpr int64_t rowLoop = 1;
    take(rowLoop, block, blocks->rows, value(domain[rowLoop].size));
  }
  take(split->loop, number, share, size);
  // The op inside the loop writes to the loop's own values.
  auto arguments = forall.getRegionIterArgs();
  Operation *inside = rewriter.clone(*op.getOperation());
  auto insideDestination = cast<DestinationStyleOpInterface>(inside);
  for (unsigned i = 0; i < own; ++i)
    insideDestination.getDpsInitOperand(i)->set(arguments[i]);
  auto tiling = cast<TilingInterface>(inside);
  FailureOr<TilingResult> tiled =
      tiling.getTiledImplementation(rewriter, offsets, sizes);
  if (failed(tiled))
    return op.emitOpError("cannot be split over the team");
  auto insert = [&](Value part, BlockArgument whole, ArrayRef<OpFoldResult> at,
                    ArrayRef<OpFoldResult> of) {
    OpBuilder::InsertionGuard guard(rewriter);
    rewriter.setInsertionPointToEnd(forall.getTerminator().getBody());
    SmallVector<OpFoldResult> strides(at.size(), rewriter.getIndexAttr(1));
    tensor::ParallelInsertSliceOp::create(rewriter, loc, part, whole, at, of,
                                          strides);
  };
  for (auto [i, tileValue] : llvm::enumerate(tiled->tiledValues)) {
    SmallVector<OpFoldResult> at, of;
    if (failed(
            tiling.getResultTilePosition(rewriter, i, offsets, sizes, at, of)))
      return op.emitOpError("cannot be split over the team");
    if (!epilogue) {
      insert(tileValue, arguments[i], at, of);
      continue;
    }
    auto end =
        tileEpilogue(*epilogue, tileValue, ValueRange(arguments), at, of);
    if (failed(end))
      return last->emitOpError("cannot be split over the team");
    if (arguments.size() > own)
      insert(tileValue, arguments.front(), at, of);
    insert(*end, arguments.back(), at, of);
  }
  rewriter.eraseOp(inside);
  rewriter.replaceOp(last,
                     forall.getResults().take_back(last->getNumResults()));
  if (epilogue)
    rewriter.eraseOp(op);
  return success();
}

void TileToTeamPass::runOnOperation() {
  func::FuncOp function = getOperation();
  Value members = getRoleArgument(function, "members");
  if (!members)
    return;
  SmallVector<TilingInterface> ops;
  DenseMap<Operation *, OpOperand *> epilogues; // by their product
  DenseSet<Operation *> ends;
  function.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (op->hasAttr(serialAttrName) || isa<scf::ForallOp>(op))
      return WalkResult::skip();
    auto tiling = dyn_cast<TilingInterface>(op);
    if (!tiling || !isa<DestinationStyleOpInterface>(op))
      return WalkResult::advance();
    if (ends.contains(op))
      return WalkResult::skip();
    // A loop over two products ends the first one's shares.
    if (OpOperand *epilogue = findEpilogue(op))
      if (ends.insert(epilogue->getOwner()).second)
        epilogues[op] = epilogue;
    ops.push_back(tiling);
    return WalkResult::skip();
  });
  TeamTiling tiling(function, members);
  for (TilingInterface op : ops)
    if (failed(tiling.tile(op, epilogues.lookup(op))))
      return signalPassFailure();
}
