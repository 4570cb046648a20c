//===- ConvertConstants.cpp - Constant, ConstantOfShape, Range, Identity --===//
#include "lib/Importer/Converters.h"
#include "lib/Importer/GraphImporter.h"
#include "lib/Importer/Positions.h"

using namespace mlir;
using namespace sinter;

static void constant(Node &n) {
  Builder &b = n.builder;
  if (auto *tensor = n.tensorAttr("value")) {
    std::string error;
    Value value = n.graph.makeTensor(*tensor, n.proto.output(0), n.loc, error);
    if (!value)
      return n.refuse("its value cannot be read: " + error);
    return n.set(0, value);
  }
  auto numbers = [&](auto list, Type element) {
    auto type = RankedTensorType::get({int64_t(list.size())}, element);
    n.set(0, n.constant(DenseElementsAttr::get(type, ArrayRef(list))));
  };
  if (n.hasAttr("value_float"))
    return n.set(0, n.scalar(n.floatAttr("value_float", 0), b.getF32Type()));
  if (n.hasAttr("value_int")) {
    auto type = RankedTensorType::get({}, b.getI64Type());
    return n.set(0, n.constant(DenseElementsAttr::get(
                        type, ArrayRef(n.intAttr("value_int", 0)))));
  }
  if (auto floats = n.floatsAttr("value_floats"))
    return numbers(*floats, b.getF32Type());
  if (auto list = n.intsAttr("value_ints"))
    return numbers(*list, b.getI64Type());
  n.refuse("its value is a string or sparse",
           "value, value_float(s), value_int(s)");
}

static void constantOfShape(Node &n) {
  Value shape = n.in(0), value;
  if (auto *tensor = n.tensorAttr("value")) {
    std::string error;
    auto type = getTensorType(n.builder.getContext(), *tensor, error);
    DenseElementsAttr elements;
    if (type && !isExternal(*tensor))
      elements = readTensor(*tensor, type, error);
    if (!elements || elements.getNumElements() != 1)
      return n.refuse("its value is no tensor of one element" +
                      (error.empty() ? "" : ": " + error));
    value = n.constant(
        elements.reshape(RankedTensorType::get({}, type.getElementType())));
  } else {
    value = n.scalar(0, n.builder.getF32Type());
  }
  n.set(0, n.expandTo(value, shape));
}

/// 1 where the column is k behind the row.
static void eyeLike(Node &n) {
  Value x = n.in(0);
  int64_t k = n.intAttr("k", 0);
  Type type = n.typeAttr("dtype", n.element(x));
  if (n.failed())
    return;
  if (n.rank(x) != 2)
    return n.refuse("the input is no matrix", "rank 2");
  Value shifted = n.create<AddOp>(placesAlong(n, x, 0), n.ints({k}));
  n.set(0, n.cast(n.create<CompareOp>(Predicate::eq, shifted,
                                      placesAlong(n, x, 1)),
                  type));
}

static void range(Node &n) {
  Value bounds[3];
  for (unsigned i = 0; i < 3; ++i) {
    bounds[i] = n.in(i);
    if (!n.failed() && n.rank(bounds[i]) == 1 &&
        n.dim(bounds[i], 0).isConstant(1)) // some exporters write [x]
      bounds[i] = n.reshape(bounds[i], {});
  }
  Type element = n.element(bounds[0]), wide = element;
  int64_t stash = n.intAttr("stash_type", onnx::TensorProto::FLOAT);
  if (element.isF16() || element.isBF16())
    wide = getElementType(n.builder.getContext(), int32_t(stash));
  if (!wide)
    return n.refuse("stash_type is " + getDataTypeName(int32_t(stash)));
  for (Value &bound : bounds)
    bound = n.cast(bound, wide);
  if (n.failed())
    return;
  Value y = n.createTyped<RangeOp>(getTensorType({DimExpr::unknown()}, wide),
                                   bounds[0], bounds[1], bounds[2]);
  n.set(0, n.cast(y, element));
}

static void identity(Node &n) { n.set(0, n.in(0)); }

void sinter::addConstantConverters(std::vector<Converter> &table) {
  const Converter entries[] = {
      {"Constant",
       {13, 19, 21, 23, 24, 25},
       constant,
       "no strings, no sparse values"},
      {"ConstantOfShape",
       {9, 20, 21, 23, 24, 25},
       constantOfShape,
       "the shape's length must be known"},
      {"EyeLike", {9, 22}, eyeLike},
      {"Range", {11, 27}, range},
      {"Identity", {13, 14, 16, 19, 21, 23, 24, 25}, identity, "tensors only"},
  };
  table.insert(table.end(), std::begin(entries), std::end(entries));
}
