//===- Lowering.cpp - symbols, sizes and loop nests -----------------------===//
#include "passes/Tile/Lowering.h"
#include "dialects/Sinter/IR/ReportEntries.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace sinter;

using IPredicate = arith::CmpIPredicate;

Lowering::Lowering(func::FuncOp function, SmallVectorImpl<std::string> &sites)
    : b(function.getContext()), entry(function.getContext()), sites(sites) {
  Block &block = function.getBody().front();
  // Sizes go before everything else, in front of a marker (dead code later).
  b.setInsertionPointToEnd(&block);
  Value marker = arith::ConstantIndexOp::create(b, function.getLoc(), 0);
  entry.setInsertionPoint(marker.getDefiningOp());
}

Type Lowering::storage(Type element) {
  if (element.isInteger(1))
    return IntegerType::get(element.getContext(), 8);
  return getScalarType(element);
}

Type Lowering::wide(Type element) {
  if (isa<Float16Type, BFloat16Type>(element))
    return Float32Type::get(element.getContext());
  return element;
}

RankedTensorType Lowering::type(ArrayRef<DimExpr> dims, Type element) {
  RankedTensorType symbolic = getTensorType(dims, element);
  return RankedTensorType::get(symbolic.getShape(), storage(element));
}

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

Value Lowering::index(int64_t value) {
  std::string key = "#" + std::to_string(value);
  Value &known = numbers[key];
  if (!known) {
    OpBuilder::InsertionGuard guard(entry);
    entry.setInsertionPointToStart(entry.getInsertionBlock());
    known = arith::ConstantIndexOp::create(entry, entry.getUnknownLoc(), value);
  }
  return known;
}

Value Lowering::emitAtom(StringRef text) {
  DimAtom atom = DimAtom::get(text);
  if (atom.arguments.empty())
    return symbols.lookup(atom.name);
  Value x = emit(atom.arguments[0]), y = emit(atom.arguments[1]);
  Location loc = entry.getUnknownLoc();
  if (!x || !y)
    return Value();
  Value one = index(1), zero = index(0);
  if (atom.name == "bcast") {
    Value isOne = arith::CmpIOp::create(entry, loc, IPredicate::eq, x, one);
    return arith::SelectOp::create(entry, loc, isOne, y, x);
  }
  if (atom.name == "max")
    return arith::MaxSIOp::create(entry, loc, x, y);
  if (atom.name == "min")
    return arith::MinSIOp::create(entry, loc, x, y);
  if (!atom.arguments[1].getConstant()) {
    Value isZero = arith::CmpIOp::create(entry, loc, IPredicate::eq, y, zero);
    y = arith::SelectOp::create(entry, loc, isZero, one, y);
  }
  return arith::FloorDivSIOp::create(entry, loc, x, y);
}

Value Lowering::emit(const DimExpr &expr) {
  if (auto constant = expr.getConstant())
    return index(*constant);
  std::string key = expr.str();
  if (Value known = numbers.lookup(key))
    return known;
  Location loc = entry.getUnknownLoc();
  Value sum;
  for (auto &[monomial, coefficient] : expr.getTerms()) {
    Value product;
    for (const std::string &text : monomial) {
      Value factor = emitAtom(text);
      if (!factor)
        return Value();
      product =
          product ? arith::MulIOp::create(entry, loc, product, factor) : factor;
    }
    if (!product)
      product = index(coefficient);
    else if (coefficient != 1)
      product = arith::MulIOp::create(entry, loc, product, index(coefficient));
    sum = sum ? arith::AddIOp::create(entry, loc, sum, product) : product;
  }
  return numbers[key] = sum;
}

FailureOr<OpFoldResult> Lowering::number(const DimExpr &expr) {
  if (auto constant = expr.getConstant())
    return OpFoldResult(b.getIndexAttr(*constant));
  if (expr.isUnknown())
    return failure();
  Value value = emit(expr);
  if (!value)
    return failure();
  return OpFoldResult(value);
}

LogicalResult Lowering::checkSizes(Operation *op, Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor)
    return success();
  for (auto [i, dim] : llvm::enumerate(getDims(tensor)))
    if (failed(number(dim)))
      return op->emitOpError("the size of dimension ")
             << i << ", '" << dim.str()
             << "', depends on data or is bound by no input: native code needs "
                "sizes that follow from the inputs' shapes";
  return success();
}

Sizes Lowering::sizes(ArrayRef<DimExpr> dims) {
  Sizes result;
  for (const DimExpr &dim : dims) {
    OpFoldResult size = *number(dim);
    // A difference of sizes may be below 0 for odd inputs: nothing then.
    if (auto value = dyn_cast<Value>(size); value && !dim.isNonNegative()) {
      Value &clamped = numbers["max0 " + dim.str()];
      if (!clamped)
        clamped = arith::MaxSIOp::create(entry, entry.getUnknownLoc(), value,
                                         index(0));
      size = clamped;
    }
    result.push_back(size);
  }
  return result;
}

Value Lowering::toIndex(OpFoldResult value) {
  if (auto attribute = dyn_cast<Attribute>(value))
    return index(cast<IntegerAttr>(attribute).getInt());
  return cast<Value>(value);
}

Value Lowering::empty(ArrayRef<DimExpr> dims, Type element) {
  return tensor::EmptyOp::create(b, b.getUnknownLoc(), sizes(dims),
                                 storage(element));
}

Value Lowering::filled(Location loc, ArrayRef<DimExpr> dims, Value scalar) {
  return linalg::FillOp::create(b, loc, scalar, empty(dims, scalar.getType()))
      .getResult(0);
}

//===----------------------------------------------------------------------===//
// Run-time checks
//===----------------------------------------------------------------------===//

int64_t Lowering::addSite(Location loc, const Twine &what) {
  sites.push_back(("node '" + describeLocation(loc) + "': " + what).str());
  return sites.size() - 1;
}

void Lowering::require(Value condition, Location loc, const Twine &what) {
  RequireOp::create(entry, loc, condition, addSite(loc, what));
}

void Lowering::requireSize(const DimExpr &e, Location loc) {
  if (e.isNonNegative() || !required.insert(e.str()).second)
    return;
  Value isSize = arith::CmpIOp::create(entry, loc, IPredicate::sge,
                                       toIndex(*number(e)), index(0));
  require(isSize, loc, "a size is below 0: " + e.str());
}

void Lowering::requireEqual(const DimExpr &x, const DimExpr &y, Location loc) {
  if (x == y || (x.getConstant() && y.getConstant()))
    return;
  std::string key = x.str() + " = " + y.str();
  if (!required.insert(key).second)
    return;
  Value equal = arith::CmpIOp::create(entry, loc, IPredicate::eq,
                                      toIndex(*number(x)), toIndex(*number(y)));
  require(equal, loc, "sizes differ: " + key);
}

void Lowering::requireBroadcast(const DimExpr &from, const DimExpr &to,
                                Location loc) {
  std::string key = from.str() + " to " + to.str();
  if (!required.insert(key).second)
    return;
  Value x = toIndex(*number(from)), y = toIndex(*number(to));
  Value isOne = arith::CmpIOp::create(entry, loc, IPredicate::eq, x, index(1));
  Value equal = arith::CmpIOp::create(entry, loc, IPredicate::eq, x, y);
  require(arith::OrIOp::create(entry, loc, isOne, equal), loc,
          "sizes do not broadcast: " + key);
}

void Lowering::emitFault(OpBuilder &b, Location loc, Value failed,
                         int64_t site) {
  auto branch = scf::IfOp::create(b, loc, failed, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(branch.thenBlock());
  Value code = arith::ConstantOp::create(b, loc, b.getI64IntegerAttr(site + 1));
  Value zero = arith::ConstantIndexOp::create(b, loc, 0);
  memref::StoreOp::create(b, loc, code, fault, zero);
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

Lowering::Input Lowering::aligned(Value tensor, ArrayRef<DimExpr> from,
                                  ArrayRef<DimExpr> loops, Location loc) {
  Input input{tensor, {}};
  for (auto [i, dim] : llvm::enumerate(from)) {
    int64_t loop = loops.size() - from.size() + i;
    const DimExpr &size = loops[loop];
    if (dim == size || (dim.getConstant() && !dim.isConstant(1))) {
      requireEqual(dim, size, loc);
      input.loops.push_back(loop);
    } else if (dim.isConstant(1)) {
      input.loops.push_back(still);
    } else {
      requireBroadcast(dim, size, loc);
      input.loops.push_back(maybeStill(loop));
    }
  }
  return input;
}

Value Lowering::nest(Location loc, ArrayRef<utils::IteratorType> iterators,
                     Value init, AffineMap initMap, ArrayRef<Input> inputs,
                     bool bodyWantsInit, Body body) {
  SmallVector<Value> operands;
  SmallVector<AffineMap> maps;
  unsigned loops = iterators.size();
  // Per input: its operand, or -1 when the body reads it element by element.
  SmallVector<int> operandOf;
  SmallVector<SmallVector<Value>> steps; // 0 or 1 per dimension, of the latter
  for (const Input &input : inputs) {
    steps.emplace_back();
    if (llvm::any_of(input.loops, [](int64_t l) { return l < still; })) {
      operandOf.push_back(-1);
      for (auto [i, l] : llvm::enumerate(input.loops)) {
        if (l >= still) {
          steps.back().push_back(Value());
          continue;
        }
        Value size = tensor::DimOp::create(b, loc, input.tensor, i);
        Value isOne =
            arith::CmpIOp::create(b, loc, IPredicate::eq, size, index(1));
        steps.back().push_back(
            arith::SelectOp::create(b, loc, isOne, index(0), index(1)));
      }
      continue;
    }
    operandOf.push_back(operands.size());
    operands.push_back(input.tensor);
    SmallVector<AffineExpr> exprs;
    for (int64_t l : input.loops)
      exprs.push_back(l == still ? b.getAffineConstantExpr(0)
                                 : b.getAffineDimExpr(l));
    maps.push_back(AffineMap::get(loops, 0, exprs, b.getContext()));
  }
  maps.push_back(initMap);
  auto generic = linalg::GenericOp::create(
      b, loc, init.getType(), operands, init, maps, iterators,
      [&](OpBuilder &inner, Location loc, ValueRange args) {
        ScalarEmitter e(inner, loc);
        SmallVector<Value> scalars;
        for (auto [n, input] : llvm::enumerate(inputs)) {
          if (operandOf[n] >= 0) {
            scalars.push_back(args[operandOf[n]]);
            continue;
          }
          SmallVector<Value> at;
          for (auto [i, l] : llvm::enumerate(input.loops)) {
            if (l == still) {
              at.push_back(index(0));
              continue;
            }
            Value position =
                linalg::IndexOp::create(inner, loc, l < still ? -2 - l : l);
            at.push_back(l < still ? e.mul(position, steps[n][i]) : position);
          }
          scalars.push_back(
              tensor::ExtractOp::create(inner, loc, input.tensor, at));
        }
        if (bodyWantsInit)
          scalars.push_back(args.back());
        linalg::YieldOp::create(inner, loc, body(e, scalars));
      });
  return generic.getResult(0);
}

Value Lowering::parallel(Location loc, ArrayRef<DimExpr> loops, Type element,
                         ArrayRef<Input> inputs, Body body) {
  SmallVector<utils::IteratorType> iterators(loops.size(),
                                             utils::IteratorType::parallel);
  return nest(loc, iterators, empty(loops, element),
              b.getMultiDimIdentityMap(loops.size()), inputs, false, body);
}

Value Lowering::reduce(Location loc, ArrayRef<DimExpr> loops,
                       ArrayRef<bool> isReduction, Value start,
                       ArrayRef<Input> inputs, Body body) {
  SmallVector<utils::IteratorType> iterators;
  SmallVector<AffineExpr> exprs;
  Dims kept;
  for (auto [i, dim] : llvm::enumerate(loops)) {
    iterators.push_back(isReduction[i] ? utils::IteratorType::reduction
                                       : utils::IteratorType::parallel);
    if (isReduction[i])
      continue;
    exprs.push_back(b.getAffineDimExpr(i));
    kept.push_back(dim);
  }
  return nest(loc, iterators, filled(loc, kept, start),
              AffineMap::get(loops.size(), 0, exprs, b.getContext()), inputs,
              true, body);
}

Value Lowering::extractOnly(Location loc, Value tensor) {
  SmallVector<Value> zeros(rankOf(tensor), index(0));
  return tensor::ExtractOp::create(b, loc, tensor, zeros);
}

Value Lowering::viewAt(Location loc, Value buffer, MemRefType type,
                       Value bytes) {
  return memref::ViewOp::create(b, loc, type, buffer, bytes, ValueRange());
}

Value Lowering::castTo(Location loc, Value x, ArrayRef<DimExpr> dims,
                       Type element) {
  if (elementOf(x) == element)
    return x;
  return parallel(loc, dims, element, {aligned(x, dims, dims, loc)},
                  [&](ScalarEmitter &e, ValueRange args) {
                    return e.cast(args[0], args[0].getType(), element);
                  });
}
