//===- WantedRows.cpp - logits of the last rows only ----------------------===//
#include "passes/Generate/WantedRows.h"
#include "dialects/Sinter/IR/InferHelpers.h"
#include "mlir/IR/IRMapping.h"
#include "passes/Generate/RowAxes.h"

using namespace mlir;
using namespace sinter;

static DimExpr wantedDim() { return DimExpr::symbol(wantedSymbol); }

/// The last wanted rows of `value`. Ops that other values need as a whole, or
/// that join two computed values (a residual), stay.
static Value slice(Value value, RowAxes &rows) {
  RowAxis row = *rows.get(value);
  int64_t axis = row.axis;
  Dims dims = dimsOf(value);
  dims[axis] = wantedDim() * DimExpr(row.each);
  auto type = getTensorType(dims, elementOf(value));
  Operation *op = value.getDefiningOp();
  Value computed;
  bool single = op && value.hasOneUse() &&
                (isa<ElementwiseOpInterface, MatMulOp, LayerNormOp, RMSNormOp,
                     SoftmaxOp, ReshapeOp, TransposeOp, SliceOp>(op));
  if (single)
    for (Value operand : op->getOperands()) {
      if (rows.isFixed(operand))
        continue;
      single &= !computed && rows.get(operand).has_value();
      computed = operand;
    }
  if (single && computed) {
    Value inner = slice(computed, rows);
    OpBuilder b(op);
    IRMapping mapping;
    mapping.map(computed, inner);
    Operation *copy = b.clone(*op, mapping);
    copy->getResult(0).setType(type);
    return copy->getResult(0);
  }
  OpBuilder b(value.getContext());
  b.setInsertionPointAfterValue(value);
  Dims offsets(dims.size(), DimExpr(0));
  offsets[axis] = (rowsDim() - wantedDim()) * DimExpr(row.each);
  SmallVector<int64_t> strides(dims.size(), 1);
  return SliceOp::create(
      b, value.getLoc(), type, value, Value(), Value(), Value(), Value(),
      DimsAttr::get(b.getContext(), offsets), b.getDenseI64ArrayAttr(strides));
}

Value sinter::takeWantedRows(func::FuncOp step, Value tokens, Value logits) {
  RowAxes rows(step, tokens, pastDim());
  if (!rows.get(logits))
    return {};
  Value wanted = slice(logits, rows);
  OpBuilder b(step.getBody().front().getTerminator());
  Dims dims{wantedDim(), dimsOf(logits).back()};
  auto type = getTensorType(dims, elementOf(logits));
  if (wanted.getType() != type)
    wanted =
        ReshapeOp::create(b, logits.getLoc(), type, wanted, Value(), false);
  return wanted;
}
