//===- GraphImporter.cpp - nodes, names and values ------------------------===//
#include "lib/Importer/GraphImporter.h"
#include "dialects/Sinter/IR/WeightLayout.h"
#include "lib/Importer/Converters.h"
#include "lib/Importer/MergedDecoder.h"
#include "lib/Importer/PackedTensors.h"
#include "lib/Importer/WireFormat.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace sinter;

GraphImporter::GraphImporter(MLIRContext *ctx, const ModelFile &file,
                             TensorPlaces &places,
                             const PreparedModel &prepared, DimNames &dimNames,
                             Refusals &refusals, UseAttr use)
    : builder(ctx), refusals(refusals), file(file), places(places),
      prepared(prepared), dimNames(dimNames), use(use) {}

int64_t GraphImporter::getOpset(StringRef domain) const {
  auto it = prepared.opsets.find(domain == "ai.onnx" ? "" : domain.str());
  return it == prepared.opsets.end() ? 0 : it->second;
}

std::string GraphImporter::print(Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

void GraphImporter::define(StringRef name, Value value) {
  if (!name.empty())
    scopes.back().values[name] = value;
}

Value GraphImporter::lookup(StringRef name) {
  for (Scope &scope : llvm::reverse(scopes)) {
    auto value = scope.values.find(name);
    if (value != scope.values.end())
      return value->second;
    auto tensor = scope.initializers.find(name);
    if (tensor == scope.initializers.end())
      continue;
    std::string error;
    Location loc = NameLoc::get(builder.getStringAttr(name));
    OpBuilder::InsertionGuard guard(builder);
    // Weights first, in the order of their use.
    if (lastConstant)
      builder.setInsertionPointAfter(lastConstant);
    else
      builder.setInsertionPointToStart(builder.getBlock());
    Value made = makeTensor(*tensor->second, name, loc, error);
    if (made)
      lastConstant = made.getDefiningOp();
    else
      refusals.add("tensor '" + name.str() + "'", error);
    return scope.values[name] = made;
  }
  return {};
}

Value GraphImporter::makeTensor(const onnx::TensorProto &tensor, StringRef name,
                                Location loc, std::string &error) {
  if (getPackedBits(tensor.data_type())) {
    if (!getTensorSize(tensor, error))
      return {};
    Value bytes = makeTensor(asBytes(tensor), name, loc, error);
    Value value = bytes ? unpackTensor(builder, loc, bytes, tensor) : Value();
    if (value)
      packedTypes[value] = tensor.data_type();
    return value;
  }
  auto type = sinter::getTensorType(builder.getContext(), tensor, error);
  if (!type)
    return {};
  if (isExternal(tensor)) {
    auto place = places.locate(tensor, error);
    if (!place)
      return {};
    auto param = ParamOp::create(builder, loc, type, name, place->file,
                                 place->offset, place->bytes);
    if (isa<FloatType>(type.getElementType()) && type.getRank() >= 2 &&
        type.getNumElements() > 0 && type.getShape().back() % 2 == 0 &&
        places.hasEqualHalves(*place, place->bytes / type.getNumElements() *
                                          type.getShape().back()))
      param->setAttr(equalHalvesAttrName, builder.getUnitAttr());
    return param;
  }
  auto value = readTensor(tensor, type, error);
  if (!value)
    return {};
  return ConstantOp::create(builder, loc, type, value);
}

void GraphImporter::declareInitializers(const onnx::GraphProto &graph) {
  for (const onnx::TensorProto &tensor : graph.initializer())
    scopes.back().initializers[tensor.name()] = &tensor;
  if (graph.sparse_initializer_size() > 0)
    refusals.add("model '" + file.name + "'",
                 "sparse initializers are not supported",
                 "store them as dense tensors");
}

//===----------------------------------------------------------------------===//
// Nodes
//===----------------------------------------------------------------------===//

/// ONNX's inference and ours must agree on what both know.
void GraphImporter::checkType(const onnx::NodeProto &node, StringRef name,
                              Value value) {
  auto it = prepared.types.find(name.str());
  if (it == prepared.types.end() || !it->second.has_tensor_type())
    return;
  auto &expected = it->second.tensor_type();
  auto type = cast<RankedTensorType>(value.getType());
  Type element = getElementType(builder.getContext(), expected.elem_type());
  if (getPackedBits(expected.elem_type()))
    element = getUnpackedType(builder.getContext(), expected.elem_type());
  bool agree = expected.elem_type() == 0 || element == type.getElementType();
  if (expected.has_shape()) {
    auto &shape = expected.shape();
    agree &= shape.dim_size() == type.getRank();
    for (int i = 0; agree && i < shape.dim_size(); ++i)
      agree = !shape.dim(i).has_dim_value() || type.isDynamicDim(i) ||
              shape.dim(i).dim_value() == type.getDimSize(i);
  }
  if (!agree)
    refusals.add(node, getOpset(node.domain()),
                 "its result '" + name.str() + "' is " + print(type) +
                     ", but the model says otherwise",
                 "", "run onnx.checker.check_model with full_check");
}

void GraphImporter::importNode(const onnx::NodeProto &node) {
  int64_t since = getSinceVersion(node, prepared.opsets);
  const Converter *converter = findConverter(node, since);
  auto poison = [&] {
    for (auto &output : node.output())
      define(output, Value());
  };
  if (!converter) {
    if (since) { // unknown ops have been reported
      const Converter *other = findConverter(node.domain(), node.op_type());
      std::string versions;
      if (other)
        for (int64_t version : other->versions)
          versions += (versions.empty() ? "" : ", ") + std::to_string(version);
      refusals.add(node, getOpset(node.domain()),
                   other ? "its form of opset " + std::to_string(since) +
                               " is not supported"
                         : "this op is not supported",
                   other ? "the forms of opsets " + versions
                         : "the ops of docs/onnx-ops.md",
                   other ? "" : "replace it by supported ops when exporting");
    }
    return poison();
  }
  for (auto &input : node.input())
    if (!input.empty() && !lookup(input))
      return poison(); // what made it was refused

  Node n(*this, node, since,
         NameLoc::get(builder.getStringAttr(getNodeName(node))));
  converter->convert(n);
  if (!n.refused)
    for (int i = 0; i < node.output_size(); ++i)
      if (n.wants(i) && !n.results[i])
        n.refuse("output " + std::to_string(i) + " is not supported",
                 "models that do not use it");
  if (!n.refused)
    for (auto &attribute : node.attribute())
      if (!llvm::is_contained(n.readAttributes, attribute.name()))
        n.refuse("attribute '" + attribute.name() + "' is not supported");
  if (!n.refused)
    for (int i = 0; i < node.input_size(); ++i)
      if (n.has(i) && !n.readInputs[i])
        n.refuse("input " + std::to_string(i) + " is not supported",
                 "models that do not use it");
  if (n.refused)
    return poison();
  for (int i = 0; i < node.output_size(); ++i) {
    if (!n.wants(i))
      continue;
    define(node.output(i), n.results[i]);
    if (scopes.size() == 1)
      checkType(node, node.output(i), n.results[i]);
  }
}

void GraphImporter::importNodes(const onnx::GraphProto &graph) {
  for (const onnx::NodeProto &node : graph.node())
    importNode(node);
}

std::vector<Value>
GraphImporter::importSubgraph(const onnx::GraphProto &graph) {
  scopes.emplace_back();
  declareInitializers(graph);
  importNodes(graph);
  std::vector<Value> outputs;
  for (auto &output : graph.output())
    outputs.push_back(lookup(output.name()));
  scopes.pop_back();
  return outputs;
}

//===----------------------------------------------------------------------===//
// The function
//===----------------------------------------------------------------------===//

void GraphImporter::importInputs(const onnx::GraphProto &graph,
                                 func::FuncOp func) {
  Block *block = func.addEntryBlock();
  builder.setInsertionPointToStart(block);
  SmallVector<Attribute> names;
  auto flags = findCacheFlags(graph);
  for (const onnx::ValueInfoProto &input : graph.input()) {
    Location loc = NameLoc::get(builder.getStringAttr(input.name()));
    if (scopes.back().initializers.count(input.name())) {
      // Before IR version 4 every initializer had to be an input as well.
      if (file.model.ir_version() >= 4)
        emitWarning(UnknownLoc::get(loc.getContext()))
            << "input '" << input.name()
            << "' has a default value in the model, which is "
               "compiled in: it is no input";
      continue;
    }
    auto makeFlag = [&](bool value) {
      SmallVector<int64_t> shape(input.type().tensor_type().shape().dim_size(),
                                 1);
      auto type = RankedTensorType::get(shape, builder.getI1Type());
      return ConstantOp::create(builder, loc, type,
                                DenseElementsAttr::get(type, value));
    };
    if (auto flag = flags.find(input.name()); flag != flags.end()) {
      emitWarning(UnknownLoc::get(loc.getContext()))
          << "input '" << input.name() << "' is compiled in as "
          << (flag->second ? "true" : "false")
          << ": the branch with a past serves an empty one too";
      define(input.name(), makeFlag(flag->second));
      continue;
    }
    std::string what = "input '" + input.name() + "'";
    auto refuse = [&](const std::string &why) {
      refusals.add(what, why, "see docs/onnx-ops.md");
      define(input.name(), Value());
    };
    if (!input.type().has_tensor_type()) {
      refuse("only tensors can be inputs, no sequences, maps or optionals");
      continue;
    }
    auto &tensor = input.type().tensor_type();
    Type element = getElementType(builder.getContext(), tensor.elem_type());
    if (!element) {
      refuse("elements of type " + getDataTypeName(tensor.elem_type()) +
             " are not supported");
      continue;
    }
    if (!tensor.has_shape()) {
      refuse("its rank is not known: the model must declare a shape");
      continue;
    }
    Dims dims;
    bool bad = tensor.shape().dim_size() > 64;
    for (auto [i, dim] : llvm::enumerate(tensor.shape().dim())) {
      dims.push_back(dimNames.getInput(dim, input.name(), int(i)));
      auto size = dims.back().getConstant();
      bad |= dims.back().isUnknown() || (size && *size < 0);
    }
    auto type = sinter::getTensorType(dims, element);
    if (bad || (type.hasStaticShape() && !sinter::getTensorBytes(type))) {
      refuse("its shape is negative or too large");
      continue;
    }
    Value argument = block->addArgument(type, loc);
    names.push_back(builder.getStringAttr(input.name()));
    // A use keeps its flag as an input, and knows its value.
    bool isUse = use && use.getFlag() == input.name();
    define(input.name(), isUse ? makeFlag(use.getValue()) : argument);
  }
  SmallVector<Type> types(block->getArgumentTypes());
  func.setType(builder.getFunctionType(types, {}));
  for (auto [i, name] : llvm::enumerate(names))
    func.setArgAttr(unsigned(i), nameAttrName, name);
}

void GraphImporter::splitBy(Value condition) {
  Operation *op = condition.getDefiningOp();
  for (; isa_and_present<NotOp, ReshapeOp, CastOp>(op);
       op = condition.getDefiningOp())
    condition = op->getOperand(0);
  auto argument = dyn_cast<BlockArgument>(condition);
  if (use || !argument || !splitFlag.empty())
    return;
  auto type = cast<RankedTensorType>(argument.getType());
  if (type.getElementType().isInteger(1) && type.hasStaticShape() &&
      type.getNumElements() == 1)
    splitFlag = cast<NameLoc>(argument.getLoc()).getName().str();
}

void GraphImporter::importOutputs(const onnx::GraphProto &graph,
                                  func::FuncOp func) {
  SmallVector<Value> results;
  SmallVector<Type> types;
  for (const onnx::ValueInfoProto &output : graph.output()) {
    Value value = lookup(output.name());
    if (!value)
      return; // refused before
    if (int32_t kind = output.type().tensor_type().elem_type();
        getPackedBits(kind)) {
      refusals.add("output '" + output.name() + "'",
                   "elements of type " + getDataTypeName(kind) +
                       " are not supported",
                   "see docs/onnx-ops.md");
      return;
    }
    results.push_back(value);
    types.push_back(value.getType());
  }
  func::ReturnOp::create(builder, func.getLoc(), results);
  func.setType(builder.getFunctionType(func.getArgumentTypes(), types));
  for (auto [i, output] : llvm::enumerate(graph.output()))
    func.setResultAttr(unsigned(i), nameAttrName,
                       builder.getStringAttr(output.name()));
}

void GraphImporter::importModel(ModuleOp module) {
  const onnx::GraphProto &graph = file.model.graph();
  builder.setInsertionPointToEnd(module.getBody());
  auto func = func::FuncOp::create(builder, module.getLoc(), "forward",
                                   builder.getFunctionType({}, {}));
  func->setAttr(entryAttrName, builder.getStringAttr("forward"));
  scopes.emplace_back();
  declareInitializers(graph);
  importInputs(graph, func);
  importNodes(graph);
  if (graph.output_size() == 0)
    refusals.add("model '" + file.name + "'", "has no outputs");
  if (refusals.empty())
    importOutputs(graph, func);
}
