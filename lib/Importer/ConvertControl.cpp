//===- ConvertControl.cpp - If --------------------------------------------===//
//
// A condition that is known picks its branch. Else both branches are computed,
// which their ops, being pure, allow, and each result is selected. Where their
// results have different shapes and the condition is an input, the model is
// imported once for each value of it.
//
//===----------------------------------------------------------------------===//
#include "lib/Importer/Boxes.h"
#include "lib/Importer/Converters.h"
#include "lib/Importer/GraphImporter.h"

using namespace mlir;
using namespace sinter;

/// The operand of an op that could end the call when its branch is not taken,
/// and a number that never does.
static std::optional<std::pair<OpOperand *, double>> getRisk(Operation &op) {
  if (isa<GatherOp, GatherNDOp, ScatterNDOp>(op))
    return std::pair(&op.getOpOperand(1), 0.0);
  if (auto div = dyn_cast<DivOp>(op))
    if (!isa<FloatType>(cast<RankedTensorType>(div.getType()).getElementType()))
      return std::pair(&op.getOpOperand(1), 1.0);
  return std::nullopt;
}

/// Imports a branch. Where it is not taken, its indices and divisors, which may
/// then make no sense, are replaced by ones that do.
static std::vector<Value> importBranch(Node &n, const onnx::GraphProto &branch,
                                       Value taken) {
  Block *block = n.builder.getInsertionBlock();
  Operation *before = block->empty() ? nullptr : &block->back();
  auto outputs = n.graph.importSubgraph(branch);
  Block::iterator it =
      before ? std::next(before->getIterator()) : block->begin();
  OpBuilder::InsertionGuard guard(n.builder);
  for (Operation &op :
       llvm::make_early_inc_range(llvm::make_range(it, block->end()))) {
    auto risk = getRisk(op);
    if (!risk || n.values.getConstants(risk->first->get()))
      continue;
    n.builder.setInsertionPoint(&op);
    Value safe = n.scalar(risk->second, n.element(risk->first->get()));
    Value operand = n.create<SelectOp>(taken, risk->first->get(), safe);
    if (operand)
      risk->first->set(operand);
  }
  return outputs;
}

/// Tables of weights may have different lengths (rotary factors for long and
/// short contexts): the shorter one is continued by rows that no one reads.
static bool matchLengths(Node &n, Value &a, Value &b) {
  bool tables = a.getDefiningOp<ConstantOp>() || a.getDefiningOp<ParamOp>();
  tables &= b.getDefiningOp<ConstantOp>() || b.getDefiningOp<ParamOp>();
  for (int64_t i = 0; i < n.rank(a); ++i) {
    DimExpr inA = n.dim(a, i), inB = n.dim(b, i);
    if (inA == inB && !inA.isUnknown())
      continue;
    auto more = (inA - inB).getConstant();
    if (!tables || i > 0 || !more)
      return false;
    Value &shorter = *more > 0 ? b : a;
    shorter = padAxis(n, shorter, 0, 0, std::abs(*more),
                      n.scalar(0, n.element(shorter)));
  }
  return !n.failed();
}

static void selectBranch(Node &n, Value cond, const onnx::GraphProto *thenGraph,
                         const onnx::GraphProto *elseGraph) {
  if (!thenGraph || !elseGraph)
    return n.refuse("a branch is missing");
  Value input = cond;
  if (n.rank(cond) != 0)
    cond = n.reshape(cond, {});
  auto whenTrue = importBranch(n, *thenGraph, cond);
  auto whenFalse = importBranch(n, *elseGraph, n.create<NotOp>(cond));
  if (whenTrue.size() != n.numOut() || whenFalse.size() != n.numOut())
    return n.refuse("a branch does not have its " + std::to_string(n.numOut()) +
                    " outputs");
  for (unsigned i = 0; i < n.numOut() && !n.failed(); ++i) {
    Value a = whenTrue[i], b = whenFalse[i];
    if (!a || !b)
      return n.refuse("a branch was refused");
    if (n.element(a) != n.element(b) || n.rank(a) != n.rank(b) ||
        !matchLengths(n, a, b)) {
      n.graph.splitBy(input); // if not, this is why
      return n.refuse(
          "its condition depends on data or symbolic sizes, and its branches "
          "give " +
              GraphImporter::print(a.getType()) + " and " +
              GraphImporter::print(b.getType()),
          "branches that give one shape, or conditions that are known when "
          "the model is compiled",
          "fix the sizes it depends on with --dim NAME=N, or export without "
          "control flow");
    }
    n.set(i, n.create<SelectOp>(cond, a, b));
  }
}

static void ifOp(Node &n) {
  Value cond = n.in(0);
  auto *thenGraph = n.graphAttr("then_branch");
  auto *elseGraph = n.graphAttr("else_branch");
  if (n.failed())
    return;
  auto known = n.values.getScalar(cond);
  auto value = known ? known->getConstant() : std::nullopt;
  if (!value)
    return selectBranch(n, cond, thenGraph, elseGraph);
  auto *taken = *value ? thenGraph : elseGraph;
  if (!taken)
    return n.refuse("the branch that is taken is missing");
  auto outputs = n.graph.importSubgraph(*taken);
  if (outputs.size() != n.numOut())
    return n.refuse("the branch has " + std::to_string(outputs.size()) +
                    " outputs");
  for (auto [i, output] : llvm::enumerate(outputs)) {
    if (!output)
      return n.refuse("the branch that is taken was refused");
    n.set(i, output);
  }
}

void sinter::addControlConverters(std::vector<Converter> &table) {
  table.push_back({"If",
                   {13, 16, 19, 21, 23, 24, 25},
                   ifOp,
                   "branches of one shape, or a condition that is known"});
}
