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
  accumulate = op.getAccumulate();
}

bool TileStore::fits(InnerMatMulOp op) {
  return isRowContiguous(op.getOut()) &&
         (!op.getBias() || isRowContiguousF32(op.getBias()));
}

void TileStore::store(ArrayRef<Value> rows, int64_t vectors, Value n,
                      ArrayRef<Value> sums) const {
  for (int64_t v = 0; v < vectors; ++v) {
    Value column = e.iadd(n, v * e.lanes);
    Value left = e.isub(width, column);
    // All rows are read before one is written: one that is there twice must not
    // be added to twice.
    auto finish = [&](llvm::function_ref<Value(Value memref, ValueRange)> load,
                      llvm::function_ref<void(Value, ValueRange)> store) {
      Value addend = bias ? load(bias, column) : Value();
      Values results;
      for (auto [r, row] : llvm::enumerate(rows)) {
        Value y = sums[r * vectors + v];
        if (addend)
          y = e.add(y, addend);
        if (activation)
          y = ScalarEmitter(e.b, e.loc).activate(*activation, y);
        if (accumulate)
          y = e.add(load(out, {row, column}), y);
        results.push_back(y);
      }
      for (auto [y, row] : llvm::zip_equal(results, rows))
        store(y, {row, column});
    };
    auto whole = [&] {
      finish([&](Value memref, ValueRange at) { return e.vload(memref, at); },
             [&](Value y, ValueRange at) { e.vstore(y, out, at); });
    };
    auto part = [&] {
      auto maskType = VectorType::get({e.lanes}, e.b.getI1Type());
      Value mask;
      if (bias || accumulate)
        mask = vector::CreateMaskOp::create(e.b, e.loc, maskType, left);
      finish(
          [&](Value memref, ValueRange at) -> Value {
            return vector::MaskedLoadOp::create(e.b, e.loc, e.vectorType,
                                                memref, at, mask, e.splat(0));
          },
          [&](Value y, ValueRange at) { e.vstorePart(y, out, at, left); });
    };
    using P = arith::CmpIPredicate;
    e.when(e.compare(P::sge, left, e.index(e.lanes)), whole,
           [&] { e.when(e.compare(P::sgt, left, e.index(0)), part); });
  }
}

void TileStore::storeBuffer(Value buffer, Value first, Value end,
                            int64_t vectors, Value row, Value lastRow,
                            Value n) const {
  // The last row comes again, but for a sum, which it must not be part of
  // twice.
  if (accumulate)
    end = e.imin(end, e.iadd(e.isub(lastRow, row), e.index(1)));
  e.loop(first, end, 1, [&](Value r) {
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
