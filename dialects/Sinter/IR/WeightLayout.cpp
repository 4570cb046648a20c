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

FailureOr<int64_t> sinter::assignTableOffsets(ModuleOp module) {
  int64_t offset = 0;
  for (auto table : module.getOps<TableOp>()) {
    int64_t bytes = 0;
    if (!getTensorBytes(table.getEntryType()) ||
        llvm::MulOverflow(getTableStride(table), table.getCount(), bytes) ||
        llvm::AddOverflow(offset, bytes, bytes))
      return table.emitOpError("weights of more than 2^63 bytes");
    if (table.getOffset() && int64_t(*table.getOffset()) != offset)
      return table.emitOpError("offset ")
             << *table.getOffset() << " is not where the table lies, " << offset
             << ": remove the attribute";
    table.setOffset(offset);
    offset = bytes;
  }
  return offset;
}
