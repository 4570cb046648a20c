//===- PanelReader.cpp - how a register tile reads packed weights ---------===//
#include "passes/CPU/Inner/PanelReader.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace sinter;

std::optional<PanelReader> PanelReader::get(InnerMatMulOp op,
                                            TargetAttr target) {
  PanelReader reader;
  reader.x = op.getX(), reader.w = op.getW();
  if (!isRowContiguous(reader.x) || !isRowContiguous(reader.w))
    return std::nullopt;
  auto x = cast<MemRefType>(reader.x.getType());
  auto w = cast<MemRefType>(reader.w.getType());
  int64_t interleave = op.getInterleave();
  if (!x.isDynamicDim(1))
    reader.depth = x.getDimSize(1);
  reader.panelLanes = w.getDimSize(2) / interleave;
  if (reader.panelLanes % target.getLanes())
    return std::nullopt;
  bool isPairs = interleave == 2 && w.getElementType().isBF16();
  if (x.getElementType().isF32() && (interleave == 1 || isPairs)) {
    reader.form = isPairs ? Form::pairs : Form::widened;
    return reader;
  }
  if (isPairs && x.getElementType().isBF16() && target.hasBFloat16Dot() &&
      *reader.depth % 2 == 0) {
    reader.form = Form::dot;
    return reader;
  }
  return std::nullopt;
}

int64_t PanelReader::getExtraRegisters(int64_t vectors) const {
  return form == Form::pairs ? vectors + 1 : 0; // the loaded pairs, a mask
}

RegisterTile PanelReader::makeTile(Emitter &e, Value p, Value column, Value m,
                                   int64_t height, int64_t vectors) const {
  // Tiles of few rows read weights at memory's speed: more loads in flight.
  RegisterTile tile{.rows = height,
                    .vectors = vectors,
                    .unroll = height <= 2 ? form == Form::widened ? 4 : 2 : 1};
  Value x = this->x, w = this->w;
  if (form == Form::widened) {
    tile.a = [&e, x, m](Value k, int64_t r) {
      return e.broadcast(e.load(x, {e.iadd(m, r), k}));
    };
    tile.b = [&e, w, p, column](Value k, int64_t v) {
      return e.vload(w, {p, k, e.iadd(column, v * e.lanes)});
    };
    return tile;
  }
  Type bf16 = e.b.getBF16Type();
  auto pairs = VectorType::get({2 * e.lanes}, bf16);
  tile.b = [&e, w, p, column, pairs](Value group, int64_t v) -> Value {
    Value at = e.imul(e.iadd(column, v * e.lanes), e.index(2));
    return vector::LoadOp::create(e.b, e.loc, pairs, w,
                                  ValueRange{p, group, at});
  };
  auto words = VectorType::get({e.lanes}, e.b.getI32Type());
  if (form == Form::pairs) {
    tile.parts = 2;
    tile.a = [&e, x, m](Value k, int64_t r) {
      return e.broadcast(e.load(x, {e.iadd(m, r), k}));
    };
    tile.part = [&e, words](Value loaded, int64_t i) -> Value {
      Value v = vector::BitCastOp::create(e.b, e.loc, words, loaded);
      auto constant = [&](int32_t c) -> Value {
        return arith::ConstantOp::create(
            e.b, e.loc,
            DenseElementsAttr::get(words, e.b.getI32IntegerAttr(c)));
      };
      if (i == 0)
        v = arith::ShLIOp::create(e.b, e.loc, v, constant(16));
      else
        v = arith::AndIOp::create(e.b, e.loc, v, constant(0xffff0000));
      return vector::BitCastOp::create(e.b, e.loc, e.vectorType, v);
    };
    return tile;
  }
  auto pair = VectorType::get({2}, bf16);
  auto word = VectorType::get({1}, e.b.getI32Type());
  tile.a = [&e, x, m, pair, word, words, pairs](Value group,
                                                int64_t r) -> Value {
    Value at = e.imul(group, e.index(2));
    Value v = vector::LoadOp::create(e.b, e.loc, pair, x,
                                     ValueRange{e.iadd(m, r), at});
    v = vector::BitCastOp::create(e.b, e.loc, word, v);
    v = vector::ExtractOp::create(e.b, e.loc, v, ArrayRef<int64_t>{0});
    v = vector::BroadcastOp::create(e.b, e.loc, words, v);
    return vector::BitCastOp::create(e.b, e.loc, pairs, v);
  };
  tile.multiply = [&e](Value sum, Value left, Value right) -> Value {
    return LLVM::CallIntrinsicOp::create(
               e.b, e.loc, sum.getType(),
               e.b.getStringAttr("llvm.x86.avx512bf16.dpbf16ps.512"),
               ValueRange{sum, left, right})
        .getResult(0);
  };
  return tile;
}

Emitter::Values PanelReader::multiply(Emitter &e, const RegisterTile &tile,
                                      Emitter::Values acc) const {
  if (form == Form::widened)
    return tile.emit(e, e.index(0), e.dim(x, 1), acc);
  int64_t groups = *depth / 2;
  acc = tile.emit(e, e.index(0), e.index(groups), acc);
  if (*depth % 2)
    acc = tile.step(e, e.index(groups), 1, acc);
  return acc;
}
