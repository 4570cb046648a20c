//===- StepBuilder.cpp - a copy of @forward becomes @step -----------------===//
#include "passes/Generate/StepBuilder.h"
#include "dialects/Sinter/IR/InferHelpers.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/IRMapping.h"
#include "passes/Generate/CacheOps.h"
#include "passes/Generate/DynamicRanges.h"
#include "passes/Generate/IdentityGathers.h"
#include "passes/Generate/LastRow.h"
#include "passes/Generate/PositionTables.h"
#include "passes/Generate/RowAxes.h"
#include "passes/Generate/TotalLength.h"
#include "passes/Generate/WantedRows.h"
#include "passes/Simplify/Simplify.h"

using namespace mlir;
using namespace sinter;

static constexpr int64_t defaultLength = 2048;

LogicalResult StepBuilder::runSimplify() {
  return failed(simplify(step)) ? failWithError() : success();
}

/// A step has a row or more: writes sizes that depend on it as what they are.
void StepBuilder::assumeRows() {
  static constexpr llvm::StringLiteral more = ":rows";
  substituteSymbols(step,
                    {{rowsSymbol.str(), DimExpr::symbol(more) + DimExpr(1)}});
  substituteSymbols(step, {{more.str(), rowsDim() - DimExpr(1)}});
}

/// No more positions than the model was made for: writes sizes that a longer
/// table limits as what they are.
void StepBuilder::assumeLength() {
  static constexpr llvm::StringLiteral left = ":left";
  DimExpr most(maxLength);
  substituteSymbols(
      step, {{pastSymbol.str(), most - rowsDim() - DimExpr::symbol(left)}});
  substituteSymbols(step, {{left.str(), most - rowsDim() - pastDim()}});
}

void StepBuilder::addArguments() {
  OpBuilder b(step.getContext());
  auto attrs = [&](StringRef attr, StringRef value) {
    return b.getDictionaryAttr(b.getNamedAttr(attr, b.getStringAttr(value)));
  };
  auto add = [&](Type type, DictionaryAttr attributes) {
    (void)step.insertArgument(added, type, attributes, step.getLoc());
    return step.getArgument(added++);
  };
  std::string name = getInputName(step, decoder.ids);
  tokens = add(getTensorType({rowsDim()}, b.getI64Type()),
               attrs(nameAttrName, name));
  past = add(b.getIndexType(), attrs(symbolAttrName, pastSymbol));
  add(b.getIndexType(), attrs(symbolAttrName, totalSymbol));
  add(b.getIndexType(), attrs(symbolAttrName, wantedSymbol));
}

/// Ids, positions and mask in terms of tokens and of the symbols.
void StepBuilder::replaceInputs() {
  OpBuilder b = OpBuilder::atBlockBegin(&block());
  Location loc = step.getLoc();
  auto reshape = [&](Value x, Type type) {
    return ReshapeOp::create(b, loc, type, x, Value(), false);
  };
  auto replace = [&](unsigned i, llvm::function_ref<Value(Type)> make) {
    Value argument = step.getArgument(added + i);
    argument.replaceAllUsesWith(make(argument.getType()));
  };
  replace(decoder.ids, [&](Type type) {
    Value x = tokens;
    Type element = cast<RankedTensorType>(type).getElementType();
    if (element != b.getI64Type())
      x = CastOp::create(b, loc, x, element);
    return reshape(x, type);
  });
  if (decoder.positions)
    replace(*decoder.positions, [&](Type type) {
      auto element = b.getI64Type();
      auto scalar = RankedTensorType::get({}, element);
      auto number = [&](const DimExpr &e) {
        return SymbolicOp::create(b, loc, scalar,
                                  DimsAttr::get(b.getContext(), {e}));
      };
      DimExpr first = firstPosition();
      Value one = ConstantOp::create(
          b, loc, scalar, DenseElementsAttr::get(scalar, int64_t(1)));
      Value x = RangeOp::create(b, loc, getTensorType({rowsDim()}, element),
                                number(first), number(first + rowsDim()), one);
      Type wanted = cast<RankedTensorType>(type).getElementType();
      if (wanted != element)
        x = CastOp::create(b, loc, x, wanted);
      return reshape(x, type);
    });
  if (decoder.mask)
    replace(*decoder.mask, [&](Type type) {
      Type element = cast<RankedTensorType>(type).getElementType();
      auto scalar = RankedTensorType::get({}, element);
      auto value =
          DenseElementsAttr::get(scalar, Attribute(b.getOneAttr(element)));
      return BroadcastToOp::create(
          b, loc, type, ConstantOp::create(b, loc, scalar, value), Value());
    });
}

LogicalResult StepBuilder::chooseMaxLength() {
  auto bounds = findPositionBounds(step, tokens, firstPosition());
  auto smallest = llvm::min_element(
      bounds, [](auto &a, auto &b) { return a.positions < b.positions; });
  if (maxLength == 0)
    maxLength = smallest == bounds.end() ? defaultLength : smallest->positions;
  if (smallest != bounds.end() && maxLength > smallest->positions) {
    emitError(smallest->location)
        << "--max-length " << maxLength << " is more than the "
        << smallest->positions << " positions of table '" << smallest->name
        << "'; use at most " << smallest->positions;
    return failWithError();
  }
  if (maxLength <= 0) {
    step.emitError("--max-length must be positive, not ") << maxLength;
    return failWithError();
  }
  return success();
}

void StepBuilder::setReturn(ValueRange values) {
  block().getTerminator()->setOperands(values);
  step.setType(FunctionType::get(step.getContext(), step.getArgumentTypes(),
                                 values.getTypes()));
}

/// What the inputs' meaning decides.
LogicalResult StepBuilder::resolve() {
  assumeRows();
  if (failed(runSimplify()))
    return failure();
  foldIdentityGathers(step);
  assumeRows();
  if (failed(runSimplify()))
    return failure();
  Value logits = widenLastRow(result(decoder.logits));
  if (!logits)
    return fail("its logits are not those of every position, nor of the last");
  block().getTerminator()->setOperand(decoder.logits, logits);
  return success();
}

/// The runtime samples from f32, whatever the model computes in.
Value StepBuilder::toFloats(Value logits) {
  OpBuilder b(block().getTerminator());
  if (elementOf(logits).isF32())
    return logits;
  return CastOp::create(b, logits.getLoc(), logits, b.getF32Type());
}

LogicalResult StepBuilder::addCache() {
  auto layers = findCachedLayers(step, decoder.hasPast(), reason, where);
  if (!layers)
    return failure();
  chooseRings(*layers, maxLength, std::min(chunk, maxLength));
  CacheType type = getCacheType(*layers, maxLength, reason);
  if (!type)
    return failure();
  for (CachedLayer &layer : *layers)
    cached.push_back(layer.attention.getLoc());
  Value logits = result(decoder.logits);
  DictionaryAttr attrs = step.getResultAttrDict(decoder.logits);
  (void)step.insertArgument(added, type, {}, step.getLoc());
  Value cache = makeCacheOps(*layers, step.getArgument(added++), past);
  for (int64_t i = step.getNumResults() - 1; i >= 0; --i)
    step.removeResultAttr(i, StringAttr::get(step.getContext(), nameAttrName));
  // makeCacheOps replaced what logits were made of, not logits.
  setReturn({logits, cache});
  step.setAllResultAttrs(
      ArrayRef<DictionaryAttr>{attrs, DictionaryAttr::get(step.getContext())});
  return runSimplify();
}

LogicalResult StepBuilder::dropArguments() {
  for (unsigned i = added; i < step.getNumArguments(); ++i) {
    Value argument = step.getArgument(i);
    if (argument.use_empty())
      continue;
    Operation *user = *argument.getUsers().begin();
    where = user->getLoc();
    return fail("input '" + getInputName(step, i) + "' is also used by '" +
                user->getName().getStringRef() + "'");
  }
  llvm::BitVector old(step.getNumArguments());
  old.set(added, step.getNumArguments());
  return step.eraseArguments(old);
}

/// Without a past the range that numbers positions may number rows as well,
/// where rows gather from or scatter into themselves: those get a range of
/// their own.
void StepBuilder::separateRowNumbers() {
  auto separate = [&](OpOperand &part) {
    SmallVector<Operation *> chain;
    for (Value x = part.get();; x = chain.back()->getOperand(0)) {
      Operation *op = x.getDefiningOp();
      if (!isa_and_nonnull<ReshapeOp, BroadcastToOp, CastOp, RangeOp>(op))
        return;
      chain.push_back(op);
      if (isa<RangeOp>(op))
        break;
    }
    OpBuilder b(part.getOwner());
    IRMapping map;
    for (Operation *op : llvm::reverse(chain))
      b.clone(*op, map)->setDiscardableAttr(countsRowsAttrName,
                                            b.getUnitAttr());
    part.set(map.lookup(part.get()));
  };
  for (Operation &op : block())
    if (isa<GatherNDOp, ScatterNDOp>(op))
      if (ValueRange parts = getTupleParts(op.getOperand(1)); !parts.empty())
        separate(op.getOperand(1).getDefiningOp()->getOpOperand(0));
}

/// Without a past, positions were counted from 0: they start at `past` when the
/// rows do not see each other but through the cache.
LogicalResult StepBuilder::shiftPositions() {
  if (decoder.hasPast())
    return success();
  separateRowNumbers();
  RowAxes rows(step, tokens, DimExpr(0));
  if (!rows.get(result(0))) {
    for (Operation &op : block())
      if (op.getNumResults() == 1 &&
          isa<RankedTensorType>(op.getResult(0).getType()) &&
          !rows.isRecipe(op.getResult(0)) && !rows.get(op.getResult(0)) &&
          llvm::any_of(op.getOperands(),
                       [&](Value v) { return rows.get(v).has_value(); })) {
        where = op.getLoc();
        return fail("positions depend on each other in '" +
                    op.getName().getStringRef() + "'");
      }
    return fail("positions depend on each other");
  }
  for (auto range : llvm::make_early_inc_range(step.getOps<RangeOp>())) {
    auto offset = rows.getPositionOffset(range.getY());
    if (!offset)
      continue;
    OpBuilder b(range);
    DimExpr start = pastDim() + DimExpr(*offset);
    auto number = [&](const DimExpr &e) {
      return SymbolicOp::create(b, range.getLoc(), range.getStart().getType(),
                                DimsAttr::get(b.getContext(), {e}));
    };
    range.getStartMutable().assign(number(start));
    range.getLimitMutable().assign(number(start + rowsDim()));
  }
  step.walk(
      [](Operation *op) { op->removeDiscardableAttr(countsRowsAttrName); });
  return success();
}

/// A cache is of the type that the model computes in, whatever its inputs and
/// outputs are.
void StepBuilder::dropCacheCasts() {
  for (unsigned i : decoder.pasts) {
    BlockArgument past = step.getArgument(i);
    Value cast = skipCast(past);
    if (cast == past)
      continue;
    Operation *op = cast.getDefiningOp();
    past.setType(cast.getType());
    cast.replaceAllUsesWith(past);
    op->erase();
  }
  for (auto [i, operand] :
       llvm::enumerate(block().getTerminator()->getOpOperands()))
    if (auto cast = operand.get().getDefiningOp<CastOp>();
        cast && i != decoder.logits)
      operand.set(cast.getX());
  setReturn(llvm::to_vector(block().getTerminator()->getOperands()));
}

LogicalResult StepBuilder::build() {
  dropCacheCasts();
  substituteSymbols(step, decoder.symbols);
  addArguments();
  replaceInputs();
  if (failed(resolve()) || failed(chooseMaxLength()))
    return failure();
  assumeLength();
  if (decoder.hasPast())
    ranges = takeRangesByRow(step);
  if (failed(runSimplify()) || failed(addCache()) || failed(dropArguments()))
    return failure();
  chooseByTotalLength(step, decoder.hasPast());
  if (failed(shiftPositions()))
    return failure();
  makePositionTables(step, tokens, maxLength);
  if (failed(runSimplify()))
    return failure();
  Value wanted = takeWantedRows(step, tokens, result(0));
  if (!wanted)
    return fail("logits are not computed row by row");
  setReturn({toFloats(wanted), result(1)});
  return runSimplify();
}

/// Pasts hold nothing: their sequence is 0 long after the substitution.
void StepBuilder::dropPasts() {
  OpBuilder b = OpBuilder::atBlockBegin(&block());
  for (unsigned i : decoder.pasts) {
    Value argument = step.getArgument(added + i);
    auto type = tensorOf(argument);
    argument.replaceAllUsesWith(ConstantOp::create(
        b, argument.getLoc(), type,
        DenseElementsAttr::get(type, ArrayRef<Attribute>())));
  }
}

LogicalResult StepBuilder::buildRecomputing() {
  recomputes = true;
  for (auto &[symbol, expr] : decoder.symbols)
    expr = expr.substitute([](StringRef s) -> std::optional<DimExpr> {
      return s == pastSymbol ? std::optional<DimExpr>(0) : std::nullopt;
    });
  dropCacheCasts();
  // An input's own symbol may already have the name.
  decoder.symbols.insert({pastSymbol.str(), DimExpr(0)});
  substituteSymbols(step, decoder.symbols);
  addArguments();
  dropPasts();
  replaceInputs();
  if (failed(resolve()) || failed(chooseMaxLength()))
    return failure();
  chooseByTotalLength(step, /*hasPast=*/false);
  Value logits = result(decoder.logits);
  OpBuilder b(block().getTerminator());
  Location loc = logits.getLoc();
  Dims dims{rowsDim(), dimsOf(logits).back()};
  auto reshaped = getTensorType(dims, elementOf(logits));
  if (logits.getType() != reshaped)
    logits = ReshapeOp::create(b, loc, reshaped, logits, Value(), false);
  dims[0] = DimExpr::symbol(wantedSymbol);
  logits = SliceOp::create(
      b, loc, getTensorType(dims, elementOf(logits)), logits, Value(), Value(),
      Value(), Value(),
      DimsAttr::get(b.getContext(), {rowsDim() - dims[0], DimExpr(0)}),
      b.getDenseI64ArrayAttr({1, 1}));
  DictionaryAttr attrs = step.getResultAttrDict(decoder.logits);
  setReturn({toFloats(logits)});
  step.setAllResultAttrs(ArrayRef<DictionaryAttr>{attrs});
  if (failed(runSimplify()))
    return failure();
  return dropArguments();
}
