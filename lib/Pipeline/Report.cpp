//===- Report.cpp - what was fused, what was not, and why -----------------===//
#include "lib/Pipeline/Report.h"
#include "dialects/Sinter/IR/Sinter.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include <map>

using namespace mlir;
using namespace sinter;
namespace json = llvm::json;

/// Of all uses; an entry says which it is of, where there are several.
static SmallVector<DictionaryAttr> entriesOf(ModuleOp model) {
  SmallVector<DictionaryAttr> entries;
  for (ModuleOp module : getUses(model)) {
    auto list = module->getAttrOfType<ArrayAttr>("sinter.report");
    auto use = module->getAttrOfType<UseAttr>(useAttrName);
    if (!list)
      continue;
    for (auto entry : list.getAsRange<DictionaryAttr>()) {
      NamedAttrList fields(entry);
      if (use)
        fields.set("use",
                   StringAttr::get(model.getContext(),
                                   use.getFlag() +
                                       (use.getValue() ? "=true" : "=false")));
      entries.push_back(fields.getDictionary(model.getContext()));
    }
  }
  return entries;
}

static StringRef text(DictionaryAttr entry, StringRef key) {
  auto value = entry.getAs<StringAttr>(key);
  return value ? value.getValue() : StringRef();
}

static json::Object toObject(DictionaryAttr entry) {
  json::Object object;
  for (NamedAttribute field : entry) {
    std::string key = field.getName().str();
    if (key == "state")
      continue;
    if (auto s = dyn_cast<StringAttr>(field.getValue()))
      object[key] = json::fixUTF8(s.getValue());
    else if (auto i = dyn_cast<IntegerAttr>(field.getValue()))
      object[key] = i.getInt();
    else
      object[key] = json::fixUTF8(llvm::formatv("{0}", field.getValue()).str());
  }
  return object;
}

SmallVector<DictionaryAttr> sinter::getMissed(ModuleOp model) {
  auto entries = entriesOf(model);
  llvm::erase_if(entries, [](DictionaryAttr entry) {
    return text(entry, "state") != "missed";
  });
  return entries;
}

unsigned sinter::countCandidates(ModuleOp model) {
  return llvm::count_if(entriesOf(model), [](DictionaryAttr entry) {
    StringRef state = text(entry, "state");
    return state == "missed" || state == "fused";
  });
}

std::string sinter::makeReport(ModuleOp model) {
  json::Object fused;
  json::Array missed, matmuls, notes;
  std::map<std::string, int64_t> counts;
  for (DictionaryAttr entry : entriesOf(model)) {
    StringRef state = text(entry, "state");
    if (state == "fused")
      ++counts[text(entry, "kind").str()];
    else if (state == "missed")
      missed.push_back(toObject(entry));
    else if (text(entry, "kind").ends_with("matmul"))
      matmuls.push_back(toObject(entry));
    else
      notes.push_back(toObject(entry));
  }
  for (auto &[kind, count] : counts)
    fused[kind] = count;
  json::Object report;
  report["fused"] = std::move(fused);
  report["missed"] = std::move(missed);
  report["matmuls"] = std::move(matmuls);
  report["notes"] = std::move(notes);
  return llvm::formatv("{0:2}\n", json::Value(std::move(report))).str();
}
