//===- Decoder.cpp - recognise a decoder by its dataflow ------------------===//
#include "passes/Generate/Decoder.h"
#include "dialects/Sinter/IR/InferHelpers.h"
#include "dialects/Sinter/IR/Recipe.h"
#include "passes/Simplify/Simplify.h"

using namespace mlir;
using namespace sinter;

std::string sinter::getInputName(func::FuncOp func, unsigned argument) {
  auto name = func.getArgAttrOfType<StringAttr>(argument, nameAttrName);
  return name ? name.str() : "argument " + std::to_string(argument);
}

void sinter::substituteSymbols(Operation *op,
                               const std::map<std::string, DimExpr> &symbols) {
  auto map = [&](StringRef symbol) -> std::optional<DimExpr> {
    auto it = symbols.find(symbol.str());
    return it == symbols.end() ? std::nullopt : std::optional(it->second);
  };
  replaceDims(op, [&](const DimExpr &d) { return d.substitute(map); });
}

Value sinter::skipCast(Value past) {
  if (past.hasOneUse())
    if (auto cast = dyn_cast<CastOp>(*past.getUsers().begin());
        cast && isa<FloatType>(elementOf(cast.getY())))
      return cast.getY();
  return past;
}

namespace {

/// True when the argument's elements are rows of an embedding or of another
/// table: an index of a gather from weights. Gives the table's rows.
std::optional<int64_t> getGatheredRows(Value value, Recipes &recipes,
                                       unsigned depth = 0) {
  for (OpOperand &use : value.getUses()) {
    Operation *user = use.getOwner();
    if (auto gather = dyn_cast<GatherOp>(user);
        gather && use.getOperandNumber() == 1 && gather.getAxis() == 0 &&
        rankOf(gather.getX()) == 2 && recipes.contains(gather.getX()))
      return dimsOf(gather.getX())[0].getConstant();
    if (depth < 8 && isa<ReshapeOp, CastOp>(user))
      if (auto rows = getGatheredRows(user->getResult(0), recipes, depth + 1))
        return rows;
  }
  return std::nullopt;
}

/// True when the value reaches the function's results other than as a mask of
/// attention.
bool reachesData(Value value, llvm::DenseSet<Value> &seen) {
  if (!seen.insert(value).second)
    return false;
  for (OpOperand &use : value.getUses()) {
    Operation *user = use.getOwner();
    auto attention = dyn_cast<AttentionOp>(user);
    if (attention && attention.getMask() == value &&
        use.getOperandNumber() == 3)
      continue;
    if (attention || isa<func::ReturnOp>(user))
      return true;
    for (Value result : user->getResults())
      if (reachesData(result, seen))
        return true;
  }
  return false;
}

/// The name of a size that is nothing but a symbol.
std::optional<std::string> getSymbol(const DimExpr &dim) {
  auto symbols = dim.getSymbols();
  if (symbols.size() == 1 && dim == DimExpr::symbol(symbols[0]))
    return symbols[0];
  return std::nullopt;
}

class Finder {
public:
  Finder(func::FuncOp func, std::string &reason) : func(func), reason(reason) {}
  std::optional<Decoder> find();

private:
  bool fail(const llvm::Twine &why) {
    reason = why.str();
    return false;
  }
  bool isPresent(Value result) const;
  bool hasGatheredWidth(Value result);
  bool isProduct(Value value);
  bool findResults();
  bool findPasts();
  bool findIds();
  bool seesAhead();
  bool findOthers();
  bool findSymbols();
  bool map(const DimExpr &dim, const DimExpr &to, unsigned argument);
  bool isPast(unsigned argument) const {
    return llvm::is_contained(decoder.pasts, argument);
  }

  func::FuncOp func;
  std::string &reason;
  Decoder decoder;
  Recipes recipes;
  llvm::SmallVector<unsigned> integers; // [batch, sequence or more]
  DimExpr vocabulary;
};

/// Pasts: joined with new keys or values, the join comes back as a result.
bool Finder::findPasts() {
  for (BlockArgument argument : func.getArguments()) {
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    if (!type || !isa<FloatType>(type.getElementType()) || type.getRank() != 4)
      continue;
    Value past = skipCast(argument);
    for (Operation *user : past.getUsers()) {
      auto concat = dyn_cast<ConcatOp>(user);
      if (concat && concat.getXs().size() == 2 && concat.getXs()[0] == past &&
          (concat.getAxis() == 1 || concat.getAxis() == 2)) {
        decoder.pasts.push_back(argument.getArgNumber());
        break;
      }
    }
  }
  return true;
}

/// Is the result made of a past?
bool Finder::isPresent(Value result) const {
  while (Operation *op = result.getDefiningOp())
    if (isa<ReshapeOp, TransposeOp, GatherNDOp, CastOp>(op))
      result = op->getOperand(0);
    else
      break;
  auto concat = result.getDefiningOp<ConcatOp>();
  Value first = concat ? concat.getXs()[0] : Value();
  if (auto cast = first ? first.getDefiningOp<CastOp>() : CastOp())
    first = cast.getX();
  auto past = dyn_cast_or_null<BlockArgument>(first);
  return past && isPast(past.getArgNumber());
}

/// Logits are as wide as an embedding has rows.
bool Finder::hasGatheredWidth(Value result) {
  return llvm::any_of(func.getArguments(), [&](BlockArgument argument) {
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    auto rows = type && isa<IntegerType>(type.getElementType())
                    ? getGatheredRows(argument, recipes)
                    : std::nullopt;
    return rows && dimsOf(result).back().isConstant(*rows);
  });
}

/// Is it a product with weights, but for ops on one value? Hidden states come
/// from a norm or a residual.
bool Finder::isProduct(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (auto matmul = dyn_cast<MatMulOp>(op))
      return recipes.contains(matmul.getA()) || recipes.contains(matmul.getB());
    if (!isa<ReshapeOp, TransposeOp, SliceOp, ElementwiseOpInterface>(op))
      return false;
    Value computed;
    for (Value operand : op->getOperands())
      if (!recipes.contains(operand) && operand != computed) {
        if (computed)
          return false;
        computed = operand;
      }
    if (!computed)
      return false;
    value = computed;
  }
  return false;
}

/// Results beside presents: logits, and what a step with a cache drops.
bool Finder::findResults() {
  auto ret = cast<func::ReturnOp>(func.getBody().front().getTerminator());
  SmallVector<unsigned> others, wide, products;
  for (auto [i, value] : llvm::enumerate(ret.getOperands())) {
    if (isPresent(value))
      continue;
    others.push_back(i);
    // The last position's logits alone may lack its dimension.
    auto type = tensorOf(value);
    if (!isa<FloatType>(type.getElementType()) ||
        (type.getRank() != 3 && type.getRank() != 2) ||
        !getDims(type).back().getConstant())
      continue;
    if (hasGatheredWidth(value))
      wide.push_back(i);
    else if (type.getRank() == 3 && (!decoder.hasPast() || isProduct(value)))
      products.push_back(i);
  }
  auto &likely = wide.empty() ? products : wide;
  if (others.size() > 1 && !decoder.hasPast())
    return fail("it has results that are neither logits nor the next past");
  if (likely.empty())
    return fail("it has no logits [batch, sequence, vocabulary]");
  if (likely.size() > 1)
    return fail("several of its results could be the logits");
  decoder.logits = likely[0];
  vocabulary = dimsOf(ret.getOperand(likely[0])).back();
  for (unsigned i : others)
    if (i != decoder.logits)
      decoder.dropped.push_back(i);
  return true;
}

/// May rows of scores be masked in different ways? A mask of one row, repeated
/// (of padding), is the same for all.
bool differsByRow(Value mask, unsigned depth = 0) {
  int64_t rank = rankOf(mask);
  if (rank < 2 || dimsOf(mask)[rank - 2].isConstant(1))
    return false;
  Operation *op = mask.getDefiningOp();
  if (auto view = dyn_cast_or_null<ReshapeOp>(op)) { // of what is before rows
    Dims dims = dimsOf(mask), in = dimsOf(view.getX());
    bool keepsRows = in.size() >= 2 && in.back() == dims.back() &&
                     in[in.size() - 2] == dims[rank - 2];
    return !keepsRows || differsByRow(view.getX(), depth + 1);
  }
  if (depth > 16)
    return true;
  if (auto repeat = dyn_cast_or_null<BroadcastToOp>(op))
    return differsByRow(repeat.getX(), depth + 1);
  if (!isa_and_nonnull<ElementwiseOpInterface>(op))
    return true;
  return llvm::any_of(op->getOperands(), [&](Value operand) {
    return differsByRow(operand, depth + 1);
  });
}

/// Rows that see all others, as an encoder's do, are not made one by one.
bool Finder::seesAhead() {
  if (decoder.hasPast())
    return false;
  bool found = false;
  func.walk([&](AttentionOp attention) {
    found |= !attention.getCausal() &&
             (!attention.getMask() || !differsByRow(attention.getMask()));
  });
  if (found)
    reason = "its attention is not causal: each row sees all others";
  return found;
}

bool Finder::findIds() {
  std::optional<unsigned> ids;
  int64_t best = -1;
  for (BlockArgument argument : func.getArguments()) {
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    unsigned i = argument.getArgNumber();
    if (!type || isPast(i))
      continue;
    if (type.getRank() != 2)
      return fail("input '" + getInputName(func, i) + "' is no part of a step");
    integers.push_back(i);
    if (!type.getElementType().isInteger(64) &&
        !type.getElementType().isInteger(32))
      continue;
    auto rows = getGatheredRows(argument, recipes);
    if (!rows)
      continue;
    // Ids and positions may both select rows: ids those of a table as long as
    // the vocabulary. The usual name decides between equals only.
    int64_t score =
        *rows + (vocabulary.isConstant(*rows) ? int64_t(1) << 40 : 0);
    if (score > best ||
        (score == best && getInputName(func, i) == "input_ids")) {
      best = score;
      ids = i;
    }
  }
  if (!ids)
    return fail("no integer input selects rows of an embedding");
  // Without a past nothing else tells logits from an encoder's hidden states.
  if (!decoder.hasPast() && best < int64_t(1) << 40)
    return fail(
        "its result is not as wide as its embedding has rows: these are "
        "no logits");
  decoder.ids = *ids;
  return true;
}

bool Finder::findOthers() {
  auto idsDims = dimsOf(func.getArgument(decoder.ids));
  for (unsigned i : integers) {
    if (i == decoder.ids || func.getArgument(i).use_empty())
      continue;
    Value argument = func.getArgument(i);
    llvm::DenseSet<Value> seen;
    bool isMask =
        dimsOf(argument)[1] != idsDims[1] || !reachesData(argument, seen);
    auto &slot = isMask ? decoder.mask : decoder.positions;
    if (slot)
      return fail("inputs '" + getInputName(func, *slot) + "' and '" +
                  getInputName(func, i) + "' play the same part");
    slot = i;
  }
  return true;
}

bool Finder::map(const DimExpr &dim, const DimExpr &to, unsigned argument) {
  if (dim == to)
    return true;
  auto symbol = getSymbol(dim);
  if (symbol) {
    auto [it, isNew] = decoder.symbols.insert({*symbol, to});
    if (isNew || it->second == to)
      return true;
  }
  auto known = dim.substitute([&](StringRef s) -> std::optional<DimExpr> {
    auto it = decoder.symbols.find(s.str());
    return it == decoder.symbols.end() ? std::nullopt
                                       : std::optional(it->second);
  });
  if (known == to)
    return true;
  return fail("input '" + getInputName(func, argument) + "' has a size " +
              dim.str() + " where a step has " + to.str());
}

bool Finder::findSymbols() {
  Value ids = func.getArgument(decoder.ids);
  Dims dims = dimsOf(ids);
  if (!getSymbol(dims[1]))
    return fail("input '" + getInputName(func, decoder.ids) +
                "' has a fixed length");
  if (!map(dims[0], 1, decoder.ids) || !map(dims[1], rowsDim(), decoder.ids))
    return false;
  for (unsigned i : decoder.pasts) {
    Value past = func.getArgument(i);
    Dims p = dimsOf(past), rows = p;
    int64_t axis = 2;
    for (Operation *user : skipCast(past).getUsers())
      if (auto concat = dyn_cast<ConcatOp>(user)) {
        axis = concat.getAxis();
        rows = dimsOf(concat.getXs().back());
      }
    if (!map(p[0], 1, i) || !map(p[axis], pastDim(), i))
      return false;
    // A past that does not say its heads has those of what is appended.
    for (int64_t d : {3 - axis, int64_t(3)})
      if (!rows[d].getConstant())
        return fail("input '" + getInputName(func, i) +
                    "' has no static heads and head size");
      else if (!map(p[d], rows[d], i))
        return false;
  }
  DimExpr total = decoder.hasPast() ? pastDim() + rowsDim() : rowsDim();
  for (auto [part, length] :
       {std::pair(decoder.positions, rowsDim()), {decoder.mask, total}}) {
    if (!part)
      continue;
    Dims d = dimsOf(func.getArgument(*part));
    if (!map(d[0], 1, *part) || !map(d[1], length, *part))
      return false;
  }
  return true;
}

std::optional<Decoder> Finder::find() {
  if (!func.getBody().hasOneBlock())
    reason = "it is not one block";
  else if (findPasts() && !seesAhead() && findResults() && findIds() &&
           findOthers() && findSymbols())
    return decoder;
  return std::nullopt;
}
} // namespace

std::optional<Decoder> sinter::findDecoder(func::FuncOp forward,
                                           std::string &reason) {
  return Finder(forward, reason).find();
}
