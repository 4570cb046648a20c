//===- Signature.cpp - a model's face, kept while levels lower it ---------===//
#include "lib/Target/Signature.h"
#include "dialects/Sinter/IR/InferHelpers.h"
#include "dialects/Sinter/IR/WeightLayout.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringMap.h"

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

// Matrices that a step of one row reads of those that it chooses from.
static int64_t countChosen(PackedExpertMatMulOp op) {
  auto one = [](StringRef) -> std::optional<int64_t> { return 1; };
  int64_t all = tensorOf(op.getW()).getDimSize(0);
  return std::min(all, dimsOf(op.getX())[0].evaluate(one).value_or(all));
}

// Bytes of tables that more than gathers use: a row streams them whole, but for
// those of experts. 0, not known, where the router's weights decide how many.
static int64_t streamedBytes(ModuleOp module) {
  struct Part {
    int64_t read = 0, of = 1;
  };
  llvm::StringMap<Part> streamed;
  bool isKnown = true;
  module.walk([&](LoadOp load) {
    for (Operation *user : load->getUsers()) {
      Part part{1, 1};
      if (isa<GatherOp, PackedGatherOp, SliceOp>(user))
        continue;
      auto experts = dyn_cast<PackedExpertMatMulOp>(user);
      isKnown &= !experts || !experts.getSkips();
      if (experts)
        part = {countChosen(experts), tensorOf(experts.getW()).getDimSize(0)};
      Part &most = streamed[load.getTable()];
      if (part.read * most.of > most.read * part.of)
        most = part;
    }
  });
  if (!isKnown)
    return 0;
  int64_t bytes = 0;
  for (auto table : module.getOps<TableOp>())
    if (auto part = streamed.find(table.getSymName()); part != streamed.end())
      bytes += getTableStride(table) * table.getCount() / part->second.of *
               part->second.read;
  return bytes;
}

/// A row sees window - 1 positions before it, which lie in the ring until
/// others, a ring further on, are written over them.
static int64_t rewindReach(func::FuncOp entry) {
  int64_t reach = 0;
  entry.walk([&](CachedAttentionOp op) {
    if (op.getRing() == 0)
      return;
    int64_t own = op.getRing() - op.getWindow() + 1;
    reach = reach ? std::min(reach, own) : own;
  });
  return reach;
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
  fields.push_back(builder.getNamedAttr(
      "rewind_reach", builder.getI64IntegerAttr(rewindReach(entry))));
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
  if (auto reach = fields.getAs<IntegerAttr>("rewind_reach"))
    result.rewindReach = reach.getInt();
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
