//===- Weights.cpp - constant, param, tabulate, load ----------------------===//
#include "dialects/Sinter/Interpreter/Evaluation.h"

using namespace mlir;
using namespace sinter;

LogicalResult ConstantOp::interpret(Evaluation &eval) {
  auto value = Tensor::ofAttr(getValue());
  if (!value)
    return eval.error(*this) << "has a value that cannot be read";
  eval.set(getY(), std::move(*value));
  return success();
}

LogicalResult ParamOp::interpret(Evaluation &eval) {
  auto type = cast<RankedTensorType>(getType());
  if (!eval.getParams())
    return eval.error(*this) << "is a weight, and no weights are at hand";
  if (failed(eval.checkFits(*this, type.getElementType(), type.getShape())))
    return failure();
  auto bytes = eval.getParams()->read(getFile(), getOffset(), getBytes(),
                                      type.getElementType());
  if (!bytes)
    return eval.error(*this) << llvm::toString(bytes.takeError());
  eval.set(getY(), Tensor(type.getElementType(), type.getShape(),
                          bytes->data.data(), bytes->owner));
  return success();
}

LogicalResult TabulateOp::interpret(Evaluation &eval) {
  auto type =
      cast<RankedTensorType>(getBody().front().getArgument(0).getType());
  Tensor positions(type.getElementType(), type.getShape());
  for (int64_t i = 0; i < positions.getCount(); ++i)
    positions.setInt(i, i);
  auto rows = eval.run(getBody(), {positions});
  if (failed(rows))
    return failure();
  eval.set(getY(), rows->front());
  return success();
}

LogicalResult LoadOp::interpret(Evaluation &eval) {
  auto table =
      SymbolTable::lookupNearestSymbolFrom<TableOp>(*this, getTableAttr());
  int64_t index = getIndex() ? eval.index(getIndex()) : 0;
  if (!table || index < 0 || index >= table.getCount())
    return eval.error(*this) << getTableAttr() << " has no entry " << index;
  Region &entry = table.getEntries()[index];
  auto &known = eval.getTables();
  auto it = known.find(&entry);
  if (it == known.end()) {
    auto values = eval.run(entry, {});
    if (failed(values))
      return failure();
    it = known.emplace(&entry, std::get<Tensor>(values->front())).first;
  }
  eval.set(getY(), it->second);
  return success();
}
