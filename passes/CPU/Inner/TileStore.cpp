//===- TileStore.cpp - sums of a product become its results ---------------===//
#include "passes/CPU/Inner/TileStore.h"
#include "dialects/Sinter/IR/ScalarEmitter.h"

using namespace mlir;
using namespace sinter;

TileStore::TileStore(Emitter &e, Value out)
    : e(e), out(out), width(e.dim(out, 1)) {}

TileStore::TileStore(Emitter &e, InnerMatMulOp op) : TileStore(e, op.getOut()) {
  bias = op.getBias();
  activation = op.getActivation();
  gate = op.getGate();
}

bool TileStore::fits(InnerMatMulOp op) {
  return isRowContiguous(op.getOut()) &&
         (!op.getBias() || isRowContiguousF32(op.getBias()));
}

void TileStore::store(ArrayRef<Value> rows, int64_t vectors, Value n,
                      ArrayRef<Value> sums) const {
  auto finish = [&](Value y, Value bias) {
    if (bias)
      y = e.add(y, bias);
    return activation ? ScalarEmitter(e.b, e.loc).activate(*activation, y) : y;
  };
  for (int64_t v = 0; v < vectors; ++v) {
    Value column = e.iadd(n, v * e.lanes);
    Value left = e.isub(width, column);
    auto whole = [&] {
      Value addend = bias ? e.vload(bias, column) : Value();
      for (auto [r, row] : llvm::enumerate(rows))
        e.vstore(finish(sums[r * vectors + v], addend), out, {row, column});
    };
    auto part = [&] {
      Value addend;
      if (bias) {
        auto maskType = VectorType::get({e.lanes}, e.b.getI1Type());
        Value mask = vector::CreateMaskOp::create(e.b, e.loc, maskType, left);
        addend = vector::MaskedLoadOp::create(e.b, e.loc, e.vectorType, bias,
                                              column, mask, e.splat(0));
      }
      for (auto [r, row] : llvm::enumerate(rows))
        e.vstorePart(finish(sums[r * vectors + v], addend), out, {row, column},
                     left);
    };
    using P = arith::CmpIPredicate;
    e.when(e.compare(P::sge, left, e.index(e.lanes)), whole,
           [&] { e.when(e.compare(P::sgt, left, e.index(0)), part); });
  }
}

void TileStore::storeBuffer(Value buffer, Value count, int64_t vectors,
                            Value row, Value lastRow, Value n) const {
  e.loop(e.index(0), count, 1, [&](Value r) {
    Value at = e.imin(e.iadd(row, r), lastRow);
    auto load = [&](int64_t v) {
      return e.vload(buffer, {r, e.index(v * e.lanes)});
    };
    if (!gate) {
      Values sums;
      for (int64_t v = 0; v < vectors; ++v)
        sums.push_back(load(v));
      return store(at, vectors, n, sums);
    }
    for (int64_t v = 0; v < vectors / 2; ++v) {
      Value y = ScalarEmitter(e.b, e.loc).activate(*gate, load(v));
      e.vstore(e.mul(y, load(v + vectors / 2)), out,
               {at, e.iadd(n, v * e.lanes)});
    }
  });
}
