//===- ReportEntries.cpp - what passes say about fusion and kernels -------===//
#include "dialects/Sinter/IR/ReportEntries.h"

using namespace mlir;
using namespace sinter;

ReportEntries::ReportEntries(ModuleOp module, ArrayRef<StringRef> kinds)
    : module(module) {
  auto list = module->getAttrOfType<ArrayAttr>(reportAttrName);
  for (Attribute a : list ? list.getValue() : ArrayRef<Attribute>()) {
    auto entry = dyn_cast<DictionaryAttr>(a);
    auto kind = entry ? entry.getAs<StringAttr>("kind") : StringAttr();
    if (!kind || !llvm::is_contained(kinds, kind.getValue()))
      entries.push_back(a);
  }
}

ReportEntries::~ReportEntries() {
  if (entries.empty())
    module->removeAttr(reportAttrName);
  else
    module->setAttr(reportAttrName,
                    ArrayAttr::get(module.getContext(), entries));
}

void ReportEntries::fused(StringRef kind, Location where, const Twine &how) {
  add(kind, where, "fused", how);
}

void ReportEntries::missed(StringRef kind, Location where, const Twine &why) {
  add(kind, where, "missed", why);
}

void ReportEntries::add(StringRef kind, Location where, StringRef state,
                        const Twine &reason, ArrayRef<NamedAttribute> more) {
  Builder b(module.getContext());
  NamedAttrList entry(more);
  entry.set("kind", b.getStringAttr(kind));
  entry.set("where", b.getStringAttr(describeLocation(where)));
  entry.set("state", b.getStringAttr(state));
  std::string text = reason.str();
  if (!text.empty())
    entry.set("reason", b.getStringAttr(text));
  entries.push_back(entry.getDictionary(module.getContext()));
}

std::string sinter::describeLocation(Location location) {
  if (auto name = dyn_cast<NameLoc>(location))
    return name.getName().str();
  if (auto file = dyn_cast<FileLineColLoc>(location))
    return file.getFilename().str() + ":" + std::to_string(file.getLine());
  if (auto fused = dyn_cast<FusedLoc>(location)) {
    std::string text;
    for (Location part : fused.getLocations())
      text += (text.empty() ? "" : " + ") + describeLocation(part);
    return text;
  }
  if (auto call = dyn_cast<CallSiteLoc>(location))
    return describeLocation(call.getCallee());
  return "?";
}
