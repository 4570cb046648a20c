//===- Evaluation.cpp - the reference interpreter -------------------------===//
#include "dialects/Sinter/Interpreter/Evaluation.h"
#include "dialects/Sinter/IR/Recipe.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace sinter;

Evaluation::Evaluation(const EvaluationOptions &options) : options(options) {
  if (!this->options.tables)
    this->options.tables = &ownTables;
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

const Datum &Evaluation::datum(Value value) {
  auto it = values.find(value);
  assert(it != values.end() && "a value was used before it was computed");
  return it->second;
}

Tensor Evaluation::tensor(Value value) {
  // A view was checked against its memory when it was made.
  if (auto *memory = std::get_if<Memory>(&datum(value)))
    return memory->toTensor().value_or(Tensor(memory->element, memory->sizes));
  return std::get<Tensor>(datum(value));
}

Scalar Evaluation::scalar(Value value) {
  return std::get<Scalar>(datum(value));
}

Memory Evaluation::memory(Value value) {
  return std::get<Memory>(datum(value));
}

CacheRef Evaluation::cache(Value value) {
  return std::get<CacheRef>(datum(value));
}

void Evaluation::set(Value value, Datum datum) {
  values[value] = std::move(datum);
}

Tensor Evaluation::destination(Value value, Operation *op) {
  if (auto *memory = std::get_if<Memory>(&datum(value)))
    return Tensor(memory->element, memory->sizes);
  return take(value, op);
}

void Evaluation::setDestination(Operation *op, Value value, Tensor tensor,
                                const std::vector<bool> &which) {
  if (op->getNumResults())
    set(op->getResult(0), std::move(tensor));
  else
    memory(value).assign(tensor, which);
}

bool Evaluation::isLastUse(Value value, Operation *op) {
  Block *block = value.getParentBlock();
  if (!inOrder || block != op->getBlock())
    return false;
  auto [it, isNew] = lastUses.try_emplace(value);
  if (isNew) {
    for (Operation *user : value.getUsers()) {
      Operation *here = block->findAncestorOpInBlock(*user);
      if (!it->second || it->second->isBeforeInBlock(here))
        it->second = here;
    }
  }
  return it->second == op;
}

Datum Evaluation::takeDatum(Value value, Operation *op) {
  if (!isLastUse(value, op) || llvm::count(op->getOperands(), value) != 1)
    return datum(value);
  auto it = values.find(value);
  Datum taken = std::move(it->second);
  values.erase(it);
  return taken;
}

Tensor Evaluation::take(Value value, Operation *op) {
  return std::get<Tensor>(takeDatum(value, op));
}

void Evaluation::forgetDeadOperands(Operation *op) {
  for (Value operand : op->getOperands())
    if (isLastUse(operand, op))
      values.erase(operand);
}

InFlightDiagnostic Evaluation::error(Operation *op) {
  if (!options.quiet)
    return op->emitOpError();
  InFlightDiagnostic silent = emitError(op->getLoc());
  silent.abandon();
  return silent;
}

LogicalResult Evaluation::checkFits(Operation *op, Type element,
                                    ArrayRef<int64_t> shape) {
  auto kind = getElementKind(element);
  if (!kind)
    return error(op) << "cannot interpret elements of type " << element;
  if (!Tensor::fits(*kind, shape))
    return error(op) << "cannot hold a tensor of shape " << shapeText(shape);
  return success();
}

//===----------------------------------------------------------------------===//
// Symbols
//===----------------------------------------------------------------------===//

std::optional<int64_t> Evaluation::evaluate(const DimExpr &expr) {
  if (expr.isUnknown())
    return std::nullopt;
  return expr.evaluate([&](StringRef name) -> std::optional<int64_t> {
    auto it = symbols.find(name);
    if (it == symbols.end())
      return std::nullopt;
    return it->second;
  });
}

FailureOr<Shape> Evaluation::resultShape(Operation *op, RankedTensorType type,
                                         std::optional<int64_t> count) {
  Shape shape;
  int unknown = -1;
  int64_t known = 1;
  for (auto [i, dim] : llvm::enumerate(getDims(type))) {
    auto size = evaluate(dim);
    if (!size && (unknown >= 0 || !count))
      return error(op) << "the size of dimension " << i << " of " << type
                       << " is not known";
    if (!size)
      unknown = i;
    else if (*size < 0 || llvm::MulOverflow(known, *size, known))
      return error(op) << "size " << *size << " of dimension " << i << " of "
                       << type << " is impossible";
    shape.push_back(size.value_or(1));
  }
  if (unknown >= 0) {
    if (known ? *count % known : *count)
      return error(op) << *count << " elements do not fill " << type;
    shape[unknown] = known ? *count / known : 0;
  }
  if (failed(checkFits(op, type.getElementType(), shape)))
    return failure();
  return shape;
}

/// When `expr` is s, or ±s plus known terms, for one symbol s without a value:
/// that symbol and its value.
static std::optional<std::pair<std::string, int64_t>>
solve(const DimExpr &expr, int64_t size, DimExpr::Lookup lookup) {
  DimExpr rest = expr;
  std::string name;
  int64_t sign = 0;
  for (auto &[monomial, coefficient] : expr.getTerms()) {
    DimExpr term = coefficient;
    for (auto &atom : monomial)
      term = term * *DimExpr::parse(atom);
    if (term.evaluate(lookup))
      continue;
    if (sign || monomial.size() != 1 ||
        !DimAtom::get(monomial[0]).arguments.empty() ||
        (coefficient != 1 && coefficient != -1))
      return std::nullopt;
    name = monomial[0];
    sign = coefficient;
    rest = rest - term;
  }
  auto known = rest.evaluate(lookup);
  int64_t difference;
  if (!sign || !known || llvm::SubOverflow(size, *known, difference))
    return std::nullopt;
  return std::pair(name, sign * difference);
}

LogicalResult Evaluation::bindArguments(func::FuncOp function) {
  auto lookup = [&](StringRef name) { return evaluate(DimExpr::symbol(name)); };
  struct Size {
    unsigned argument, dim;
    DimExpr expr;
    int64_t value;
  };
  std::vector<Size> sizes;
  for (auto [i, argument] : llvm::enumerate(function.getArguments())) {
    if (auto symbol = function.getArgAttrOfType<StringAttr>(i, symbolAttrName))
      if (argument.getType().isIndex())
        bind(symbol.getValue(), index(argument));
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    if (!type)
      continue;
    Tensor value = tensor(argument);
    for (auto [d, dim] : llvm::enumerate(getDims(type)))
      if (!dim.isUnknown())
        sizes.push_back({unsigned(i), unsigned(d), dim, value.getDim(d)});
  }
  for (bool changed = true; changed;) {
    changed = false;
    for (auto &size : sizes)
      if (auto solved = solve(size.expr, size.value, lookup)) {
        bind(solved->first, solved->second);
        changed = true;
      }
  }
  for (auto &size : sizes) {
    auto expected = evaluate(size.expr);
    if (expected && *expected != size.value)
      return error(function)
             << "argument " << size.argument << ": size " << size.value
             << " of dimension " << size.dim << " is not '" << size.expr.str()
             << "' = " << *expected;
  }
  for (auto &symbol : symbols)
    if (symbol.getValue() < 0)
      return error(function) << "symbol '" << symbol.getKey() << "' would be "
                             << symbol.getValue();
  return success();
}

LogicalResult Evaluation::checkResults(Operation *op) {
  for (OpResult result : op->getResults()) {
    auto type = dyn_cast<RankedTensorType>(result.getType());
    if (!type || !has(result))
      continue;
    Tensor value = tensor(result);
    bool fits = value.getRank() == type.getRank() &&
                value.getElement() == type.getElementType();
    for (auto [i, dim] : llvm::enumerate(getDims(type))) {
      if (!fits)
        break;
      auto &terms = dim.getTerms();
      // A symbol that no argument has gets its value from its first tensor.
      if (!dim.isUnknown() && !evaluate(dim) && terms.size() == 1 &&
          terms.begin()->first.size() == 1 && terms.begin()->second == 1 &&
          DimAtom::get(terms.begin()->first[0]).arguments.empty())
        bind(terms.begin()->first[0], value.getDim(i));
      auto expected = evaluate(dim);
      fits = !expected || *expected == value.getDim(i);
    }
    if (!fits)
      return error(op) << "computes shape " << value.shapeText() << " of "
                       << value.getElement() << ", but its type is " << type;
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

LogicalResult Evaluation::run(Operation *op) {
  Accessor::current.op = op;
  auto known = dyn_cast<InterpretOpInterface>(op);
  if (failed(known ? known.interpret(*this) : interpretUpstream(op, *this)) ||
      failed(checkResults(op)))
    return failure();
  if (options.observer)
    options.observer(op, *this);
  forgetDeadOperands(op);
  return success();
}

FailureOr<Data> Evaluation::run(Region &region, Data args) {
  Block &block = region.front();
  for (auto [argument, datum] : llvm::zip_equal(block.getArguments(), args))
    set(argument, std::move(datum));
  for (Operation &op : block.without_terminator())
    if (failed(run(&op)))
      return failure();
  Operation *end = block.getTerminator();
  Data results;
  for (Value operand : end->getOperands())
    results.push_back(takeDatum(operand, end));
  return results;
}

FailureOr<Data> Evaluation::run(func::FuncOp function, ArrayRef<Datum> args) {
  if (function.isExternal() || !function.getBody().hasOneBlock())
    return error(function) << "has no body of one block";
  if (args.size() != function.getNumArguments())
    return error(function) << "takes " << function.getNumArguments()
                           << " arguments, " << args.size() << " are given";
  for (auto [argument, datum] :
       llvm::zip_equal(function.getArguments(), args)) {
    Type type = argument.getType();
    bool fits = false;
    if (auto tensor = dyn_cast<RankedTensorType>(type)) {
      auto *value = std::get_if<Tensor>(&datum);
      fits = value && value->getElement() == tensor.getElementType() &&
             value->getRank() == tensor.getRank();
      for (int64_t i = 0; fits && i < tensor.getRank(); ++i)
        fits =
            tensor.isDynamicDim(i) || tensor.getDimSize(i) == value->getDim(i);
    } else if (auto cache = dyn_cast<CacheType>(type)) {
      auto *value = std::get_if<CacheRef>(&datum);
      fits = value && value->state->type == cache;
    } else if (auto memref = dyn_cast<MemRefType>(type)) {
      auto *value = std::get_if<Memory>(&datum);
      fits = value && value->element == memref.getElementType() &&
             value->getRank() == memref.getRank();
      for (int64_t i = 0; fits && i < memref.getRank(); ++i)
        fits =
            memref.isDynamicDim(i) || memref.getDimSize(i) == value->sizes[i];
    } else {
      auto *value = std::get_if<Scalar>(&datum);
      fits = value && getElementKind(type) == value->kind;
    }
    if (!fits)
      return error(function) << "argument " << argument.getArgNumber()
                             << " is no value of type " << type;
    set(argument, datum);
  }
  if (failed(bindArguments(function)))
    return failure();
  return run(function.getBody(), Data(args));
}

FailureOr<Data> sinter::interpretFunction(func::FuncOp function,
                                          ArrayRef<Datum> args,
                                          const EvaluationOptions &options) {
  return Evaluation(options).run(function, args);
}

FailureOr<SmallVector<Tensor, 1>>
sinter::evaluateOp(Operation *op, ArrayRef<Tensor> operands,
                   const EvaluationOptions &options) {
  Evaluation eval(options);
  for (auto [operand, value] : llvm::zip_equal(op->getOperands(), operands)) {
    if (isa<RankedTensorType>(operand.getType()))
      eval.set(operand, value);
    else
      eval.set(operand, value.get(0));
  }
  if (failed(eval.run(op)))
    return failure();
  SmallVector<Tensor, 1> results;
  for (Value result : op->getResults()) {
    if (isa<RankedTensorType>(result.getType()))
      results.push_back(eval.tensor(result));
    else
      results.push_back(
          Tensor::ofScalar(result.getType(), eval.scalar(result)));
  }
  return results;
}

bool sinter::isComputation(Operation *op) {
  return isa<InterpretOpInterface>(op) && op->getNumOperands() > 0 &&
         op->getNumResults() == 1 && op->getNumRegions() == 0 &&
         isMemoryEffectFree(op);
}

std::optional<Tensor> sinter::tryEvaluate(Operation *op,
                                          ArrayRef<Tensor> operands) {
  EvaluationOptions options;
  options.quiet = true;
  auto results = evaluateOp(op, operands, options);
  if (failed(results) || results->size() != 1)
    return std::nullopt;
  return results->front();
}

FailureOr<Tensor> sinter::evaluateValue(Value value,
                                        const EvaluationOptions &options) {
  Evaluation eval(options);
  eval.inOrder = false;
  if (!value.getDefiningOp())
    return failure();
  auto ops = getRecipeOps(value);
  // Give each tensor up after its last user among these ops.
  DenseMap<Value, unsigned> uses;
  for (Operation *op : ops)
    for (Value operand : op->getOperands())
      ++uses[operand];
  for (Operation *op : ops) {
    for (Value operand : op->getOperands())
      if (!eval.has(operand))
        return eval.error(op) << "depends on more than params and constants";
    if (failed(eval.run(op)))
      return failure();
    for (Value operand : op->getOperands())
      if (--uses[operand] == 0)
        eval.values.erase(operand);
  }
  return eval.tensor(value);
}
