//===- Lowering.h - state of lowering one function to linalg --------------===//
//
// The old function is walked in order; each op's results get new values.
// Symbols are index arguments of the new function; sizes are computed from them
// at its entry, once for each expression.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_TILE_LOWERING_H
#define SINTER_TILE_LOWERING_H

#include "dialects/Sinter/IR/InferHelpers.h"
#include "dialects/Sinter/IR/ScalarEmitter.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

namespace sinter {

using Sizes = llvm::SmallVector<mlir::OpFoldResult, 4>;

/// Emits the result scalar of a loop body from the scalars of its inputs.
using Body = llvm::function_ref<mlir::Value(ScalarEmitter &, mlir::ValueRange)>;

class Lowering {
public:
  using Value = mlir::Value;
  using Location = mlir::Location;

  Lowering(mlir::func::FuncOp function,
           llvm::SmallVectorImpl<std::string> &sites);

  //===--- Old values and new ones ----------------------------------------===//
  Value get(Value old) { return map.lookup(old); }
  void set(Value old, Value value) { map.map(old, value); }
  /// An old value with its dimensions in another order: no copy where it is a
  /// transpose of what has that order, or was made in it.
  Value getTransposed(Location loc, Value old, llvm::ArrayRef<int64_t> perm);
  /// Sets an old value by what has its dimensions in another order.
  void setTransposed(Value old, Value value, llvm::ArrayRef<int64_t> perm);

  /// The type in memory: no encoding, bool as i8, integers without sign.
  static mlir::Type storage(mlir::Type element);
  static mlir::RankedTensorType storage(mlir::RankedTensorType type) {
    return mlir::RankedTensorType::get(type.getShape(),
                                       storage(type.getElementType()));
  }
  /// The type in which sums and functions of an element are computed.
  static mlir::Type wide(mlir::Type element);

  //===--- Sizes
  //------------------------------------------------------------===//
  void bindSymbol(llvm::StringRef name, Value value) { symbols[name] = value; }
  /// An attribute or an index value; fails on a size that no symbol decides.
  mlir::FailureOr<mlir::OpFoldResult> number(const DimExpr &expr);
  /// An error on op unless symbols decide every size of the type.
  mlir::LogicalResult checkSizes(mlir::Operation *op, mlir::Type type);
  /// Sizes of dims that were checked; never negative.
  Sizes sizes(llvm::ArrayRef<DimExpr> dims);
  Value toIndex(mlir::OpFoldResult value);
  Value index(int64_t value);
  /// A tensor of these sizes without values. Sizes must be known to be
  /// computable (every type of the function is checked first).
  Value empty(llvm::ArrayRef<DimExpr> dims, mlir::Type element);
  Value filled(Location loc, llvm::ArrayRef<DimExpr> dims, Value scalar);
  /// The new type for these sizes.
  static mlir::RankedTensorType type(llvm::ArrayRef<DimExpr> dims,
                                     mlir::Type element);

  //===--- Run-time checks
  //----------------------------------------------------===//
  /// The number that is stored when this check fails.
  int64_t addSite(Location loc, const llvm::Twine &what);
  /// Fails the whole call when `condition` (on symbols alone) is false.
  void require(Value condition, Location loc, const llvm::Twine &what);
  /// requires that a number is a size: not below 0.
  void requireSize(const DimExpr &e, Location loc);
  /// requires a == b, or that b broadcasts to a.
  void requireEqual(const DimExpr &a, const DimExpr &b, Location loc);
  void requireBroadcast(const DimExpr &from, const DimExpr &to, Location loc);
  /// In a loop body: stores the site when the condition is false.
  void emitFault(mlir::OpBuilder &b, Location loc, Value failed, int64_t site);

  //===--- Loops
  //--------------------------------------------------------------===//
  /// One input of a loop nest: a tensor and how loops walk its dimensions.
  struct Input {
    Value tensor;
    llvm::SmallVector<int64_t> loops; // a loop, or `still`, or maybeStill(loop)
  };
  static constexpr int64_t still = -1; // at 0
  /// Walked by the loop unless the size is 1 at run time.
  static constexpr int64_t maybeStill(int64_t loop) { return -2 - loop; }
  /// Walks a tensor of these sizes, aligned at the last loop, as numpy
  /// broadcasts; sizes that clash at run time fail the call.
  Input aligned(Value tensor, llvm::ArrayRef<DimExpr> from,
                llvm::ArrayRef<DimExpr> loops, Location loc);
  static Input walked(Value tensor, llvm::ArrayRef<int64_t> loops) {
    return {tensor, llvm::SmallVector<int64_t>(loops)};
  }
  /// y[all loops] = body(inputs); `loops` are y's sizes. The body gets scalars
  /// as they are in memory and returns one of `element`'s storage type.
  Value parallel(Location loc, llvm::ArrayRef<DimExpr> loops,
                 mlir::Type element, llvm::ArrayRef<Input> inputs, Body body);
  /// y is walked by the loops that reduce nothing; body's last argument is y's
  /// element so far, which starts at `start`. Loops nest in the given order.
  Value reduce(Location loc, llvm::ArrayRef<DimExpr> loops,
               llvm::ArrayRef<bool> isReduction, Value start,
               llvm::ArrayRef<Input> inputs, Body body);
  /// The same elements under other sizes (views where the memory allows).
  Value reshape(Location loc, Value x, llvm::ArrayRef<DimExpr> from,
                llvm::ArrayRef<DimExpr> to);
  /// x repeated so that it has these sizes.
  Value broadcast(Location loc, Value x, llvm::ArrayRef<DimExpr> from,
                  llvm::ArrayRef<DimExpr> to);
  Value transpose(Location loc, Value x, llvm::ArrayRef<DimExpr> from,
                  llvm::ArrayRef<int64_t> perm);
  /// Indices as positions in a dimension of this size, as index elements; what
  /// is out of range fails the call.
  Value positions(Location loc, Value indices, llvm::ArrayRef<DimExpr> dims,
                  const DimExpr &size);
  /// Index tuples, in the last dimension of `dims`, as positions in dimensions
  /// of x's sizes, as index elements; what is out of range fails the call.
  Value tuplePositions(Location loc, Value indices,
                       llvm::ArrayRef<DimExpr> dims,
                       llvm::ArrayRef<DimExpr> sizes);
  /// In a loop body: x at these indices as an `element`; where at[dim] is not
  /// below x's size there, x at the last place, or 0.
  static Value elementUpTo(ScalarEmitter &e, Value x,
                           llvm::SmallVector<Value> at, int64_t dim, Value size,
                           mlir::Type element);
  static Value elementOrZero(ScalarEmitter &e, Value x,
                             llvm::ArrayRef<Value> at, int64_t dim, Value size,
                             mlir::Type element);
  /// The scalar of a tensor with one element.
  Value extractOnly(Location loc, Value tensor);
  /// `type` at `bytes` into a buffer of bytes.
  Value viewAt(Location loc, Value buffer, mlir::MemRefType type, Value bytes);
  /// x as a tensor of another float type.
  Value castTo(Location loc, Value x, llvm::ArrayRef<DimExpr> dims,
               mlir::Type element);
  /// The product of each pair of matrices, [batch, rows, columns] in the wide
  /// type: a is [batch, rows, depth], w [batch, depth, columns] or, transposed,
  /// [batch, columns, depth], of float types that widen to the same.
  Value matrixProducts(Location loc, Value a, llvm::ArrayRef<DimExpr> aDims,
                       Value w, llvm::ArrayRef<DimExpr> wDims,
                       bool isTransposed);
  /// softmax of x along its last dimension.
  Value softmaxRows(Location loc, Value x, llvm::ArrayRef<DimExpr> dims,
                    bool log);

  mlir::OpBuilder b;
  mlir::IRMapping map;
  Value params, cache, fault;
  mlir::OpBuilder entry; // where sizes are computed

private:
  Value nest(Location loc, llvm::ArrayRef<mlir::utils::IteratorType> iterators,
             Value init, mlir::AffineMap initMap, llvm::ArrayRef<Input> inputs,
             bool bodyWantsInit, Body body);
  Value emit(const DimExpr &expr);
  Value emitAtom(llvm::StringRef atom);

  struct Transposed {
    Value value;
    llvm::SmallVector<int64_t> perm;
  };
  llvm::DenseMap<Value, Transposed> otherOrders; // of old values
  llvm::StringMap<Value> symbols, numbers;
  llvm::SmallVectorImpl<std::string> &sites;
  llvm::StringSet<> required;
};

//===--- One function a family of ops
//---------------------------------------===//
// Each lowers its ops; the op's results are set. Failure has a diagnostic.
mlir::LogicalResult lowerElementwise(Lowering &, mlir::Operation *);
mlir::LogicalResult lowerReshape(Lowering &, ReshapeOp);
mlir::LogicalResult lowerBroadcastTo(Lowering &, BroadcastToOp);
mlir::LogicalResult lowerTranspose(Lowering &, TransposeOp);
mlir::LogicalResult lowerConcat(Lowering &, ConcatOp);
mlir::LogicalResult lowerSlice(Lowering &, SliceOp);
mlir::LogicalResult lowerGather(Lowering &, GatherOp);
mlir::LogicalResult lowerGatherND(Lowering &, GatherNDOp);
mlir::LogicalResult lowerScatterND(Lowering &, ScatterNDOp);
mlir::LogicalResult lowerShapeOf(Lowering &, ShapeOfOp);
mlir::LogicalResult lowerSymbolic(Lowering &, SymbolicOp);
mlir::LogicalResult lowerRange(Lowering &, RangeOp);
mlir::LogicalResult lowerTrilu(Lowering &, TriluOp);
mlir::LogicalResult lowerUnpackBits(Lowering &, UnpackBitsOp);
mlir::LogicalResult lowerDequantize(Lowering &, DequantizeOp);
mlir::LogicalResult lowerReduce(Lowering &, ReduceOp);
mlir::LogicalResult lowerSoftmax(Lowering &, SoftmaxOp);
mlir::LogicalResult lowerCumSum(Lowering &, CumSumOp);
mlir::LogicalResult lowerMatMul(Lowering &, MatMulOp);
mlir::LogicalResult lowerLayerNorm(Lowering &, LayerNormOp);
mlir::LogicalResult lowerRMSNorm(Lowering &, RMSNormOp);
mlir::LogicalResult lowerRotary(Lowering &, RotaryOp);
mlir::LogicalResult lowerAttention(Lowering &, AttentionOp);
/// The same in blocks of the context, by the kernel of cached attention; false:
/// it has none for these types or sizes.
bool lowerBlockedAttention(Lowering &, AttentionOp);
mlir::LogicalResult lowerConstant(Lowering &, ConstantOp);
mlir::LogicalResult lowerLoad(Lowering &, LoadOp);
mlir::LogicalResult lowerPackedMatMul(Lowering &, PackedMatMulOp);
mlir::LogicalResult lowerPackedExpertMatMul(Lowering &, PackedExpertMatMulOp);
mlir::LogicalResult lowerPackedGather(Lowering &, PackedGatherOp);
mlir::LogicalResult lowerCacheAppend(Lowering &, CacheAppendOp);
mlir::LogicalResult lowerCachedAttention(Lowering &, CachedAttentionOp);

} // namespace sinter
#endif
