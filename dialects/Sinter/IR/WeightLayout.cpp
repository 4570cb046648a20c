//===- WeightLayout.cpp - where a table lies in the weight file -----------===//
#include "dialects/Sinter/IR/WeightLayout.h"
#include "mlir/IR/Builders.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace sinter;

int64_t sinter::getElementBytes(Type element) {
  if (element.isIndex()) // of scratch tensors, never of weights
    return 8;
  return std::max<int64_t>(element.getIntOrFloatBitWidth() / 8, 1);
}

std::optional<int64_t> sinter::getTensorBytes(RankedTensorType type) {
  int64_t bytes = getElementBytes(type.getElementType());
  for (int64_t size : type.getShape())
    if (ShapedType::isDynamic(size) || llvm::MulOverflow(bytes, size, bytes))
      return std::nullopt;
  return bytes;
}

int64_t sinter::getTableStride(TableOp table) {
  return llvm::alignTo(getTensorBytes(table.getEntryType()).value_or(0),
                       weightAlignment);
}

/// Of tables whose entries have one type.
static bool haveEqualBytes(TableOp a, TableOp b) {
  return a.getCount() == b.getCount() &&
         llvm::all_of_zip(a.getEntries(), b.getEntries(),
                          [](Region &x, Region &y) {
                            return OperationEquivalence::isRegionEquivalentTo(
                                &x, &y, OperationEquivalence::IgnoreLocations);
                          });
}

static LogicalResult setOffset(TableOp table, int64_t offset) {
  if (table.getOffset() && int64_t(*table.getOffset()) != offset)
    return table.emitOpError("offset ")
           << *table.getOffset() << " is not where the table lies, " << offset
           << ": remove the attribute";
  table.setOffset(offset);
  return success();
}

FailureOr<int64_t> sinter::assignTableOffsets(ModuleOp model) {
  int64_t offset = 0;
  llvm::DenseMap<Type, SmallVector<TableOp>> others; // of uses before
  for (ModuleOp use : getUses(model)) {
    for (auto table : use.getOps<TableOp>()) {
      int64_t bytes = 0;
      if (!getTensorBytes(table.getEntryType()) ||
          llvm::MulOverflow(getTableStride(table), table.getCount(), bytes) ||
          llvm::AddOverflow(offset, bytes, bytes))
        return table.emitOpError("weights of more than 2^63 bytes");
      auto &alike = others[table.getEntryType()];
      auto equal = llvm::find_if(
          alike, [&](TableOp t) { return haveEqualBytes(t, table); });
      bool isShared = equal != alike.end();
      if (failed(setOffset(table, isShared ? *equal->getOffset() : offset)))
        return failure();
      if (!isShared)
        offset = bytes;
    }
    for (auto table : use.getOps<TableOp>())
      others[table.getEntryType()].push_back(table);
  }
  return offset;
}
