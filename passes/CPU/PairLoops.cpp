//===- PairLoops.cpp - loops that put two rows together -------------------===//
//
// Values of attention whose products are of pairs lie [positions / 2][columns]
// [2]: two rows of what a model computed, element by element.
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "passes/CPU/CopyLoops.h"

using namespace mlir;
using namespace sinter;

// Loop 0 is over columns, loop 1 over a pair.
static bool putsRowsTogether(const CopyLoops &copy) {
  MemRefType from = memref::LoadOp(copy.load).getMemRefType();
  MemRefType to = memref::StoreOp(copy.store).getMemRefType();
  OperandRange at = memref::LoadOp(copy.load).getIndices();
  OperandRange place = memref::StoreOp(copy.store).getIndices();
  Type element = from.getElementType();
  if (!element.isIntOrFloat() || element.getIntOrFloatBitWidth() != 16 ||
      element != to.getElementType() || to.getRank() < 2 ||
      to.getShape().back() != 2 || !from.isLastDimUnitStride() ||
      !to.areTrailingDimsContiguous(2))
    return false;
  return copy.growth(at.back(), 0) == 1 && copy.areFixed(at.back(), 1) &&
         copy.areFixed(at.drop_back(), 0) &&
         copy.growth(place.back(), 1) == 1 && copy.areFixed(place.back(), 0) &&
         copy.growth(place.drop_back().back(), 0) == 1 &&
         copy.areFixed(place.drop_back(2), 0) &&
         copy.areFixed(place.drop_back(), 1);
}

bool sinter::vectorizePairs(RewriterBase &rewriter, ArrayRef<Operation *> nest,
                            int64_t lanes) {
  auto copy = CopyLoops::match(nest, 2);
  if (!copy || scf::ForOp(copy->loops[1]).getStaticTripCount() != 2 ||
      !putsRowsTogether(*copy))
    return false;
  scf::ForOp columns = copy->loops[0];
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPoint(columns);
  Location loc = columns.getLoc();
  auto index = [&](int64_t v) -> Value {
    return arith::ConstantIndexOp::create(rewriter, loc, v);
  };
  Value end = endOfWholeSteps(rewriter, columns, lanes);
  Value flat = copy->flattenStore(rewriter);
  auto whole = scf::ForOp::create(rewriter, loc, columns.getLowerBound(), end,
                                  index(lanes));
  rewriter.setInsertionPointToStart(whole.getBody());
  auto vector =
      VectorType::get({lanes}, copy->load.getMemRefType().getElementType());
  SmallVector<Value> rows;
  for (int64_t i = 0; i < 2; ++i) {
    auto at = copy->loadAt(rewriter, {whole.getInductionVar(), index(i)});
    rows.push_back(vector::LoadOp::create(rewriter, loc, vector,
                                          copy->load.getMemRef(), at));
  }
  auto place = copy->storeAt(rewriter, {whole.getInductionVar(), index(0)});
  place.pop_back();
  place.back() = arith::MulIOp::create(rewriter, loc, place.back(), index(2));
  Value pairs = vector::InterleaveOp::create(rewriter, loc, rows[0], rows[1]);
  vector::StoreOp::create(rewriter, loc, pairs, flat, place);
  rewriter.modifyOpInPlace(columns, [&] { columns.setLowerBound(end); });
  return true;
}
