//===- Emitter.h - a shorthand to write vector code with a builder --------===//
#ifndef SINTER_PASSES_CPU_INNER_EMITTER_H
#define SINTER_PASSES_CPU_INNER_EMITTER_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Builders.h"

namespace sinter {

/// Builds f32 vector code at a place. All vectors are 1-D of `lanes`.
class Emitter {
public:
  using Value = mlir::Value;
  using Values = llvm::SmallVector<Value>;

  Emitter(mlir::OpBuilder &b, mlir::Location loc, int64_t lanes)
      : b(b), loc(loc), lanes(lanes),
        vectorType(mlir::VectorType::get({lanes}, b.getF32Type())) {}

  Value index(int64_t v) {
    return mlir::arith::ConstantIndexOp::create(b, loc, v);
  }
  Value f32(double v) {
    return mlir::arith::ConstantOp::create(b, loc, b.getF32FloatAttr(v));
  }
  Value splat(double v) {
    return mlir::arith::ConstantOp::create(
        b, loc, mlir::DenseElementsAttr::get(vectorType, b.getF32FloatAttr(v)));
  }
  Value broadcast(Value scalar) {
    return mlir::vector::BroadcastOp::create(b, loc, vectorType, scalar);
  }
  Value dim(Value memref, int64_t i) {
    return mlir::memref::DimOp::create(b, loc, memref, i);
  }
  Value load(Value memref, mlir::ValueRange at) {
    return mlir::memref::LoadOp::create(b, loc, memref, at);
  }
  /// Rounds as vstore does.
  void store(Value v, Value memref, mlir::ValueRange at);
  /// `lanes` elements, widened to f32 when they are f16 or bf16.
  Value vload(Value memref, mlir::ValueRange at);
  /// A vector; f32 is rounded to f16 or bf16 when that is what memref holds.
  void vstore(Value v, Value memref, mlir::ValueRange at);
  /// Where a prefetch brings lines; the values are memref.prefetch's hints.
  enum class Near : uint32_t { l2 = 2, l1 = 3 };
  /// Brings the line of one element of row `at` near, or those of `count` from
  /// `first` on (by default the row's) into L2. All may lie beyond the end: a
  /// prefetch does not fault.
  void prefetchLine(Value memref, mlir::ArrayRef<Value> at, Value element,
                    Near near = Near::l2);
  void prefetch(Value memref, mlir::ArrayRef<Value> at, int64_t count,
                Value first = {});
  /// As vstore, the first `count` lanes.
  void vstorePart(Value v, Value memref, mlir::ValueRange at, Value count);

  Value fma(Value a, Value x, Value c) { // on vectors
    return mlir::vector::FMAOp::create(b, loc, a, x, c);
  }
  Value add(Value a, Value c) {
    return mlir::arith::AddFOp::create(b, loc, a, c);
  }
  Value sub(Value a, Value c) {
    return mlir::arith::SubFOp::create(b, loc, a, c);
  }
  Value mul(Value a, Value c) {
    return mlir::arith::MulFOp::create(b, loc, a, c);
  }
  Value div(Value a, Value c) {
    return mlir::arith::DivFOp::create(b, loc, a, c);
  }
  /// The larger one; a NaN in either gives NaN.
  Value max(Value a, Value c) {
    return mlir::arith::MaximumFOp::create(b, loc, a, c);
  }
  /// x86's max: fast, for values that are no NaN; of 0 and -0 either.
  Value fastMax(Value a, Value c);
  Value select(Value condition, Value a, Value c) {
    return mlir::arith::SelectOp::create(b, loc, condition, a, c);
  }
  Value compare(mlir::arith::CmpFPredicate p, Value a, Value c) {
    return mlir::arith::CmpFOp::create(b, loc, p, a, c);
  }
  Value compare(mlir::arith::CmpIPredicate p, Value a, Value c) {
    return mlir::arith::CmpIOp::create(b, loc, p, a, c);
  }

  Value iadd(Value a, Value c) {
    return mlir::arith::AddIOp::create(b, loc, a, c);
  }
  Value isub(Value a, Value c) {
    return mlir::arith::SubIOp::create(b, loc, a, c);
  }
  Value imul(Value a, Value c) {
    return mlir::arith::MulIOp::create(b, loc, a, c);
  }
  Value idiv(Value a, Value c) {
    return mlir::arith::DivUIOp::create(b, loc, a, c);
  }
  Value irem(Value a, Value c) {
    return mlir::arith::RemUIOp::create(b, loc, a, c);
  }
  Value imin(Value a, Value c) {
    return mlir::arith::MinSIOp::create(b, loc, a, c);
  }
  Value imax(Value a, Value c) {
    return mlir::arith::MaxSIOp::create(b, loc, a, c);
  }
  Value iadd(Value a, int64_t c) { return c ? iadd(a, index(c)) : a; }

  /// for (i = from; i < to; i += step) carrying values; `body` returns the next
  /// ones.
  Values loop(Value from, Value to, int64_t step, Values init,
              llvm::function_ref<Values(Value i, Values carried)> body);
  void loop(Value from, Value to, int64_t step,
            llvm::function_ref<void(Value i)> body);
  void when(Value condition, llvm::function_ref<void()> then,
            llvm::function_ref<void()> otherwise = nullptr);

  /// All lanes folded in a fixed tree of halves.
  Value reduce(Value v, llvm::function_ref<Value(Value, Value)> fold);
  /// What reduce makes of each of `lanes` vectors, in its lane, to the same
  /// bits.
  Value reduceEach(Values vectors,
                   llvm::function_ref<Value(Value, Value)> fold);

  /// e^v of a vector or a scalar, with the same bits (Math/ExpLog.cpp).
  Value exp(Value v);

  /// A buffer on the stack, made once at the function's entry; of f32 unless
  /// said otherwise.
  Value stack(llvm::ArrayRef<int64_t> shape, mlir::Type element = {});

  mlir::OpBuilder &b;
  mlir::Location loc;
  int64_t lanes;
  mlir::VectorType vectorType;
};

/// True for a memref of f32, f16 or bf16 whose last dimension is contiguous.
bool isRowContiguous(mlir::Value memref);
bool isRowContiguousF32(mlir::Value memref);

} // namespace sinter
#endif
