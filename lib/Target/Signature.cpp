//===- Signature.cpp - a model's face, kept while levels lower it ---------===//
#include "lib/Target/Signature.h"
#include "dialects/Sinter/IR/WeightLayout.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace sinter;

static ArrayAttr portsOf(Builder &builder, TypeRange types,
                         llvm::function_ref<DictionaryAttr(unsigned)> attrs) {
  SmallVector<Attribute> ports;
  for (auto [i, type] : llvm::enumerate(types)) {
    if (!isa<RankedTensorType>(type))
      continue;
    auto dictionary = attrs(i);
    Attribute name = dictionary ? dictionary.get(nameAttrName) : Attribute();
    ports.push_back(builder.getDictionaryAttr(
        {builder.getNamedAttr("name", name ? name : builder.getStringAttr("")),
         builder.getNamedAttr("type", TypeAttr::get(type))}));
  }
  return builder.getArrayAttr(ports);
}

// Bytes of tables that more than gathers use: a row streams them whole.
static int64_t streamedBytes(ModuleOp module) {
  llvm::StringSet<> streamed;
  module.walk([&](LoadOp load) {
    for (Operation *user : load->getUsers())
      if (!isa<GatherOp, PackedGatherOp, SliceOp>(user))
        streamed.insert(load.getTable());
  });
  int64_t bytes = 0;
  for (auto table : module.getOps<TableOp>())
    if (streamed.contains(table.getSymName()))
      bytes += getTableStride(table) * table.getCount();
  return bytes;
}

LogicalResult sinter::recordSignature(ModuleOp module) {
  func::FuncOp entry;
  for (auto function : module.getOps<func::FuncOp>())
    if (function->hasAttr(entryAttrName))
      entry = function;
  if (!entry)
    return module.emitError("no function with the attribute ") << entryAttrName;
  Builder builder(module.getContext());
  SmallVector<NamedAttribute> fields;
  fields.push_back(
      builder.getNamedAttr("entry", entry->getAttr(entryAttrName)));
  fields.push_back(builder.getNamedAttr(
      "inputs", portsOf(builder, entry.getArgumentTypes(),
                        [&](unsigned i) { return entry.getArgAttrDict(i); })));
  fields.push_back(builder.getNamedAttr(
      "outputs", portsOf(builder, entry.getResultTypes(), [&](unsigned i) {
        return entry.getResultAttrDict(i);
      })));
  SmallVector<StringRef> symbols;
  SmallVector<std::string> owned;
  for (auto [i, type] : llvm::enumerate(entry.getArgumentTypes())) {
    if (auto name = entry.getArgAttrOfType<StringAttr>(i, symbolAttrName))
      owned.push_back(name.str());
    if (auto cache = dyn_cast<CacheType>(type))
      fields.push_back(builder.getNamedAttr("cache", TypeAttr::get(cache)));
    if (auto tensor = dyn_cast<RankedTensorType>(type))
      for (auto &dim : getDims(tensor))
        for (auto &symbol : dim.getSymbols())
          if (!llvm::is_contained(owned, symbol))
            owned.push_back(symbol);
  }
  llvm::append_range(symbols, owned);
  fields.push_back(
      builder.getNamedAttr("symbols", builder.getStrArrayAttr(symbols)));
  fields.push_back(builder.getNamedAttr(
      "row_bytes", builder.getI64IntegerAttr(streamedBytes(module))));
  module->setAttr(signatureAttrName, builder.getDictionaryAttr(fields));
  return success();
}

FailureOr<Signature> sinter::readSignature(ModuleOp module) {
  auto fields = module->getAttrOfType<DictionaryAttr>(signatureAttrName);
  auto bad = [&] {
    return module.emitError("module attribute ")
           << signatureAttrName << " is missing or malformed";
  };
  if (!fields)
    return bad();
  Signature result;
  auto entry = fields.getAs<StringAttr>("entry");
  auto symbols = fields.getAs<ArrayAttr>("symbols");
  if (!entry || !symbols)
    return bad();
  result.isStep = entry.getValue() == "step";
  for (auto symbol : symbols.getAsRange<StringAttr>())
    result.symbols.push_back(symbol.str());
  for (auto [key, ports] : {std::pair("inputs", &result.inputs),
                            std::pair("outputs", &result.outputs)}) {
    auto list = fields.getAs<ArrayAttr>(key);
    if (!list)
      return bad();
    for (Attribute element : list) {
      auto port = dyn_cast<DictionaryAttr>(element);
      auto name = port ? port.getAs<StringAttr>("name") : StringAttr();
      auto type = port ? port.getAs<TypeAttr>("type") : TypeAttr();
      if (!name || !type || !isa<RankedTensorType>(type.getValue()))
        return bad();
      ports->push_back({name.str(), cast<RankedTensorType>(type.getValue())});
    }
  }
  if (auto bytes = fields.getAs<IntegerAttr>("row_bytes"))
    result.rowBytes = bytes.getInt();
  if (auto cache = fields.getAs<TypeAttr>("cache"))
    result.cache = dyn_cast<CacheType>(cache.getValue());
  if (result.isStep) {
    if (result.outputs.size() != 1 || result.outputs[0].type.getRank() != 2 ||
        result.outputs[0].type.isDynamicDim(1))
      return bad();
    result.vocab = result.outputs[0].type.getDimSize(1);
  }
  return result;
}
