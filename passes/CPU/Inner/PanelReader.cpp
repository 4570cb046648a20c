//===- PanelReader.cpp - how a register tile reads packed weights ---------===//
#include "passes/CPU/Inner/PanelReader.h"

using namespace mlir;
using namespace sinter;

std::optional<PanelReader>
PanelReader::get(Value x, Value w, int64_t interleave, TargetAttr target) {
  if (!isRowContiguous(x) || !isRowContiguous(w))
    return std::nullopt;
  auto rows = cast<MemRefType>(x.getType());
  auto panels = cast<MemRefType>(w.getType());
  auto contraction = Contraction::get(
      rows.getElementType(), panels.getElementType(), interleave, target);
  int64_t panelLanes = panels.getShape().back() / interleave;
  if (!contraction || panelLanes % target.getLanes())
    return std::nullopt;
  // A pair of x must not lie across the end of a row.
  if (contraction->getForm() == Form::dot &&
      (rows.isDynamicDim(1) || rows.getDimSize(1) % 2))
    return std::nullopt;
  return PanelReader(x, w, *contraction, panelLanes);
}

PanelReader::Tiles PanelReader::getTiles(TargetAttr target) const {
  Tiles tiles;
  tiles.panelVectors = panelLanes / target.getLanes();
  tiles.tallVectors = std::min<int64_t>(2, tiles.panelVectors);
  auto heights = [&](int64_t vectors) {
    return getTileHeights(target.getRegisters() -
                              contraction.getExtraRegisters(vectors),
                          vectors);
  };
  llvm::copy_if(heights(tiles.tallVectors), std::back_inserter(tiles.tall),
                [](int64_t height) { return height > 2; });
  llvm::copy_if(heights(tiles.panelVectors), std::back_inserter(tiles.low),
                [](int64_t height) { return height <= 2; });
  return tiles;
}

RegisterTile PanelReader::makeTile(Emitter &e, Value p, Value column,
                                   ArrayRef<Value> rows, int64_t vectors,
                                   int64_t stride) const {
  stride = stride ? stride : e.lanes;
  int64_t height = rows.size(), interleave = contraction.getInterleave();
  Emitter::Values at(rows);
  RegisterTile tile = contraction.makeTile(
      e, height, vectors,
      {x, [at](Value k, int64_t r) { return Emitter::Values{at[r], k}; }},
      {w, [&e, p, column, interleave, stride](Value group, int64_t v) {
         Value lane = e.iadd(column, v * stride);
         if (interleave > 1)
           lane = e.imul(lane, e.index(interleave));
         return Emitter::Values{p, group, lane};
       }});
  auto panels = cast<MemRefType>(w.getType());
  int64_t width = panels.getDimSize(2);
  int64_t elementBytes = panels.getElementTypeBitWidth() / 8;
  auto rowsIn = [&](int64_t bytes) { return bytes / (width * elementBytes); };
  if (height > 2) { // a panel may be more than L1 holds beside the tile's rows
    constexpr int64_t lineBytes = 64;
    bool inOneLine = stride * interleave * elementBytes < lineBytes;
    tile.b = [&e, p, column, w = w, stride, interleave, inOneLine,
              ahead = rowsIn(4096), load = tile.b](Value group, int64_t v) {
      if (v == 0 || !inOneLine)
        e.prefetchLine(w, {p, e.iadd(group, ahead)},
                       e.imul(e.iadd(column, v * stride), e.index(interleave)),
                       Emitter::Near::l1);
      return load(group, v);
    };
    return tile;
  }
  // Tiles of few rows read weights at memory's speed: more loads in flight, and
  // lines are asked for long before, also those behind the last panel.
  int64_t ahead = rowsIn(4096);
  tile.unroll = interleave == 1 ? 4 : 2;
  tile.b = [&e, p, w = w, width, ahead, load = tile.b](Value group, int64_t v) {
    if (v == 0)
      e.prefetch(w, {p, e.iadd(group, ahead)}, width);
    return load(group, v);
  };
  return tile;
}

Emitter::Values PanelReader::multiply(Emitter &e, const RegisterTile &tile,
                                      Emitter::Values acc) const {
  return contraction.sum(e, tile, e.dim(x, 1), acc);
}

Emitter::Values sinter::rowsFrom(Emitter &e, Value first, int64_t count) {
  Emitter::Values rows;
  for (int64_t r = 0; r < count; ++r)
    rows.push_back(e.iadd(first, r));
  return rows;
}
