//===- PanelReader.cpp - how a register tile reads packed weights ---------===//
#include "passes/CPU/Inner/PanelReader.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace sinter;

std::optional<PanelReader> PanelReader::get(Value rows, Value panels,
                                            int64_t interleave,
                                            TargetAttr target) {
  PanelReader reader;
  reader.x = rows, reader.w = panels;
  if (!isRowContiguous(reader.x) || !isRowContiguous(reader.w))
    return std::nullopt;
  auto x = cast<MemRefType>(reader.x.getType());
  auto w = cast<MemRefType>(reader.w.getType());
  if (!x.isDynamicDim(1))
    reader.depth = x.getDimSize(1);
  reader.panelLanes = w.getShape().back() / interleave;
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

PanelReader::Tiles PanelReader::getTiles(TargetAttr target) const {
  Tiles tiles;
  tiles.panelVectors = panelLanes / target.getLanes();
  tiles.tallVectors = std::min<int64_t>(2, tiles.panelVectors);
  auto heights = [&](int64_t vectors) {
    return getTileHeights(target.getRegisters() - getExtraRegisters(vectors),
                          vectors);
  };
  llvm::copy_if(heights(tiles.tallVectors), std::back_inserter(tiles.tall),
                [](int64_t height) { return height > 2; });
  llvm::copy_if(heights(tiles.panelVectors), std::back_inserter(tiles.low),
                [](int64_t height) { return height <= 2; });
  return tiles;
}

RegisterTile PanelReader::makeTile(Emitter &e, Value p, Value column,
                                   ArrayRef<Value> rows,
                                   int64_t vectors) const {
  int64_t height = rows.size();
  Emitter::Values at(rows);
  // Tiles of few rows read weights at memory's speed: more loads in flight.
  RegisterTile tile{.rows = height,
                    .vectors = vectors,
                    .unroll = height <= 2 ? form == Form::widened ? 4 : 2 : 1};
  Value x = this->x, w = this->w;
  if (form == Form::widened) {
    tile.a = [&e, x, at](Value k, int64_t r) {
      return e.broadcast(e.load(x, {at[r], k}));
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
    tile.a = [&e, x, at](Value k, int64_t r) {
      return e.broadcast(e.load(x, {at[r], k}));
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
  tile.a = [&e, x, at, pair, word, words, pairs](Value group,
                                                 int64_t r) -> Value {
    Value k = e.imul(group, e.index(2));
    Value v = vector::LoadOp::create(e.b, e.loc, pair, x, ValueRange{at[r], k});
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

Emitter::Values sinter::rowsFrom(Emitter &e, Value first, int64_t count) {
  Emitter::Values rows;
  for (int64_t r = 0; r < count; ++r)
    rows.push_back(e.iadd(first, r));
  return rows;
}

void TileStore::operator()(ArrayRef<Value> rows, int64_t vectors,
                           ArrayRef<Value> acc) const {
  for (int64_t v = 0; v < vectors; ++v) {
    Value column = e.iadd(n, v * e.lanes);
    Value left = e.isub(width, column);
    auto whole = [&] {
      for (auto [r, row] : llvm::enumerate(rows)) {
        Value y = acc[r * vectors + v];
        if (bias)
          y = e.add(y, e.vload(bias, column));
        e.vstore(y, out, {row, column});
      }
    };
    auto part = [&] {
      for (auto [r, row] : llvm::enumerate(rows)) {
        Value y = acc[r * vectors + v];
        if (bias) {
          auto maskType = VectorType::get({e.lanes}, e.b.getI1Type());
          Value mask = vector::CreateMaskOp::create(e.b, e.loc, maskType, left);
          Value part = vector::MaskedLoadOp::create(
              e.b, e.loc, e.vectorType, bias, column, mask, e.splat(0));
          y = e.add(y, part);
        }
        e.vstorePart(y, out, {row, column}, left);
      }
    };
    using P = arith::CmpIPredicate;
    e.when(e.compare(P::sge, left, e.index(e.lanes)), whole,
           [&] { e.when(e.compare(P::sgt, left, e.index(0)), part); });
  }
}
