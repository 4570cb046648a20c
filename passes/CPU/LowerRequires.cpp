//===- LowerRequires.cpp - checks on sizes become one branch --------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "passes/CPU/CPU.h"
#include "passes/Tile/Tile.h"

namespace sinter {
#define GEN_PASS_DEF_LOWERREQUIRES
#include "passes/CPU/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

namespace {
struct LowerRequires : sinter::impl::LowerRequiresBase<LowerRequires> {
  void runOnOperation() override;
};
} // namespace

void LowerRequires::runOnOperation() {
  func::FuncOp function = getOperation();
  Block &entry = function.getBody().front();
  SmallVector<RequireOp> requires_(entry.getOps<RequireOp>());
  if (requires_.empty())
    return;
  Value fault = getRoleArgument(function, "fault");
  if (!fault) {
    requires_[0].emitOpError("in a function without an argument of role fault");
    return signalPassFailure();
  }
  Location loc = function.getLoc();
  OpBuilder b(requires_.back());
  b.setInsertionPointAfter(requires_.back());
  auto i64 = [&](int64_t v) -> Value {
    return arith::ConstantOp::create(b, loc, b.getI64IntegerAttr(v));
  };
  // 0, or 1 + the site of the first check that fails.
  Value failed = i64(0);
  for (RequireOp require : llvm::reverse(requires_))
    failed = arith::SelectOp::create(b, loc, require.getCondition(), failed,
                                     i64(1 + int64_t(require.getSite())));
  Value good =
      arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, failed, i64(0));
  auto branch = scf::IfOp::create(b, loc, good, /*withElseRegion=*/true);
  // Everything behind moves into the branch. All members store the same
  // at once, so the store is an atomic one.
  Block *body = branch.thenBlock();
  body->getOperations().splice(
      body->getTerminator()->getIterator(), entry.getOperations(),
      std::next(branch->getIterator()), entry.getTerminator()->getIterator());
  b.setInsertionPoint(branch.elseBlock()->getTerminator());
  Value zero = arith::ConstantIndexOp::create(b, loc, 0);
  memref::AtomicRMWOp::create(b, loc, arith::AtomicRMWKind::assign, failed,
                              fault, zero);
  for (RequireOp require : requires_)
    require.erase();
}
