//===- Node.cpp - an ONNX node while it is converted ----------------------===//
#include "lib/Importer/Node.h"
#include "lib/Importer/GraphImporter.h"
#include "lib/Importer/KnownValues.h"
#include "lib/Importer/Refusals.h"
#include "lib/Importer/Tensors.h"
#include "mlir/IR/Verifier.h"

using namespace mlir;
using namespace sinter;
using onnx::AttributeProto;

Node::Node(GraphImporter &graph, const onnx::NodeProto &proto, int64_t since,
           Location loc)
    : since(since), loc(loc), builder(graph.builder), values(graph.values),
      graph(graph), proto(proto), results(proto.output_size()),
      readInputs(proto.input_size(), false) {}

void Node::refuse(const std::string &reason, const std::string &supported,
                  const std::string &wayOut) {
  if (refused)
    return; // one reason a node: what follows may be its echo
  refused = true;
  graph.refusals.add(proto, graph.getOpset(proto.domain()), reason, supported,
                     wayOut);
}

void Node::needsStep(const std::string &what) {
  Operation *op = builder.getBlock()->getParentOp();
  auto func = dyn_cast<func::FuncOp>(op);
  if (!func)
    func = op->getParentOfType<func::FuncOp>();
  if (!refused && func)
    func->setAttr(needsStepAttrName, builder.getStringAttr(what));
}

//===----------------------------------------------------------------------===//
// Operands and results
//===----------------------------------------------------------------------===//

bool Node::has(unsigned i) const {
  return i < numIn() && !proto.input(i).empty();
}

Value Node::optionalIn(unsigned i) {
  if (i < readInputs.size())
    readInputs[i] = true;
  return has(i) ? graph.lookup(proto.input(i)) : Value();
}

Value Node::in(unsigned i) {
  if (!has(i))
    refuse("input " + std::to_string(i) + " is absent, but the op needs it");
  return optionalIn(i);
}

std::vector<Value> Node::allIn() {
  std::vector<Value> all;
  for (unsigned i = 0; i < numIn(); ++i)
    all.push_back(in(i));
  if (all.empty())
    refuse("it has no inputs");
  return all;
}

bool Node::wants(unsigned output) const {
  return output < numOut() && !proto.output(output).empty();
}

void Node::set(unsigned output, Value value) {
  if (output < results.size())
    results[output] = value;
}

Value Node::get(unsigned output) const { return results[output]; }

std::optional<SmallVector<int64_t>> Node::constantInts(Value value,
                                                       const char *what) {
  if (refused || !value)
    return std::nullopt;
  auto known = values.getConstants(value);
  if (!known) // what small ops on constants give
    if (DenseElementsAttr elements = getKnownElements(value);
        elements && isa<IntegerType>(elements.getElementType()) &&
        elements.getType().getRank() <= 1)
      known = llvm::map_to_vector(elements.getValues<APInt>(),
                                  [](APInt v) { return v.getSExtValue(); });
  if (!known)
    refuse(std::string(what) + " must be known when the model is compiled",
           "initializers, Constant, and arithmetic on them and on sizes",
           "fold constants when exporting");
  return known;
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

bool Node::hasAttr(StringRef name) const {
  return llvm::any_of(proto.attribute(), [&](const AttributeProto &a) {
    return StringRef(a.name()) == name;
  });
}

void Node::ignoreAttr(StringRef name) { readAttributes.push_back(name); }

const AttributeProto *Node::attribute(StringRef name,
                                      AttributeProto::AttributeType type) {
  ignoreAttr(name);
  for (const AttributeProto &a : proto.attribute()) {
    if (StringRef(a.name()) != name)
      continue;
    if (a.type() == type)
      return &a;
    refuse("attribute '" + name.str() + "' has another type than " +
           AttributeProto::AttributeType_Name(type));
  }
  return nullptr;
}

int64_t Node::intAttr(StringRef name, int64_t fallback) {
  auto *a = attribute(name, AttributeProto::INT);
  return a ? a->i() : fallback;
}

int64_t Node::requiredInt(StringRef name) {
  if (!hasAttr(name))
    refuse("attribute '" + name.str() + "' is missing");
  return intAttr(name, 0);
}

double Node::floatAttr(StringRef name, double fallback) {
  auto *a = attribute(name, AttributeProto::FLOAT);
  return a ? double(a->f()) : fallback;
}

std::string Node::stringAttr(StringRef name, const std::string &fallback) {
  auto *a = attribute(name, AttributeProto::STRING);
  return a ? a->s() : fallback;
}

std::optional<SmallVector<int64_t>> Node::intsAttr(StringRef name) {
  auto *a = attribute(name, AttributeProto::INTS);
  if (!a)
    return std::nullopt;
  return SmallVector<int64_t>(a->ints().begin(), a->ints().end());
}

std::optional<SmallVector<float>> Node::floatsAttr(StringRef name) {
  auto *a = attribute(name, AttributeProto::FLOATS);
  if (!a)
    return std::nullopt;
  return SmallVector<float>(a->floats().begin(), a->floats().end());
}

Type Node::typeAttr(StringRef name, Type fallback) {
  int64_t code = intAttr(name, 0);
  if (code == 0)
    return fallback;
  Type type = getElementType(builder.getContext(), int32_t(code));
  if (!type)
    refuse("elements of type " + getDataTypeName(int32_t(code)) +
           " are not supported");
  return type;
}

const onnx::TensorProto *Node::tensorAttr(StringRef name) {
  auto *a = attribute(name, AttributeProto::TENSOR);
  return a ? &a->t() : nullptr;
}

const onnx::GraphProto *Node::graphAttr(StringRef name) {
  auto *a = attribute(name, AttributeProto::GRAPH);
  return a ? &a->g() : nullptr;
}

int64_t Node::axis(int64_t value, int64_t rank, bool inclusive) {
  int64_t normal = value < 0 && value >= -rank ? value + rank : value;
  if (normal >= 0 && normal < rank + inclusive)
    return normal;
  refuse("axis " + std::to_string(value) + " is out of range for rank " +
         std::to_string(rank));
  return 0;
}

//===----------------------------------------------------------------------===//
// Facts about values
//===----------------------------------------------------------------------===//

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

Dims Node::dims(Value value) const {
  return value ? getDims(typeOf(value)) : Dims();
}

DimExpr Node::dim(Value value, int64_t axis) const {
  return axis >= 0 && axis < rank(value) ? getDims(typeOf(value))[axis]
                                         : DimExpr::unknown();
}

int64_t Node::rank(Value value) const {
  return value ? typeOf(value).getRank() : 0;
}

Type Node::element(Value value) const {
  return value ? typeOf(value).getElementType() : Type(builder.getF32Type());
}

//===----------------------------------------------------------------------===//
// Making ops
//===----------------------------------------------------------------------===//

Value Node::finish(OperationState &state, Infer infer) {
  std::string message;
  auto capture = [&](Diagnostic &diagnostic) {
    if (message.empty())
      message = diagnostic.str();
    return success();
  };
  ScopedDiagnosticHandler handler(builder.getContext(), capture);
  if (infer) {
    state.types.clear();
    SmallVector<Type> types;
    if (llvm::failed(infer(state, types))) {
      refuse(message.empty() ? "its operands do not fit" : message);
      return {};
    }
    state.addTypes(types);
  }
  Operation *op = builder.create(state);
  if (llvm::failed(verify(op, /*verifyRecursively=*/false))) {
    op->erase();
    refuse(message.empty() ? "its operands do not fit" : message);
    return {};
  }
  // Known values of operands become shapes at once, so that later ops see
  // sizes and ranks; passes/Simplify does the same with what it learns.
  if (auto resolvable = dyn_cast<ResolveShapeOpInterface>(op))
    resolvable.resolveShape(values);
  // In order, so that the analysis never recurses deep.
  for (Value result : op->getResults()) {
    values.addSizes(getDims(cast<RankedTensorType>(result.getType())));
    values.get(result);
  }
  return op->getResult(0);
}

Value Node::constant(DenseElementsAttr value) {
  return createTyped<ConstantOp>(value.getType(), value);
}

Value Node::scalar(double value, Type element) {
  auto type = RankedTensorType::get({}, element);
  Attribute attr;
  if (isa<FloatType>(element))
    attr = FloatAttr::get(element, value);
  else
    attr = IntegerAttr::get(element,
                            APInt(element.getIntOrFloatBitWidth(),
                                  uint64_t(int64_t(value)),
                                  /*isSigned=*/true, /*implicitTrunc=*/true));
  return constant(DenseElementsAttr::get(type, attr));
}

Value Node::ints(ArrayRef<int64_t> numbers) {
  auto type = RankedTensorType::get({int64_t(numbers.size())},
                                    builder.getIntegerType(64));
  return constant(DenseElementsAttr::get(type, numbers));
}

Value Node::cast(Value value, Type element) {
  if (refused || this->element(value) == element)
    return value;
  return create<CastOp>(value, TypeAttr::get(element));
}

Value Node::transpose(Value value, ArrayRef<int64_t> perm) {
  return create<TransposeOp>(value, perm);
}

Value Node::reshape(Value value, ArrayRef<DimSource> sizes) {
  if (refused)
    return {};
  Dims from = dims(value), to;
  bool unknown = false;
  for (const DimSource &size : sizes) {
    if (size.last > int64_t(from.size())) {
      refuse("an operand of type " + graph.print(value.getType()) +
             " has too few dimensions");
      return {};
    }
    to.push_back(
        DimExpr(size.constant) *
        product(ArrayRef(from).slice(size.first, size.last - size.first)));
    unknown |= to.back().isUnknown();
  }
  if (!unknown)
    return createTyped<ReshapeOp>(getTensorType(to, element(value)), value,
                                  Value(), false);
  // The type does not say the sizes: compute them.
  std::vector<Value> parts;
  for (const DimSource &size : sizes) {
    if (size.last - size.first == 1) {
      parts.push_back(create<ShapeOfOp>(value, size.first, size.last));
      continue;
    }
    Value part = ints({size.constant});
    if (size.last > size.first)
      part = create<ReduceOp>(Reduction::prod,
                              create<ShapeOfOp>(value, size.first, size.last),
                              ArrayRef<int64_t>{0}, true);
    parts.push_back(part);
  }
  Value shape = create<ConcatOp>(parts, 0);
  return createTyped<ReshapeOp>(getTensorType(to, element(value)), value, shape,
                                /*allowzero=*/true);
}

Value Node::reshapeTo(Value value, Value shape, bool allowzero) {
  if (refused)
    return {};
  auto count = rank(shape) == 1 ? dim(shape, 0).getConstant() : std::nullopt;
  if (!count) {
    refuse("the rank of its result is not known: the shape operand has type " +
           graph.print(shape.getType()));
    return {};
  }
  Dims unknown(*count, DimExpr::unknown());
  return createTyped<ReshapeOp>(getTensorType(unknown, element(value)), value,
                                shape, allowzero);
}

Value Node::expandTo(Value value, Value shape) {
  if (refused)
    return {};
  auto count = rank(shape) == 1 ? dim(shape, 0).getConstant() : std::nullopt;
  if (!count) {
    refuse("the rank of its result is not known: the shape operand has type " +
           graph.print(shape.getType()));
    return {};
  }
  Dims unknown(std::max(*count, rank(value)), DimExpr::unknown());
  return createTyped<BroadcastToOp>(getTensorType(unknown, element(value)),
                                    value, shape);
}

Value Node::sliceStatic(Value value, int64_t axis, int64_t start, int64_t end) {
  if (refused)
    return {};
  auto known = dim(value, axis).getConstant();
  if (axis >= rank(value) || (known && end > *known)) {
    refuse("an operand of type " + graph.print(value.getType()) +
           " has no elements " + std::to_string(start) + " to " +
           std::to_string(end - 1) + " along dimension " +
           std::to_string(axis));
    return {};
  }
  Dims offsets(rank(value), DimExpr(0)), sizes = dims(value);
  offsets[axis] = start;
  sizes[axis] = end - start;
  SmallVector<int64_t> strides(rank(value), 1);
  return createTyped<SliceOp>(getTensorType(sizes, element(value)), value,
                              Value(), Value(), Value(), Value(),
                              DimsAttr::get(builder.getContext(), offsets),
                              builder.getDenseI64ArrayAttr(strides));
}

Value Node::expandDims(Value value, int64_t axis) {
  if (refused)
    return {};
  axis = this->axis(axis, rank(value), /*inclusive=*/true);
  SmallVector<DimSource> sizes;
  for (int64_t i = 0; i < rank(value); ++i)
    sizes.push_back(DimSource::dim(i));
  sizes.insert(sizes.begin() + axis, DimSource::number(1));
  return reshape(value, sizes);
}
