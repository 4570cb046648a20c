//===- Report.cpp - what was fused, what was not, and why -----------------===//
#include "lib/Pipeline/Report.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include <map>

using namespace mlir;
using namespace sinter;
namespace json = llvm::json;

static SmallVector<DictionaryAttr> entriesOf(ModuleOp module) {
  SmallVector<DictionaryAttr> entries;
  if (auto list = module->getAttrOfType<ArrayAttr>("sinter.report"))
    for (Attribute a : list)
      if (auto entry = dyn_cast<DictionaryAttr>(a))
        entries.push_back(entry);
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

unsigned sinter::countMissed(ModuleOp module) {
  return llvm::count_if(entriesOf(module), [](DictionaryAttr entry) {
    return text(entry, "state") == "missed";
  });
}

unsigned sinter::countCandidates(ModuleOp module) {
  return llvm::count_if(entriesOf(module), [](DictionaryAttr entry) {
    StringRef state = text(entry, "state");
    return state == "missed" || state == "fused";
  });
}

std::string sinter::makeReport(ModuleOp module) {
  json::Object fused;
  json::Array missed, matmuls, notes;
  std::map<std::string, int64_t> counts;
  for (DictionaryAttr entry : entriesOf(module)) {
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
