//===- TileUnit.cpp - the AMX tile registers ------------------------------===//
#include "passes/CPU/Inner/TileUnit.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace sinter;

// What LDTILECFG reads (Intel SDM vol. 2).
static constexpr int64_t configurationSize = 64;

TileUnit::TileUnit(Emitter &e)
    : e(e), configuration(e.stack({1, configurationSize}, e.b.getI8Type())) {}

void TileUnit::call(StringRef name, ValueRange operands) {
  LLVM::CallIntrinsicOp::create(e.b, e.loc, e.b.getStringAttr(name), operands);
}

Value TileUnit::number(int64_t tile) {
  return arith::ConstantOp::create(e.b, e.loc, e.b.getI8IntegerAttr(tile));
}

static Value toInteger(Emitter &e, Type type, Value index) {
  return arith::IndexCastOp::create(e.b, e.loc, type, index);
}

static Value toPointer(Emitter &e, Value address) {
  auto type = LLVM::LLVMPointerType::get(e.b.getContext());
  return LLVM::IntToPtrOp::create(e.b, e.loc, type,
                                  toInteger(e, e.b.getI64Type(), address));
}

// Byte 0 is the palette, from 16 on the bytes of a row of each tile in 16 bits,
// from 48 on its rows.
void TileUnit::configure(Value upper, Value lower) {
  constexpr int64_t registers = 8, rowBytes = 64;
  Type i8 = e.b.getI8Type();
  SmallVector<int8_t> bytes(configurationSize, 0);
  bytes[0] = 1;
  for (int64_t tile = 0; tile < registers; ++tile) {
    bytes[16 + 2 * tile] = rowBytes;
    bytes[48 + tile] = rows;
  }
  Value fixed = arith::ConstantOp::create(
      e.b, e.loc,
      DenseElementsAttr::get(VectorType::get({configurationSize}, i8),
                             ArrayRef<int8_t>(bytes)));
  e.vstore(fixed, configuration, {e.index(0), e.index(0)});
  auto set = [&](int64_t tile, Value count) {
    e.store(toInteger(e, i8, count), configuration,
            {e.index(0), e.index(48 + tile)});
  };
  for (int64_t j = 0; j < pair; ++j) {
    set(sumsOf(0, j), upper);
    set(sumsOf(1, j), lower);
  }
  set(4, upper);
  set(5, lower);
  call("llvm.x86.ldtilecfg",
       toPointer(e, placeOf(configuration, {e.index(0), e.index(0)}).address));
}

TileUnit::Place TileUnit::placeOf(Value memref, ArrayRef<Value> at) {
  auto type = cast<MemRefType>(memref.getType());
  Value bytes = e.index(type.getElementTypeBitWidth() / 8);
  auto parts = memref::ExtractStridedMetadataOp::create(e.b, e.loc, memref);
  Value element = parts.getOffset();
  for (auto [index, stride] : llvm::zip_equal(at, parts.getStrides()))
    element = e.iadd(element, e.imul(index, stride));
  Value base =
      memref::ExtractAlignedPointerAsIndexOp::create(e.b, e.loc, memref);
  Value rowStride = parts.getStrides()[at.size() - 2];
  return {e.iadd(base, e.imul(element, bytes)), e.imul(rowStride, bytes)};
}

void TileUnit::move(StringRef name, int64_t tile, Place place) {
  call(name, {number(tile), toPointer(e, place.address),
              toInteger(e, e.b.getI64Type(), place.stride)});
}

void TileUnit::clear(int64_t high) {
  for (int64_t i = 0; i < high; ++i)
    for (int64_t j = 0; j < pair; ++j)
      call("llvm.x86.tilezero", number(sumsOf(i, j)));
}

void TileUnit::loadRows(int64_t high, Value memref, Value row, Value k) {
  for (int64_t i = 0; i < high; ++i)
    move("llvm.x86.tileloadd64", 4 + i,
         placeOf(memref, {e.iadd(row, i * rows), k}));
}

void TileUnit::multiply(int64_t high, Value memref, Emitter::Values at,
                        Value column, int64_t distance) {
  at.push_back(Value());
  for (int64_t j = 0; j < pair; ++j) {
    at.back() = e.imul(e.iadd(column, j * distance), e.index(pair));
    move("llvm.x86.tileloadd64", 6 + j, placeOf(memref, at));
    for (int64_t i = 0; i < high; ++i)
      call("llvm.x86.tdpbf16ps",
           {number(sumsOf(i, j)), number(4 + i), number(6 + j)});
  }
}

void TileUnit::store(int64_t high, Value memref, Value row, Value column) {
  for (int64_t i = 0; i < high; ++i)
    for (int64_t j = 0; j < pair; ++j)
      move("llvm.x86.tilestored64", sumsOf(i, j),
           placeOf(memref,
                   {e.iadd(row, i * rows), e.iadd(column, j * columns)}));
}
