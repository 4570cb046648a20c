//===- RotaryTables.cpp - one half of a cos or sin table ------------------===//
#include "passes/Fuse/RotaryTables.h"
#include "passes/Fuse/Match.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace sinter;

Value RotaryTables::getHalf(Value table, bool interleaved,
                            std::string &reason) {
  why = "cos or sin is not built from two equal halves";
  Value result = half(table, rankOf(table) - 1, interleaved);
  if (!result)
    reason = why;
  return result;
}

Value RotaryTables::half(Value value, int64_t axis, bool interleaved) {
  auto key = std::pair(value, axis * 2 + interleaved);
  auto it = halves.find(key);
  if (it != halves.end())
    return it->second;
  Operation *op = value.getDefiningOp();
  auto size = dimsOf(value)[axis].getConstant();
  Value result;
  if (op && size && *size % 2 == 0)
    result = rebuild(op, axis, interleaved);
  return halves[key] = result;
}

/// The elements of a constant that stay, when the others are equal to them.
static Value halfOfConstant(OpBuilder &b, ConstantOp op, int64_t axis,
                            bool interleaved) {
  auto elements = dyn_cast<DenseElementsAttr>(op.getValue());
  if (!elements)
    return {};
  auto shape = tensorOf(op.getY()).getShape();
  int64_t size = shape[axis], inner = 1;
  for (int64_t s : shape.drop_front(axis + 1))
    inner *= s;
  SmallVector<int64_t> halved(shape);
  halved[axis] = size / 2;
  auto type = RankedTensorType::get(halved, elementOf(op.getY()));
  auto all = llvm::to_vector(elements.getValues<Attribute>());
  SmallVector<Attribute> kept;
  for (int64_t i = 0, count = all.size(); i < count; ++i) {
    int64_t at = i / inner % size;
    bool first = interleaved ? at % 2 == 0 : at < size / 2;
    if (!first)
      continue;
    if (all[i] != all[i + (interleaved ? 1 : size / 2) * inner])
      return {};
    kept.push_back(all[i]);
  }
  return ConstantOp::create(b, op.getLoc(), type,
                            DenseElementsAttr::get(type, kept));
}

/// Where a reshape to `dims` merges [.., n, 2, ..] into dimension `axis`: the
/// dimension of the 2. Dimensions of size 1 may come and go.
static std::optional<int64_t> findPairs(ArrayRef<DimExpr> in,
                                        ArrayRef<DimExpr> dims, int64_t axis) {
  int64_t half = *dims[axis].getConstant() / 2;
  SmallVector<DimExpr> wanted;
  for (auto [i, dim] : llvm::enumerate(dims)) {
    if (int64_t(i) == axis)
      wanted.append({DimExpr(half), DimExpr(2)});
    else if (!dim.isConstant(1))
      wanted.push_back(dim);
  }
  int64_t before = llvm::count_if(
      dims.take_front(axis), [](const DimExpr &d) { return !d.isConstant(1); });
  std::optional<int64_t> pairs;
  size_t next = 0;
  for (auto [i, dim] : llvm::enumerate(in)) {
    bool mayGo = dim.isConstant(1);
    if (next < wanted.size() && dim == wanted[next]) {
      if (int64_t(next) == before + 1)
        pairs = i;
      ++next;
    } else if (!mayGo) {
      return std::nullopt;
    }
  }
  return next == wanted.size() ? pairs : std::nullopt;
}

/// What has size 1 in dimension `axis` and gives `pairs` when it is repeated
/// there; null when the two are not copies.
static Value beforeCopies(OpBuilder &b, Value pairs, int64_t axis) {
  if (auto transpose = pairs.getDefiningOp<TransposeOp>()) {
    Value one = beforeCopies(b, transpose.getX(), transpose.getPerm()[axis]);
    if (!one || rankOf(one) != rankOf(pairs))
      return {};
    return TransposeOp::create(b, transpose.getLoc(), one, transpose.getPerm());
  }
  if (auto repeat = pairs.getDefiningOp<BroadcastToOp>();
      repeat && !repeat.getShape()) {
    int64_t from = axis - (rankOf(pairs) - rankOf(repeat.getX()));
    if (from >= 0 && dimsOf(repeat.getX())[from].isConstant(1))
      return repeat.getX();
  }
  if (auto concat = pairs.getDefiningOp<ConcatOp>();
      concat && int64_t(concat.getAxis()) == axis &&
      concat.getXs().size() == 2 && concat.getXs()[0] == concat.getXs()[1])
    return concat.getXs()[0];
  return {};
}

Value RotaryTables::rebuild(Operation *op, int64_t axis, bool interleaved) {
  OpBuilder b(op);
  b.setInsertionPointAfter(op);
  Location loc = op->getLoc();
  Value y = op->getResult(0);
  Dims dims = dimsOf(y);
  int64_t size = *dims[axis].getConstant(), rank = dims.size();
  Dims halved = dims;
  halved[axis] = size / 2;
  auto type = getTensorType(halved, elementOf(y));
  auto sub = [&](Value v, int64_t a) { return half(v, a, interleaved); };

  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case<ConstantOp>(
          [&](ConstantOp c) { return halfOfConstant(b, c, axis, interleaved); })
      .Case<ParamOp>([&](ParamOp param) -> Value {
        if (!interleaved && axis == rank - 1 &&
            param->hasAttr(equalHalvesAttrName))
          return SliceOp::create(
              b, loc, type, y, Value(), Value(), Value(), Value(),
              DimsAttr::get(b.getContext(), Dims(rank, DimExpr(0))),
              b.getDenseI64ArrayAttr(SmallVector<int64_t>(rank, 1)));
        why = "the halves of the stored table '" + param.getName().str() +
              "' are not known to be equal";
        return Value();
      })
      .Case<ConcatOp>([&](ConcatOp concat) -> Value {
        auto xs = llvm::to_vector(concat.getXs());
        if (int64_t(concat.getAxis()) == axis) {
          if (interleaved || xs.size() % 2)
            return {};
          auto first = ArrayRef(xs).take_front(xs.size() / 2);
          if (first != ArrayRef(xs).drop_front(xs.size() / 2))
            return {};
          return first.size() == 1
                     ? first.front()
                     : Value(ConcatOp::create(b, loc, first, axis));
        }
        for (Value &x : xs)
          if (!(x = sub(x, axis)))
            return {};
        return ConcatOp::create(b, loc, xs, concat.getAxis());
      })
      .Case<BroadcastToOp>([&](BroadcastToOp repeat) -> Value {
        if (repeat.getShape())
          return {};
        Value x = repeat.getX();
        int64_t from = axis - (rank - rankOf(x));
        if (from >= 0 && !dimsOf(x)[from].isConstant(1) && !(x = sub(x, from)))
          return {};
        return BroadcastToOp::create(b, loc, type, x, Value());
      })
      .Case<ReshapeOp>([&](ReshapeOp view) -> Value {
        if (view.getShape())
          return {};
        Dims in = dimsOf(view.getX());
        if (interleaved) {
          if (auto copies = findPairs(in, dims, axis)) {
            Value one = beforeCopies(b, view.getX(), *copies);
            if (!one || product(dimsOf(one)) != product(halved))
              return {};
            return reshapeTo(b, loc, one, halved);
          }
        }
        // The dimension must be the last but for ones in both shapes, or have
        // the same sizes behind it.
        int64_t from = int64_t(in.size()) - 1;
        int64_t behind = rank - 1 - axis;
        if (behind) {
          from -= behind;
          if (from < 0 || ArrayRef(in).drop_front(from + 1) !=
                              ArrayRef(dims).drop_front(axis + 1))
            return {};
        }
        if (from < 0 || in[from] != dims[axis])
          return {};
        Value x = sub(view.getX(), from);
        return x ? reshapeTo(b, loc, x, halved) : Value();
      })
      .Case<TransposeOp>([&](TransposeOp transpose) -> Value {
        Value x = sub(transpose.getX(), transpose.getPerm()[axis]);
        return x ? Value(TransposeOp::create(b, loc, x, transpose.getPerm()))
                 : Value();
      })
      .Case<GatherOp>([&](GatherOp gather) -> Value {
        int64_t at = gather.getAxis(), taken = rankOf(gather.getIndices());
        if (axis >= at && axis < at + taken)
          return {};
        Value x = sub(gather.getX(), axis < at ? axis : axis - taken + 1);
        return x ? Value(GatherOp::create(b, loc, x, gather.getIndices(), at))
                 : Value();
      })
      .Case<SliceOp>([&](SliceOp slice) -> Value {
        if (!slice.getOffsets() || dimsOf(slice.getX())[axis] != dims[axis] ||
            !slice.getOffsets()->getDim(axis).isConstant(0) ||
            (*slice.getStrides())[axis] != 1)
          return {};
        Value x = sub(slice.getX(), axis);
        return x ? Value(SliceOp::create(b, loc, type, x, Value(), Value(),
                                         Value(), Value(), *slice.getOffsets(),
                                         slice.getStridesAttr()))
                 : Value();
      })
      .Case<MatMulOp>([&](MatMulOp matmul) -> Value {
        Value a = matmul.getA(), m = matmul.getB();
        if (axis == rank - 1)
          m = sub(m, rankOf(m) - 1);
        else if (axis == rank - 2)
          a = sub(a, rankOf(a) - 2);
        else
          return {};
        return a && m ? Value(MatMulOp::create(b, loc, a, m)) : Value();
      })
      .Default([&](Operation *other) -> Value {
        if (!isa<ElementwiseOpInterface>(other))
          return {};
        SmallVector<Value> operands;
        for (Value operand : other->getOperands()) {
          int64_t from = axis - (rank - rankOf(operand));
          if (from >= 0 && !dimsOf(operand)[from].isConstant(1) &&
              !(operand = sub(operand, from)))
            return {};
          operands.push_back(operand);
        }
        return b
            .create(loc, other->getName().getIdentifier(), operands,
                    TypeRange{type}, other->getAttrs())
            ->getResult(0);
      });
}
