//===- UpstreamControl.cpp - func, scf -------------------------------------===//
#include "dialects/Sinter/Interpreter/Upstream.h"

using namespace mlir;
using namespace sinter;

LogicalResult sinter::interpretUpstream(Operation *op, Evaluation &eval) {
  return eval.error(op) << "has no meaning in the interpreter";
}
