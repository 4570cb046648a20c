//===- Emitter.cpp - a shorthand to write vector code with a builder ------===//
#include "passes/CPU/Inner/Emitter.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;
using namespace sinter;

bool sinter::isRowContiguous(mlir::Value memref) {
  auto type = dyn_cast<MemRefType>(memref.getType());
  return type &&
         isa<Float32Type, Float16Type, BFloat16Type>(type.getElementType()) &&
         type.isLastDimUnitStride();
}

bool sinter::isRowContiguousF32(mlir::Value memref) {
  return isRowContiguous(memref) &&
         cast<MemRefType>(memref.getType()).getElementType().isF32();
}

Value Emitter::vload(Value memref, ValueRange at) {
  Type element = cast<MemRefType>(memref.getType()).getElementType();
  Value v = vector::LoadOp::create(b, loc, VectorType::get({lanes}, element),
                                   memref, at);
  return element.isF32() ? v : arith::ExtFOp::create(b, loc, vectorType, v);
}

// v as what a memref holds.
static Value narrowTo(Emitter &e, Value memref, Value v) {
  Type element = cast<MemRefType>(memref.getType()).getElementType();
  if (!getElementTypeOrSelf(v).isF32() || element.isF32())
    return v;
  auto vector = dyn_cast<VectorType>(v.getType());
  Type type = vector ? vector.clone(element) : element;
  return arith::TruncFOp::create(e.b, e.loc, type, v);
}

void Emitter::store(Value v, Value memref, ValueRange at) {
  memref::StoreOp::create(b, loc, narrowTo(*this, memref, v), memref, at);
}

void Emitter::vstore(Value v, Value memref, ValueRange at) {
  vector::StoreOp::create(b, loc, narrowTo(*this, memref, v), memref, at);
}

void Emitter::prefetchLine(Value memref, ArrayRef<Value> at, Value element,
                           Near near) {
  SmallVector<Value> place(at);
  place.push_back(element);
  memref::PrefetchOp::create(b, loc, memref, place, /*isWrite=*/false,
                             uint32_t(near), /*isDataCache=*/true);
}

void Emitter::prefetch(Value memref, ArrayRef<Value> at, int64_t count,
                       Value first) {
  auto type = cast<MemRefType>(memref.getType());
  int64_t line = 64 * 8 / type.getElementTypeBitWidth();
  for (int64_t i = 0; i < count; i += line)
    prefetchLine(memref, at, first ? iadd(first, i) : index(i));
}

void Emitter::vstorePart(Value v, Value memref, ValueRange at, Value count) {
  auto maskType = VectorType::get({lanes}, b.getI1Type());
  Value mask = vector::CreateMaskOp::create(b, loc, maskType, count);
  vector::MaskedStoreOp::create(b, loc, memref, at, mask,
                                narrowTo(*this, memref, v));
}

Value Emitter::fastMax(Value a, Value c) {
  using Flags = arith::FastMathFlags;
  return arith::MaximumFOp::create(b, loc, a, c, Flags::nnan | Flags::nsz);
}

Emitter::Values Emitter::loop(Value from, Value to, int64_t step, Values init,
                              llvm::function_ref<Values(Value, Values)> body) {
  auto op = scf::ForOp::create(
      b, loc, from, to, index(step), init,
      [&](OpBuilder &inner, Location at, Value i, ValueRange carried) {
        OpBuilder::InsertionGuard guard(b);
        b.setInsertionPoint(inner.getInsertionBlock(),
                            inner.getInsertionPoint());
        Values next = body(i, Values(carried));
        scf::YieldOp::create(b, at, next);
      });
  return Values(op.getResults());
}

void Emitter::loop(Value from, Value to, int64_t step,
                   llvm::function_ref<void(Value)> body) {
  loop(from, to, step, {}, [&](Value i, Values) {
    body(i);
    return Values();
  });
}

void Emitter::when(Value condition, llvm::function_ref<void()> then,
                   llvm::function_ref<void()> otherwise) {
  auto build = [&](llvm::function_ref<void()> f) {
    return [&, f](OpBuilder &inner, Location at) {
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPoint(inner.getInsertionBlock(), inner.getInsertionPoint());
      f();
      scf::YieldOp::create(b, at);
    };
  };
  if (otherwise)
    scf::IfOp::create(b, loc, condition, build(then), build(otherwise));
  else
    scf::IfOp::create(b, loc, condition, build(then));
}

Value Emitter::reduce(Value v, llvm::function_ref<Value(Value, Value)> fold) {
  for (int64_t width = lanes / 2; width >= 1; width /= 2) {
    SmallVector<int64_t> low, high;
    for (int64_t i = 0; i < width; ++i) {
      low.push_back(i);
      high.push_back(i + width);
    }
    Value a = vector::ShuffleOp::create(b, loc, v, v, low);
    Value c = vector::ShuffleOp::create(b, loc, v, v, high);
    v = fold(a, c);
  }
  return vector::ExtractOp::create(b, loc, v, ArrayRef<int64_t>{0});
}

Value Emitter::reduceEach(Values vectors,
                          llvm::function_ref<Value(Value, Value)> fold) {
  for (int64_t width = lanes / 2; width >= 1; width /= 2) {
    SmallVector<int64_t> low, high;
    for (int64_t i = 0; i < 2 * lanes; ++i)
      (i % (2 * width) < width ? low : high).push_back(i);
    Values next;
    for (size_t i = 0; i < vectors.size(); i += 2) {
      Value a = vectors[i], c = vectors[i + 1];
      next.push_back(fold(vector::ShuffleOp::create(b, loc, a, c, low),
                          vector::ShuffleOp::create(b, loc, a, c, high)));
    }
    vectors = std::move(next);
  }
  return vectors.front();
}

Value Emitter::exp(Value x) { return math::ExpOp::create(b, loc, x); }

Value Emitter::stack(ArrayRef<int64_t> shape, Type element) {
  Operation *op = b.getInsertionBlock()->getParentOp();
  while (!isa<FunctionOpInterface>(op))
    op = op->getParentOp();
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(
      &cast<FunctionOpInterface>(op).getFunctionBody().front());
  auto type = MemRefType::get(shape, element ? element : b.getF32Type());
  auto alloca = memref::AllocaOp::create(b, loc, type);
  alloca.setAlignment(64);
  return alloca;
}
