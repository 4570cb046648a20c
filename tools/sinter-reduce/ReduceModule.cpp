//===- ReduceModule.cpp - fewer ops of a module ---------------------------===//
//
// Ops of a function are in the order of their use. Those behind the last one
// that is needed go first, then single ones from the end: what they made
// becomes an argument.
//
//===----------------------------------------------------------------------===//
#include "dialects/Sinter/IR/Sinter.h"
#include "lib/Pipeline/Registration/Registration.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "tools/sinter-reduce/Judge.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::reduce;

static std::string print(ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream(text) << module << '\n';
  return text;
}

static void eraseDead(Block &block) {
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
    if (!op.hasTrait<OpTrait::IsTerminator>() && op.use_empty())
      op.erase();
}

static void nameArgument(func::FuncOp func, unsigned i) {
  func.setArgAttr(
      i, nameAttrName,
      StringAttr::get(func.getContext(), "cut" + std::to_string(i)));
}

/// @func returns the results of its op `index` alone.
static void returnOnly(func::FuncOp func, size_t index) {
  Block &block = func.front();
  Operation &op = *std::next(block.begin(), long(index));
  Operation *end = block.getTerminator();
  OpBuilder builder(end);
  func::ReturnOp::create(builder, end->getLoc(), op.getResults());
  end->erase();
  func.removeResAttrsAttr();
  func.setType(
      builder.getFunctionType(func.getArgumentTypes(), op.getResultTypes()));
  for (unsigned i = 0; i < op.getNumResults(); ++i)
    func.setResultAttr(i, nameAttrName,
                       builder.getStringAttr("y" + std::to_string(i)));
  eraseDead(block);
}

/// What op `index` made becomes arguments.
static void cut(func::FuncOp func, size_t index) {
  Block &block = func.front();
  Operation &op = *std::next(block.begin(), long(index));
  for (Value result : op.getResults()) {
    unsigned at = func.getNumArguments();
    (void)func.insertArgument(at, result.getType(), {}, op.getLoc());
    nameArgument(func, at);
    result.replaceAllUsesWith(func.getArgument(at));
  }
  op.erase();
  eraseDead(block);
  for (unsigned i = func.getNumArguments(); i-- > 0;)
    if (func.getArgument(i).use_empty())
      (void)func.eraseArgument(i);
}

bool sinter::reduce::reduceModule(StringRef path, Judge &judge,
                                  std::string &error) {
  DialectRegistry registry;
  registerDialects(registry);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  context.getDiagEngine().registerHandler(
      [](Diagnostic &) { return success(); });
  auto module = parseSourceString<ModuleOp>(judge.getBest(), &context);
  if (!module) {
    error = "'" + path.str() + "' is no module that can be parsed";
    return false;
  }
  // A change that leaves a valid module on which the command still fails.
  auto attempt = [&](StringRef name, auto change) {
    OwningOpRef<ModuleOp> changed(cast<ModuleOp>((*module)->clone()));
    auto func = changed->lookupSymbol<func::FuncOp>(name);
    change(func);
    if (failed(verify(*changed)) || !judge.accepts(print(*changed)))
      return false;
    module = std::move(changed);
    return true;
  };
  SmallVector<std::string> names;
  for (auto func : module->getOps<func::FuncOp>())
    if (!func.empty() && func.getBody().hasOneBlock())
      names.push_back(func.getName().str());
  auto sizeOf = [&](StringRef name) {
    return module->lookupSymbol<func::FuncOp>(name)
               .front()
               .getOperations()
               .size() -
           1;
  };
  for (StringRef name : names) {
    size_t count = sizeOf(name);
    if (!count)
      continue;
    OwningOpRef<ModuleOp> whole(cast<ModuleOp>((*module)->clone()));
    bisect(count + 1, [&](size_t ops) {
      // From the whole function each time: ops that died have no index.
      OwningOpRef<ModuleOp> before = std::move(module);
      module = cast<ModuleOp>((*whole)->clone());
      bool held =
          attempt(name, [&](func::FuncOp func) { returnOnly(func, ops - 1); });
      if (!held)
        module = std::move(before);
      return held;
    });
    for (size_t i = sizeOf(name); i-- > 0;)
      if (i < sizeOf(name))
        attempt(name, [&](func::FuncOp func) { cut(func, i); });
  }
  return true;
}
