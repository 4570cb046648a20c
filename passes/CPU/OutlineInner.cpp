//===- OutlineInner.cpp - one function for all inner tiles that are alike -===//
//
// A kernel is a few hundred instructions for each tile height; a model asks for
// the same one at many places. As functions they are compiled once, and LLVM,
// some of whose passes are quadratic in the size of a function, sees small
// ones.
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/SymbolTable.h"
#include "passes/CPU/CPU.h"
#include "passes/CPU/Inner/Inner.h"
#include "llvm/ADT/StringMap.h"

namespace sinter {
#define GEN_PASS_DEF_OUTLINEINNER
#include "passes/CPU/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

// Ops with the same key have the same code.
static std::string keyOf(Operation *op) {
  std::string key;
  llvm::raw_string_ostream os(key);
  os << op->getName() << op->getAttrDictionary();
  for (Value operand : op->getOperands())
    os << ' ' << operand.getType();
  return key;
}

static func::FuncOp makeKernel(Operation *op, SymbolTable &symbols) {
  OpBuilder b(op->getContext());
  StringRef name = op->getName().stripDialect();
  name.consume_front("inner_");
  auto kernel = func::FuncOp::create(
      op->getLoc(), name,
      b.getFunctionType(op->getOperandTypes(), TypeRange()));
  kernel.setPrivate();
  // Once inlined, it would be compiled at every place again.
  kernel->setAttr("passthrough", b.getStrArrayAttr({"noinline"}));
  Block *body = kernel.addEntryBlock();
  b.setInsertionPointToStart(body);
  IRMapping map;
  map.map(op->getOperands(), body->getArguments());
  b.clone(*op, map);
  func::ReturnOp::create(b, op->getLoc());
  symbols.insert(kernel); // makes the name unique
  return kernel;
}

namespace {
struct OutlineInner : sinter::impl::OutlineInnerBase<OutlineInner> {
  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    SmallVector<Operation *> ops;
    getOperation().walk([&](Operation *op) {
      if (isInnerTile(op) && op->getNumResults() == 0)
        ops.push_back(op);
    });
    llvm::StringMap<func::FuncOp> kernels;
    for (Operation *op : ops) {
      func::FuncOp &kernel = kernels[keyOf(op)];
      if (!kernel)
        kernel = makeKernel(op, symbols);
      OpBuilder b(op);
      func::CallOp::create(b, op->getLoc(), kernel, op->getOperands());
      op->erase();
    }
  }
};
} // namespace
