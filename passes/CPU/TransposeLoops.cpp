//===- TransposeLoops.cpp - loops that turn rows into columns -------------===//
//
// Keys of attention lie [positions / panel][depth / I][panel][I]: an element,
// or two beside each other, of as many rows as a panel has positions.
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "passes/CPU/CopyLoops.h"

using namespace mlir;
using namespace sinter;

// Loop 0 is over k, loop 1 over rows, loop 2 over the parts of a word.
static bool turnsRowsIntoColumns(const CopyLoops &copy) {
  constexpr int64_t wordBits = 32;
  MemRefType from = memref::LoadOp(copy.load).getMemRefType();
  MemRefType to = memref::StoreOp(copy.store).getMemRefType();
  OperandRange at = memref::LoadOp(copy.load).getIndices();
  OperandRange place = memref::StoreOp(copy.store).getIndices();
  Type element = from.getElementType();
  if (!element.isIntOrFloat() || element != to.getElementType() ||
      to.getRank() < 3 || to.isDynamicDim(to.getRank() - 1))
    return false;
  int64_t parts = to.getShape().back();
  if (parts * element.getIntOrFloatBitWidth() != wordBits ||
      scf::ForOp(copy.loops[2]).getStaticTripCount() != parts ||
      !from.isLastDimUnitStride() || !to.areTrailingDimsContiguous(2))
    return false;
  Value k = place.drop_back(2).back(), row = place.drop_back().back(),
        part = place.back();
  return copy.growth(at.back(), 0) == parts && copy.areFixed(at.back(), 1) &&
         (parts == 1 || copy.growth(at.back(), 2) == 1) &&
         copy.areFixed(at.drop_back(), 0) && copy.areFixed(at.drop_back(), 2) &&
         copy.growth(k, 0) == 1 && copy.areFixed({k, part}, 1) &&
         copy.growth(row, 1) == 1 && copy.areFixed({row, part}, 0) &&
         copy.growth(part, 2) == 1 && copy.areFixed({k, row}, 2) &&
         llvm::all_of(llvm::seq<size_t>(0, 3), [&](size_t i) {
           return copy.areFixed(place.drop_back(3), i);
         });
}

// A square of words, vector by vector. In each round vector i and the one half
// the square behind it are put together word by word: after log2 of its side
// each word has come from row to column.
static void transpose(OpBuilder &b, Location loc, SmallVector<Value> &square) {
  int64_t side = square.size(), half = side / 2;
  SmallVector<int64_t> low, high;
  for (int64_t i = 0; i < half; ++i) {
    low.append({i, side + i});
    high.append({half + i, side + half + i});
  }
  for (int64_t round = 1; round < side; round *= 2) {
    SmallVector<Value> next;
    for (int64_t i = 0; i < half; ++i)
      for (ArrayRef<int64_t> words : {ArrayRef(low), ArrayRef(high)})
        next.push_back(vector::ShuffleOp::create(b, loc, square[i],
                                                 square[half + i], words));
    square = std::move(next);
  }
}

bool sinter::vectorizeTransposed(RewriterBase &rewriter,
                                 ArrayRef<Operation *> nest, int64_t lanes) {
  auto copy = CopyLoops::match(nest, 3);
  if (!copy || !turnsRowsIntoColumns(*copy))
    return false;
  scf::ForOp overK = copy->loops[0], overRows = copy->loops[1];
  std::optional<APInt> count = overRows.getStaticTripCount();
  if (!count || count->getZExtValue() % lanes || !llvm::isPowerOf2_64(lanes))
    return false;
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPoint(overK);
  Location loc = overK.getLoc();
  auto index = [&](int64_t v) -> Value {
    return arith::ConstantIndexOp::create(rewriter, loc, v);
  };
  auto plus = [&](Value v, int64_t i) -> Value {
    return arith::AddIOp::create(rewriter, loc, v, index(i));
  };
  Value end = endOfWholeSteps(rewriter, overK, lanes);
  Value flat = copy->flattenStore(rewriter);
  auto outer = scf::ForOp::create(rewriter, loc, overK.getLowerBound(), end,
                                  index(lanes));
  rewriter.setInsertionPointToStart(outer.getBody());
  auto inner = scf::ForOp::create(rewriter, loc, overRows.getLowerBound(),
                                  overRows.getUpperBound(), index(lanes));
  rewriter.setInsertionPointToStart(inner.getBody());
  Value k = outer.getInductionVar(), row = inner.getInductionVar();
  int64_t parts = copy->store.getMemRefType().getShape().back();
  auto elements = VectorType::get({lanes * parts},
                                  copy->load.getMemRefType().getElementType());
  auto words = VectorType::get({lanes}, rewriter.getI32Type());
  SmallVector<Value> square;
  for (int64_t i = 0; i < lanes; ++i) {
    auto at = copy->loadAt(rewriter, {k, plus(row, i), index(0)});
    Value v = vector::LoadOp::create(rewriter, loc, elements,
                                     copy->load.getMemRef(), at);
    square.push_back(vector::BitCastOp::create(rewriter, loc, words, v));
  }
  transpose(rewriter, loc, square);
  for (auto [i, column] : llvm::enumerate(square)) {
    auto place = copy->storeAt(rewriter, {plus(k, i), row, index(0)});
    place.pop_back();
    place.back() =
        arith::MulIOp::create(rewriter, loc, place.back(), index(parts));
    Value v = vector::BitCastOp::create(rewriter, loc, elements, column);
    vector::StoreOp::create(rewriter, loc, v, flat, place);
  }
  rewriter.modifyOpInPlace(overK, [&] { overK.setLowerBound(end); });
  return true;
}
