//===- Equations.cpp - what an Einsum equation may look like --------------===//
#include "lib/Importer/Equations.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace sinter;
using llvm::StringRef;

static bool isTerm(StringRef text) {
  auto [before, behind] = text.split("...");
  auto letters = [](StringRef part) {
    return llvm::all_of(part, llvm::isAlpha);
  };
  return letters(before) && letters(behind);
}

static bool isEquation(StringRef text) {
  auto [left, right] = text.split("->");
  llvm::SmallVector<StringRef> terms;
  left.split(terms, ',');
  return llvm::all_of(terms, isTerm) && isTerm(right) &&
         !left.ends_with(","); // which getline takes for no term
}

template <typename Nodes>
static bool tidy(Nodes &nodes, int64_t opset, Refusals &refusals) {
  bool good = true;
  for (onnx::NodeProto &node : nodes)
    for (onnx::AttributeProto &attribute : *node.mutable_attribute()) {
      if (attribute.has_g())
        good &= tidy(*attribute.mutable_g()->mutable_node(), opset, refusals);
      for (onnx::GraphProto &graph : *attribute.mutable_graphs())
        good &= tidy(*graph.mutable_node(), opset, refusals);
      if (node.op_type() != "Einsum" || attribute.name() != "equation" ||
          !attribute.ref_attr_name().empty())
        continue;
      llvm::erase(*attribute.mutable_s(), ' ');
      if (isEquation(attribute.s()))
        continue;
      good = false;
      refusals.add(node, opset, "equation '" + attribute.s() + "' is malformed",
                   "letters, with at most one \"...\" in a term");
    }
  return good;
}

bool sinter::tidyEquations(onnx::ModelProto &model, int64_t opset,
                           Refusals &refusals) {
  bool good = tidy(*model.mutable_graph()->mutable_node(), opset, refusals);
  for (onnx::FunctionProto &function : *model.mutable_functions())
    good &= tidy(*function.mutable_node(), opset, refusals);
  return good;
}
