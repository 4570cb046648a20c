//===- ConvertTensorScatter.cpp - TensorScatter ---------------------------===//
//
// Row i of sequence b's update goes to row write_indices[b] + i of its cache,
// modulo the cache's length in circular mode.
//
//===----------------------------------------------------------------------===//
#include "lib/Importer/Boxes.h"
#include "lib/Importer/Converters.h"
#include "lib/Importer/Positions.h"

using namespace mlir;
using namespace sinter;

static void tensorScatter(Node &n) {
  Value past = n.in(0), update = n.in(1), first = n.optionalIn(2);
  int64_t rank = n.rank(past);
  int64_t axis = n.axis(n.intAttr("axis", -2), rank);
  std::string mode = n.stringAttr("mode", "linear");
  if (n.failed())
    return;
  if (mode != "linear" && mode != "circular")
    return n.refuse("mode is '" + mode + "'", "linear, circular");
  if (axis == 0 || n.rank(update) != rank)
    return n.refuse("axis is the batch, or update has another rank");
  Type i64 = n.builder.getI64Type();
  auto perm = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  std::swap(perm[1], perm[axis]);
  auto rowsFirst = [&](Value x) {
    return axis == 1 ? x : n.transpose(x, perm);
  };
  Value rows = n.expandDims(iota(n, sizeOf(n, update, axis)), 0);
  if (first)
    rows = n.create<AddOp>(rows, n.expandDims(n.cast(first, i64), 1));
  if (mode == "circular") {
    Value length = sizeOf(n, past, axis);
    Value turns = n.create<DivOp>(rows, length);
    rows = n.create<SubOp>(rows, n.create<MulOp>(turns, length));
  }
  Dims places{n.dim(update, 0), n.dim(update, axis), 1};
  Value batch = n.expandDims(n.expandDims(iota(n, sizeOf(n, update, 0)), 1), 2);
  std::vector<Value> tuple{repeat(n, batch, places),
                           repeat(n, n.expandDims(rows, 2), places)};
  Value y =
      n.create<ScatterNDOp>(Scatter::write, rowsFirst(past),
                            n.create<ConcatOp>(tuple, 2), rowsFirst(update));
  n.set(0, rowsFirst(y));
}

void sinter::addTensorScatterConverters(std::vector<Converter> &table) {
  table.push_back({"TensorScatter", {24}, tensorScatter});
}
