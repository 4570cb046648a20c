//===- BuildLoop.cpp - the loop that stands for aligned layers ------------===//
#include "passes/Roll/BuildLoop.h"
#include "dialects/Sinter/IR/Sinter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace sinter;

/// A table whose entries are those of one-entry tables, in order.
static TableOp joinTables(ArrayRef<TableOp> tables, SymbolTable &symbols) {
  TableOp first = tables.front();
  OpBuilder b(first);
  SmallVector<Location> where;
  for (TableOp table : tables)
    where.push_back(table.getLoc());
  auto joined = TableOp::create(b, FusedLoc::get(b.getContext(), where),
                                first.getSymName(), first.getEntryType(),
                                IntegerAttr(), unsigned(tables.size()));
  for (auto [table, entry] : llvm::zip_equal(tables, joined.getEntries())) {
    IRMapping mapping;
    TableOp(table).getEntries().front().cloneInto(&entry, mapping);
  }
  symbols.insert(joined);
  return joined;
}

/// The value of a leaf in iteration `layer`.
static Value buildLeaf(OpBuilder &b, ArrayRef<Value> values, Value layer,
                       SymbolTable &symbols,
                       llvm::DenseMap<Attribute, TableOp> &joined) {
  Operation *first = values.front().getDefiningOp();
  Location loc = first->getLoc();
  if (auto constant = dyn_cast<arith::ConstantIndexOp>(first)) {
    int64_t base = constant.value();
    int64_t step =
        values[1].getDefiningOp<arith::ConstantIndexOp>().value() - base;
    Value index = layer;
    auto number = [&](int64_t n) {
      return arith::ConstantIndexOp::create(b, loc, n);
    };
    if (step == 0)
      return number(base);
    if (step != 1)
      index = arith::MulIOp::create(b, loc, index, number(step));
    if (base != 0)
      index = arith::AddIOp::create(b, loc, index, number(base));
    return index;
  }
  SmallVector<TableOp> tables;
  SmallVector<Attribute> names;
  for (Value v : values) {
    auto load = v.getDefiningOp<LoadOp>();
    if (!load) // equal constants: one is enough
      return b.clone(*first)->getResult(0);
    names.push_back(load.getTableAttr());
    tables.push_back(symbols.lookup<TableOp>(load.getTable()));
  }
  if (llvm::all_equal(names))
    return b.clone(*first)->getResult(0);
  TableOp &table = joined[b.getArrayAttr(names)];
  if (!table)
    table = joinTables(tables, symbols);
  return LoadOp::create(b, loc, values.front().getType(),
                        table.getSymNameAttr(), layer);
}

scf::ForOp sinter::buildLoop(const Alignment &alignment, SymbolTable &symbols) {
  const auto &layers = alignment.layers;
  Operation *end = layers.back().back();
  OpBuilder b(end);
  Location loc = end->getLoc();
  auto number = [&](int64_t n) {
    return arith::ConstantIndexOp::create(b, loc, n);
  };
  SmallVector<Value> inits;
  for (auto &c : alignment.carried)
    inits.push_back(c.init);
  auto loop = scf::ForOp::create(b, loc, number(0), number(layers.size()),
                                 number(1), inits);
  llvm::DenseMap<std::pair<unsigned, unsigned>, Value> carried;
  for (auto [c, argument] :
       llvm::zip_equal(alignment.carried, loop.getRegionIterArgs()))
    carried[{c.op, c.result}] = argument;

  b = OpBuilder::atBlockBegin(loop.getBody());
  SmallVector<Operation *> body;
  llvm::DenseMap<Attribute, TableOp> joined;
  for (auto [op, sources] :
       llvm::zip_equal(layers.front(), alignment.sources)) {
    SmallVector<Value> operands;
    for (const Source &source : sources) {
      switch (source.kind) {
      case Source::captured:
        operands.push_back(source.values.front());
        break;
      case Source::leaf:
        operands.push_back(buildLeaf(b, source.values, loop.getInductionVar(),
                                     symbols, joined));
        break;
      case Source::inside:
        operands.push_back(body[source.op]->getResult(source.result));
        break;
      case Source::carried:
        operands.push_back(carried[{source.op, source.result}]);
        break;
      }
    }
    Operation *copy = b.clone(*op);
    copy->setOperands(operands);
    body.push_back(copy);
  }
  SmallVector<Value> yielded;
  for (auto &c : alignment.carried)
    yielded.push_back(body[c.op]->getResult(c.result));
  if (!yielded.empty()) // else the builder made the terminator
    scf::YieldOp::create(b, loc, yielded);

  for (auto [c, result] : llvm::zip_equal(alignment.carried, loop.getResults()))
    layers.back()[c.op]->getResult(c.result).replaceUsesWithIf(
        result, [&](OpOperand &use) {
          return !llvm::is_contained(layers.back(), use.getOwner());
        });
  for (auto &layer : llvm::reverse(layers))
    for (Operation *op : llvm::reverse(layer))
      op->erase();
  return loop;
}
