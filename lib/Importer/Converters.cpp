//===- Converters.cpp - the table of ops ----------------------------------===//
#include "lib/Importer/Converters.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"
#include <cstring>

using namespace sinter;
using llvm::StringRef;

const std::vector<Converter> &sinter::getConverters() {
  static const std::vector<Converter> table = [] {
    std::vector<Converter> t;
    addElementwiseConverters(t);
    addActivationConverters(t);
    addReductionConverters(t);
    addMatMulConverters(t);
    addShapeConverters(t);
    addIndexConverters(t);
    addConstantConverters(t);
    addNormConverters(t);
    addRotaryConverters(t);
    addAttentionConverters(t);
    addControlConverters(t);
    llvm::sort(t, [](const Converter &a, const Converter &b) {
      return std::strcmp(a.op, b.op) < 0;
    });
    return t;
  }();
  return table;
}

const Converter *sinter::hasConverter(StringRef op) {
  static const llvm::StringMap<const Converter *> byName = [] {
    llvm::StringMap<const Converter *> map;
    for (const Converter &converter : getConverters())
      map[converter.op] = &converter;
    return map;
  }();
  return byName.lookup(op);
}

const Converter *sinter::findConverter(const onnx::NodeProto &node,
                                       int64_t since) {
  if (!node.domain().empty() && node.domain() != "ai.onnx")
    return nullptr;
  const Converter *converter = hasConverter(node.op_type());
  if (!converter || !llvm::is_contained(converter->versions, since))
    return nullptr;
  return converter;
}
