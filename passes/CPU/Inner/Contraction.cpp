//===- Contraction.cpp - how operands of a dot product meet ---------------===//
#include "passes/CPU/Inner/Contraction.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace sinter;

std::optional<Contraction> Contraction::get(Type rows, Type columns,
                                            int64_t interleave,
                                            TargetAttr target) {
  bool isPairs = interleave == 2 && columns.isBF16();
  if (rows.isF32() && interleave == 1)
    return Contraction(Form::widened);
  if (rows.isF32() && isPairs)
    return Contraction(Form::pairs);
  if (rows.isBF16() && isPairs && target.hasBFloat16Dot())
    return Contraction(Form::dot);
  return std::nullopt;
}

int64_t Contraction::getExtraRegisters(int64_t vectors) const {
  return form == Form::pairs ? vectors + 1 : 0; // the loaded pairs, a mask
}

static VectorType wordsType(Emitter &e) {
  return VectorType::get({e.lanes}, e.b.getI32Type());
}

static VectorType pairsType(Emitter &e) {
  return VectorType::get({2 * e.lanes}, e.b.getBF16Type());
}

static Value maskWords(Emitter &e, Value words, uint32_t mask) {
  Value constant = arith::ConstantOp::create(
      e.b, e.loc,
      DenseElementsAttr::get(wordsType(e),
                             e.b.getI32IntegerAttr(int32_t(mask))));
  return arith::AndIOp::create(e.b, e.loc, words, constant);
}

// The first or second bf16 of each pair as f32.
static Value unpack(Emitter &e, Value pairs, int64_t i) {
  Value v = vector::BitCastOp::create(e.b, e.loc, wordsType(e), pairs);
  if (i == 0) {
    Value shift = arith::ConstantOp::create(
        e.b, e.loc,
        DenseElementsAttr::get(wordsType(e), e.b.getI32IntegerAttr(16)));
    v = arith::ShLIOp::create(e.b, e.loc, v, shift);
  } else {
    v = maskWords(e, v, 0xffff0000);
  }
  return vector::BitCastOp::create(e.b, e.loc, e.vectorType, v);
}

static Value loadPair(Emitter &e, Value memref, ValueRange at) {
  auto pair = VectorType::get({2}, e.b.getBF16Type());
  auto word = VectorType::get({1}, e.b.getI32Type());
  Value v = vector::LoadOp::create(e.b, e.loc, pair, memref, at);
  v = vector::BitCastOp::create(e.b, e.loc, word, v);
  v = vector::ExtractOp::create(e.b, e.loc, v, ArrayRef<int64_t>{0});
  v = vector::BroadcastOp::create(e.b, e.loc, wordsType(e), v);
  return vector::BitCastOp::create(e.b, e.loc, pairsType(e), v);
}

static Value callIntrinsic(Emitter &e, Type type, StringRef name,
                           ValueRange operands) {
  return LLVM::CallIntrinsicOp::create(e.b, e.loc, type,
                                       e.b.getStringAttr(name), operands)
      .getResult(0);
}

// vcvtneps2bf16 gives 0 for subnormal numbers, which vdpbf16ps takes for 0.
Value Contraction::narrow(Emitter &e, Value v) const {
  if (form != Form::dot)
    return v;
  return callIntrinsic(e, VectorType::get({e.lanes}, e.b.getBF16Type()),
                       "llvm.x86.avx512bf16.cvtneps2bf16.512", v);
}

static Value dot(Emitter &e, Value sum, Value left, Value right) {
  return callIntrinsic(e, sum.getType(), "llvm.x86.avx512bf16.dpbf16ps.512",
                       {sum, left, right});
}

RegisterTile Contraction::makeTile(Emitter &e, int64_t rows, int64_t vectors,
                                   Side left, Side right) const {
  RegisterTile tile{.rows = rows, .vectors = vectors};
  if (form == Form::dot) {
    tile.a = [&e, left](Value group, int64_t r) {
      return loadPair(e, left.memref, left.place(e.imul(group, e.index(2)), r));
    };
    tile.multiply = [&e](Value sum, Value left, Value right) {
      return dot(e, sum, left, right);
    };
  } else {
    tile.a = [&e, left](Value k, int64_t r) {
      return e.broadcast(e.load(left.memref, left.place(k, r)));
    };
  }
  if (form == Form::widened) {
    tile.b = [&e, right](Value k, int64_t v) {
      return e.vload(right.memref, right.place(k, v));
    };
    return tile;
  }
  tile.b = [&e, right](Value group, int64_t v) -> Value {
    return vector::LoadOp::create(e.b, e.loc, pairsType(e), right.memref,
                                  right.place(group, v));
  };
  if (form == Form::pairs) {
    tile.parts = 2;
    tile.part = [&e](Value loaded, int64_t i) { return unpack(e, loaded, i); };
  }
  return tile;
}

Emitter::Values Contraction::sum(Emitter &e, const RegisterTile &tile,
                                 Value count, Values acc) const {
  Value zero = e.index(0);
  if (form == Form::widened)
    return tile.emit(e, zero, count, acc);
  Value groups = e.idiv(count, e.index(2)), rest = e.irem(count, e.index(2));
  acc = tile.emit(e, zero, groups, acc);
  IntegerAttr constant;
  if (matchPattern(count, m_Constant(&constant)) && constant.getInt() % 2 == 0)
    return acc;
  // A last group of one element: what lies beside it may be any bits.
  RegisterTile last = tile;
  if (form == Form::dot)
    last.b = [&e, load = tile.b](Value group, int64_t v) -> Value {
      Value words =
          vector::BitCastOp::create(e.b, e.loc, wordsType(e), load(group, v));
      return vector::BitCastOp::create(e.b, e.loc, pairsType(e),
                                       maskWords(e, words, 0xffff));
    };
  return e.loop(zero, rest, 1, acc, [&](Value, Values acc) {
    return last.step(e, groups, 1, acc);
  });
}
