//===- Compare.cpp - when two results count as equal ----------------------===//
#include "Compare.h"
#include "dialects/Sinter/Interpreter/Indexing.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/Format.h"
#include <cmath>

using namespace mlir;
using namespace sinter;

static double epsilonOf(ElementKind kind) {
  switch (kind) {
  case ElementKind::f16:
    return 0x1p-11;
  case ElementKind::bf16:
    return 0x1p-8;
  case ElementKind::f32:
    return 0x1p-24;
  case ElementKind::f64:
    return 0x1p-53;
  default:
    return 0;
  }
}

// Terms that an op adds up for one element of its result.
static double accumulationOf(Operation *op, Evaluation &eval) {
  auto shape = [&](Value value) { return eval.tensor(value).getShape().vec(); };
  auto axis = [&](Value x, int64_t from) {
    return double(countOf(ArrayRef(shape(x)).drop_front(from)));
  };
  return llvm::TypeSwitch<Operation *, double>(op)
      .Case([&](MatMulOp m) { return double(shape(m.getA()).back()); })
      .Case<PackedMatMulOp, InnerMatMulOp, PackedExpertMatMulOp,
            InnerExpertMatMulOp, InnerNormOp, InnerSoftmaxOp>(
          [&](auto m) { return double(shape(m.getX()).back()); })
      .Case([&](ReduceOp r) {
        double terms = 1;
        for (int64_t a : r.getAxes())
          terms *= shape(r.getX())[a];
        return terms;
      })
      .Case<SoftmaxOp, CumSumOp>(
          [&](auto s) { return double(shape(s.getX())[s.getAxis()]); })
      .Case<LayerNormOp, RMSNormOp>(
          [&](auto n) { return axis(n.getX(), n.getAxis()); })
      .Case([&](AttentionOp a) {
        return double(shape(a.getK())[2] + shape(a.getK())[3]);
      })
      .Case<CachedAttentionOp, InnerAttentionOp>([&](auto a) {
        auto q = shape(a.getQ());
        return double(eval.index(a.getPosition()) + q[0] + q[2]);
      })
      .Default([](Operation *) { return 1.0; });
}

// Moves of elements round nothing.
static bool isRounding(Operation *op) {
  if (op->getNumResults() == 0 || isa<tensor::TensorDialect>(op->getDialect()))
    return false;
  auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  return type && isa<FloatType>(type.getElementType()) &&
         !isa<ReshapeOp, BroadcastToOp, TransposeOp, ConcatOp, SliceOp,
              GatherOp, GatherNDOp, TriluOp, ConstantOp, ParamOp, TabulateOp,
              LoadOp, PackOp, PackedGatherOp, SelectOp, scf::ForOp, scf::IfOp,
              scf::ForallOp>(op);
}

void Roundings::observe(Operation *op, Evaluation &eval) {
  if (!isRounding(op))
    return;
  bool isNew = seen.insert(op).second;
  if (isNew || !op->getParentOfType<scf::ForallOp>())
    ++depth;
  double terms = 1;
  if (auto structured = dyn_cast<linalg::LinalgOp>(op)) {
    // Results are smaller than the space of iterations by the terms added.
    auto result = dyn_cast<RankedTensorType>(op->getResult(0).getType());
    double points = 1;
    for (OpOperand &operand : op->getOpOperands())
      if (eval.has(operand.get()) && !structured.isDpsInit(&operand) && result)
        if (auto *tensor = std::get_if<Tensor>(&eval.datum(operand.get())))
          points = std::max(points, double(tensor->getCount()));
    double results =
        std::max<double>(eval.tensor(op->getResult(0)).getCount(), 1);
    terms = std::max(points / results, 1.0);
  } else {
    terms = accumulationOf(op, eval);
  }
  length = std::max(length, terms);
}

double Roundings::tolerance(const Roundings &other, ElementKind kind,
                            double magnitude) const {
  return 2 * epsilonOf(kind) * std::sqrt(std::max({depth, other.depth, 1.0})) *
         std::sqrt(std::max(length, other.length)) * magnitude;
}

// Row-major position i as an index.
static std::string indexText(const Tensor &tensor, int64_t i) {
  Shape index;
  for (int64_t stride : stridesOf(tensor.getShape())) {
    index.push_back(i / stride);
    i %= stride;
  }
  return shapeText(index);
}

std::string Comparison::compare(StringRef name, const Tensor &before,
                                const Tensor &after,
                                const Roundings &roundingsBefore,
                                const Roundings &roundingsAfter) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << name;
  if (before.getElement() != after.getElement() ||
      before.getShape() != after.getShape()) {
    os << " is " << before.shapeText() << " of " << before.getElement()
       << " before, " << after.shapeText() << " of " << after.getElement()
       << " after";
    return text;
  }
  bool isReal = isFloat(before.getKind());
  auto number = [&](const Tensor &tensor, int64_t i) {
    return isReal ? tensor.getDouble(i) : double(tensor.getInt(i));
  };
  double magnitude = 0;
  for (int64_t i = 0; i < before.getCount(); ++i)
    for (const Tensor *tensor : {&before, &after}) {
      double value = number(*tensor, i);
      if (!std::isfinite(value)) {
        os << indexText(before, i) << " is " << value
           << (tensor == &before ? " before" : " after");
        return text;
      }
      magnitude = std::max(magnitude, std::fabs(value));
    }
  double tolerance =
      roundingsBefore.tolerance(roundingsAfter, before.getKind(), magnitude);
  Seen &history = seen[name.str()];
  for (int64_t i = 0; i < before.getCount(); ++i) {
    double a = number(before, i), b = number(after, i);
    bool equal = isReal ? std::fabs(a - b) <= tolerance
                        : before.getInt(i) == after.getInt(i);
    if (!equal) {
      os << indexText(before, i) << " is " << llvm::format("%.9g", a)
         << " before, " << llvm::format("%.9g", b) << " after (tolerance "
         << llvm::format("%.3g", tolerance) << ")";
      return text;
    }
    if (tolerance > 0)
      largestShare = std::max(largestShare, std::fabs(a - b) / tolerance);
    history.varies |= history.any && a != history.first;
    if (!history.any)
      history.first = a;
    history.any = true;
    ++count;
  }
  return {};
}

std::string Comparison::findConstants() const {
  std::string text;
  for (auto &[name, history] : seen)
    if (history.any && !history.varies)
      text += (text.empty() ? "" : ", ") + name;
  if (count == 0)
    return "nothing was compared";
  return text.empty() ? "" : text + ": constant in every run";
}
