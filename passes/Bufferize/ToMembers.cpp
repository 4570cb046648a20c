//===- ToMembers.cpp - every member of the team runs the function ---------===//
//
// Control flow at the top of an entry and in its layer loops is the same for
// all members. A forall there gives each member the iterations member, member
// + members, ...; one of shares gives it a part of its own, and then what it
// claims of the others' before they do. Everything else that writes memory is
// done by member 0. A barrier follows each of them.
//
// Trace points, where there are any, go to the member that does the work; one
// without work stands before each barrier and at the end.
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "passes/Bufferize/Bufferize.h"
#include "passes/Tile/Tile.h"
#include "passes/Tile/Work.h"

namespace sinter {
#define GEN_PASS_DEF_TOMEMBERS
#include "passes/Bufferize/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

namespace {
class MemberRewriter {
public:
  MemberRewriter(func::FuncOp function)
      : function(function), rewriter(function.getContext()),
        member(getRoleArgument(function, "member")),
        members(getRoleArgument(function, "members")) {}
  LogicalResult run();

private:
  LogicalResult rewriteBlock(Block &block);
  LogicalResult rewriteForall(scf::ForallOp forall);
  Operation *makeShares(scf::ForallOp forall, Value count);
  LogicalResult makeFirstMembers(ArrayRef<Operation *> ops);
  void barrierAfter(Operation *op);
  Operation *tracePoint(Operation *before, bool serial);

  func::FuncOp function;
  IRRewriter rewriter;
  Value member, members;

  // The work of the ops that follow; null: of ops that bufferization made.
  struct {
    WorkAttr work;
    Value layer;
    bool begun = false; // by member 0, since the last barrier
  } current;
  bool traced = false;
};
} // namespace

static bool containsForall(Operation *op) {
  return op->walk([](scf::ForallOp) { return WalkResult::interrupt(); })
      .wasInterrupted();
}

static bool writes(Operation *op) {
  return op
      ->walk([](Operation *inner) {
        if (isa<RequireOp>(inner))
          return WalkResult::advance();
        auto effects = dyn_cast<MemoryEffectOpInterface>(inner);
        if (effects && effects.hasEffect<MemoryEffects::Write>())
          return WalkResult::interrupt();
        return WalkResult::advance();
      })
      .wasInterrupted();
}

void MemberRewriter::barrierAfter(Operation *op) {
  rewriter.setInsertionPointAfter(op);
  if (traced)
    TracePointOp::create(rewriter, op->getLoc(), WorkAttr(), Value());
  BarrierOp::create(rewriter, op->getLoc());
}

// Says that `before` begins the current work.
Operation *MemberRewriter::tracePoint(Operation *before, bool serial) {
  Location loc = before->getLoc();
  WorkAttr work = current.work;
  if (!work)
    work = WorkAttr::get(before->getContext(), getNodeName(loc), "copy", "-1",
                         "0", serial, /*dots=*/0);
  else if (serial)
    work =
        WorkAttr::get(before->getContext(), work.getName(), work.getKind(),
                      work.getBytes(), work.getFlops(), true, work.getDots());
  rewriter.setInsertionPoint(before);
  return TracePointOp::create(rewriter, loc, work, current.layer);
}

LogicalResult MemberRewriter::run() {
  Block &body = function.getBody().front();
  traced = function.walk([](TracePointOp) { return WalkResult::interrupt(); })
               .wasInterrupted();
  if (failed(rewriteBlock(body)))
    return failure();
  rewriter.setInsertionPoint(body.getTerminator());
  if (traced)
    TracePointOp::create(rewriter, function.getLoc(), WorkAttr(), Value());
  return success();
}

LogicalResult MemberRewriter::rewriteBlock(Block &block) {
  SmallVector<Operation *> ops;
  for (Operation &op : block)
    ops.push_back(&op);
  SmallVector<Operation *> firstMembers;
  auto flush = [&] {
    LogicalResult result = makeFirstMembers(firstMembers);
    firstMembers.clear();
    return result;
  };
  for (Operation *op : ops) {
    if (auto point = dyn_cast<TracePointOp>(op)) {
      current = {point.getWorkAttr(), point.getLayer(), false};
      rewriter.eraseOp(point);
    } else if (auto forall = dyn_cast<scf::ForallOp>(op)) {
      if (failed(flush()) || failed(rewriteForall(forall)))
        return failure();
    } else if (containsForall(op)) {
      // A loop or branch that all members take alike.
      if (failed(flush()))
        return failure();
      for (Region &region : op->getRegions())
        for (Block &inner : region)
          if (current = {}; failed(rewriteBlock(inner)))
            return failure();
      current = {};
    } else if (writes(op)) {
      if (traced && (firstMembers.empty() || !current.begun))
        firstMembers.push_back(tracePoint(op, /*serial=*/true));
      current.begun = true;
      firstMembers.push_back(op);
    } else if (!firstMembers.empty() && !isMemoryEffectFree(op)) {
      // Reads what member 0 writes: after the barrier.
      if (failed(flush()))
        return failure();
    }
  }
  return flush();
}

LogicalResult MemberRewriter::rewriteForall(scf::ForallOp forall) {
  if (forall.getRank() != 1 || forall.getNumResults())
    return forall.emitOpError("must have one loop and no results here");
  Location loc = forall.getLoc();
  if (traced)
    tracePoint(forall, /*serial=*/false);
  current = {nullptr, current.layer, false};
  rewriter.setInsertionPoint(forall);
  Value upper = getValueOrCreateConstantIndexOp(rewriter, loc,
                                                forall.getMixedUpperBound()[0]);
  if (forall->hasAttr(sharedAttrName)) {
    barrierAfter(makeShares(forall, upper));
    return success();
  }
  auto loop = scf::ForOp::create(rewriter, loc, member, upper, members);
  rewriter.eraseOp(forall.getTerminator());
  rewriter.inlineBlockBefore(forall.getBody(), loop.getBody()->getTerminator(),
                             loop.getInductionVar());
  rewriter.eraseOp(forall);
  barrierAfter(loop);
  return success();
}

// Each member has a part, consecutive shares, and takes the next one of it,
// then of the parts of the members after it that are not done.
//   for turn in 0 .. members - 1:
//     of = (member + turn) % members
//     while share = begin(of) + claim(of), share < begin(of + 1): body(share)
// as one loop. So weights are read in order, which is what prefetches run on
// for, and what is left of a slow member's part is done by the others.
Operation *MemberRewriter::makeShares(scf::ForallOp forall, Value count) {
  using P = arith::CmpIPredicate;
  Location loc = forall.getLoc();
  auto index = [&](int64_t v) {
    return arith::ConstantIndexOp::create(rewriter, loc, v).getResult();
  };
  Value zero = index(0), one = index(1);
  Value isAlone =
      arith::CmpIOp::create(rewriter, loc, P::ult, members, index(2));
  auto beginOf = [&](OpBuilder &b, Value part) -> Value {
    Value all = arith::MulIOp::create(b, loc, part, count);
    return arith::DivUIOp::create(b, loc, all, members);
  };
  // Carries the turn and the number of iterations, which is what a member alone
  // would claim: there is nobody to count for.
  auto loop = scf::WhileOp::create(
      rewriter, loc,
      TypeRange{rewriter.getIndexType(), rewriter.getIndexType()},
      ValueRange{zero, zero},
      [&](OpBuilder &b, Location, ValueRange carried) {
        Value more = arith::CmpIOp::create(b, loc, P::ult, carried[0], members);
        scf::ConditionOp::create(b, loc, more, carried);
      },
      [&](OpBuilder &b, Location, ValueRange carried) {
        Value of = arith::AddIOp::create(b, loc, member, carried[0]);
        of = arith::RemUIOp::create(b, loc, of, members);
        auto number = scf::IfOp::create(
            b, loc, isAlone,
            [&](OpBuilder &b, Location) {
              scf::YieldOp::create(b, loc, carried[1]);
            },
            [&](OpBuilder &b, Location) {
              Value n = ClaimOp::create(b, loc, b.getIndexType(), of);
              scf::YieldOp::create(b, loc, n);
            });
        Value share =
            arith::AddIOp::create(b, loc, beginOf(b, of), number.getResult(0));
        Value end = beginOf(b, arith::AddIOp::create(b, loc, of, one));
        Value isLeft = arith::CmpIOp::create(b, loc, P::ult, share, end);
        auto body = scf::IfOp::create(b, loc, isLeft, /*withElse=*/false);
        rewriter.eraseOp(forall.getTerminator());
        rewriter.inlineBlockBefore(forall.getBody(),
                                   body.thenBlock()->getTerminator(), share);
        Value next = arith::AddIOp::create(b, loc, carried[0], one);
        Value turn = arith::SelectOp::create(b, loc, isLeft, carried[0], next);
        Value done = arith::AddIOp::create(b, loc, carried[1], one);
        scf::YieldOp::create(b, loc, ValueRange{turn, done});
      });
  rewriter.eraseOp(forall);
  return loop;
}

// Consecutive ops (pure ones between them may be used after) move into one
// branch that only member 0 takes.
LogicalResult MemberRewriter::makeFirstMembers(ArrayRef<Operation *> ops) {
  if (ops.empty())
    return success();
  for (Operation *op : ops)
    for (Value result : op->getResults())
      if (!result.use_empty())
        return op->emitOpError("has results that all members would need");
  Location loc = ops.front()->getLoc();
  rewriter.setInsertionPoint(ops.back());
  Value zero = arith::ConstantIndexOp::create(rewriter, loc, 0);
  Value first = arith::CmpIOp::create(rewriter, loc, arith::CmpIPredicate::eq,
                                      member, zero);
  auto branch = scf::IfOp::create(rewriter, loc, first, false);
  for (Operation *op : ops)
    rewriter.moveOpBefore(op, branch.thenBlock()->getTerminator());
  barrierAfter(branch);
  return success();
}

namespace {
struct ToMembers : sinter::impl::ToMembersBase<ToMembers> {
  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (function->hasAttr(entryAttrName) &&
          failed(MemberRewriter(function).run()))
        return signalPassFailure();
  }
};
} // namespace
