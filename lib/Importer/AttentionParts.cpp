//===- AttentionParts.cpp - pieces of the attention ops' converters -------===//
#include "lib/Importer/AttentionParts.h"

using namespace mlir;
using namespace sinter;

Value sinter::both(Node &n, Value a, Value b) {
  return a ? n.create<AndOp>(a, b) : b;
}

Value sinter::splitHeads(Node &n, Value x, int64_t heads, const char *name) {
  if (n.failed())
    return {};
  auto width = n.rank(x) != 3 ? std::nullopt : n.dim(x, 2).getConstant();
  if (!width || heads <= 0 || *width % heads) {
    n.refuse(std::string("the last size of ") + name +
             " is no known multiple of its " + std::to_string(heads) +
             " heads");
    return {};
  }
  return n.reshape(x, {DimSource::dim(0), DimSource::dim(1),
                       DimSource::number(heads),
                       DimSource::number(*width / heads)});
}

Value sinter::swapHeads(Node &n, Value x) {
  return n.transpose(x, {0, 2, 1, 3});
}

Value sinter::joinHeads(Node &n, Value x) {
  return n.reshape(swapHeads(n, x), {DimSource::dim(0), DimSource::dim(1),
                                     DimSource::range(2, 4)});
}
