//===- Steps.cpp - @forward on the whole against @step over splits --------===//
#include "Steps.h"
#include "dialects/Sinter/IR/InferHelpers.h"
#include "dialects/Sinter/Interpreter/Indexing.h"

using namespace mlir;
using namespace sinter;

// Index of the argument with this sinter.name, or -1.
static int findArgument(func::FuncOp function, StringRef name) {
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    if (auto attr = function.getArgAttrOfType<StringAttr>(i, nameAttrName))
      if (attr.getValue() == name)
        return i;
  return -1;
}

// One batch of `length` new positions without a past: symbols of the ids'
// sizes, then of other integers' last size, are the length; the rest is 0.
static SymbolValues symbolsOfForward(func::FuncOp forward, int ids,
                                     int64_t length) {
  SymbolValues values;
  auto types = forward.getArgumentTypes();
  auto set = [&](const DimExpr &dim, int64_t value) {
    auto names = dim.getSymbols();
    if (names.size() == 1)
      values.try_emplace(names.front(), value);
  };
  Dims own = getDims(cast<RankedTensorType>(types[ids]));
  for (size_t i = 0; i + 1 < own.size(); ++i)
    set(own[i], 1);
  set(own.back(), length);
  for (Type type : types)
    if (auto tensor = dyn_cast<RankedTensorType>(type))
      if (tensor.getElementType().isInteger() && tensor.getRank() > 0)
        set(getDims(tensor).back(), length);
  for (Type type : types)
    if (auto tensor = dyn_cast<RankedTensorType>(type))
      for (auto &dim : getDims(tensor))
        for (auto &name : dim.getSymbols())
          values.try_emplace(name, 0);
  return values;
}

static FailureOr<Data> argumentsOfForward(func::FuncOp forward,
                                          const SymbolValues &symbols,
                                          Random &random) {
  auto drawn = drawArguments(forward, symbols, random);
  if (failed(drawn))
    return failure();
  for (auto [i, datum] : llvm::enumerate(*drawn)) {
    auto *tensor = std::get_if<Tensor>(&datum);
    auto name = forward.getArgAttrOfType<StringAttr>(i, nameAttrName);
    if (!tensor || !name || isFloat(tensor->getKind()))
      continue;
    if (name.getValue().contains("mask")) // every position is there
      for (int64_t e = 0; e < tensor->getCount(); ++e)
        tensor->setInt(e, 1);
  }
  return drawn;
}

// Parts of `length` of at most `chunk` each.
static SmallVector<int64_t> split(int64_t length, int64_t chunk, unsigned kind,
                                  Random &random) {
  SmallVector<int64_t> parts;
  for (int64_t left = length; left > 0; left -= parts.back()) {
    int64_t most = std::min(chunk, left);
    parts.push_back(kind == 0 ? most : kind == 1 ? 1 : random.between(1, most));
  }
  return parts;
}

FailureOr<std::string>
sinter::compareSteps(func::FuncOp forward, func::FuncOp step, int64_t length,
                     unsigned splits, const EvaluationOptions &before,
                     const EvaluationOptions &after, Random &random,
                     Comparison &comparison) {
  int tokens = -1, cacheArgument = -1, logitsOfStep = -1, ids = -1;
  for (auto [i, type] : llvm::enumerate(step.getArgumentTypes())) {
    if (isa<CacheType>(type))
      cacheArgument = i;
    else if (isa<RankedTensorType>(type))
      tokens = i;
  }
  for (auto [i, type] : llvm::enumerate(step.getResultTypes()))
    if (isa<RankedTensorType>(type))
      logitsOfStep = i;
  if (tokens >= 0)
    if (auto name = step.getArgAttrOfType<StringAttr>(tokens, nameAttrName))
      ids = findArgument(forward, name.getValue());
  if (ids < 0 || logitsOfStep < 0 || cacheArgument < 0)
    return step.emitOpError("has no tokens that @forward takes, no cache or no "
                            "logits");
  auto cacheType = cast<CacheType>(step.getArgumentTypes()[cacheArgument]);
  int64_t chunk = length;
  if (auto attr = step->getParentOfType<ModuleOp>()->getAttrOfType<IntegerAttr>(
          prefillChunkAttrName))
    chunk = attr.getInt();
  int logits = -1;
  for (auto [i, type] : llvm::enumerate(forward.getResultTypes()))
    if (auto tensor = dyn_cast<RankedTensorType>(type);
        tensor && logits < 0 && tensor.getRank() == 3 &&
        getDims(tensor).back() ==
            getDims(cast<RankedTensorType>(step.getResultTypes()[logitsOfStep]))
                .back())
      logits = i;
  if (logits < 0)
    return forward.emitOpError("has no result of rank 3 with the logits' size");

  SymbolValues symbols = symbolsOfForward(forward, ids, length);
  auto arguments = argumentsOfForward(forward, symbols, random);
  if (failed(arguments))
    return failure();
  Roundings roundingsBefore;
  EvaluationOptions options = before;
  options.observer = [&](Operation *op, Evaluation &eval) {
    roundingsBefore.observe(op, eval);
  };
  auto whole = interpretFunction(forward, *arguments, options);
  if (failed(whole))
    return failure();
  Tensor sequence = std::get<Tensor>((*arguments)[ids]);
  Tensor expected = std::get<Tensor>((*whole)[logits]);
  int64_t vocab = expected.getShape().back();

  for (unsigned kind = 0; kind < splits; ++kind) {
    CacheRef cache = CacheRef::create(cacheType);
    int64_t past = 0;
    std::string partsText;
    for (int64_t rows : split(length, chunk, kind, random)) {
      partsText += (partsText.empty() ? "" : "+") + std::to_string(rows);
      int64_t wanted = kind < 2 ? rows : random.between(0, rows);
      Data call;
      for (auto [i, type] : llvm::enumerate(step.getArgumentTypes())) {
        if (int(i) == tokens) {
          Tensor part(sequence.getElement(), {rows});
          for (int64_t r = 0; r < rows; ++r)
            part.copy(r, sequence, past + r);
          call.push_back(part);
        } else if (int(i) == cacheArgument) {
          call.push_back(cache);
        } else {
          auto symbol = step.getArgAttrOfType<StringAttr>(i, symbolAttrName);
          StringRef name = symbol ? symbol.getValue() : StringRef();
          if (name != "past" && name != "total" && name != "wanted")
            return step.emitOpError("argument ") << i << " is unknown";
          call.push_back(Scalar::ofIndex(name == "past"    ? past
                                         : name == "total" ? length
                                                           : wanted));
        }
      }
      Roundings roundingsAfter;
      options = after;
      options.observer = [&](Operation *op, Evaluation &eval) {
        roundingsAfter.observe(op, eval);
      };
      auto results = interpretFunction(step, call, options);
      if (failed(results))
        return failure();
      for (Datum &result : *results)
        if (auto *next = std::get_if<CacheRef>(&result))
          cache = *next;
      past += rows;
      Tensor got = std::get<Tensor>((*results)[logitsOfStep]);
      Tensor want(expected.getElement(), {wanted, vocab});
      for (int64_t e = 0; e < wanted * vocab; ++e)
        want.copy(e, expected, (past - wanted) * vocab + e);
      std::string difference =
          comparison.compare("logits of the last " + std::to_string(wanted) +
                                 " rows before " + std::to_string(past),
                             want, got, roundingsBefore, roundingsAfter);
      if (!difference.empty())
        return difference + ", split " + partsText + " of " +
               std::to_string(length);
    }
  }
  return std::string();
}
