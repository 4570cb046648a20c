//===- ConvertControl.cpp - If --------------------------------------------===//
#include "lib/Importer/Converters.h"
#include "lib/Importer/GraphImporter.h"

using namespace mlir;
using namespace sinter;

/// A condition that is known now picks its branch.
static void ifOp(Node &n) {
  Value cond = n.in(0);
  auto *thenGraph = n.graphAttr("then_branch");
  auto *elseGraph = n.graphAttr("else_branch");
  if (n.failed())
    return;
  auto known = n.values.getScalar(cond);
  auto value = known ? known->getConstant() : std::nullopt;
  if (!value)
    return n.refuse("its condition depends on data or symbolic sizes",
                    "conditions that are known when the model is compiled",
                    "fix the sizes it depends on with --dim NAME=N, or export "
                    "without control flow");
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
                   "the condition must be constant"});
}
